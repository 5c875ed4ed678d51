import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openProfileStore } from '../../../src/main/profiles/profile-store.ts';
import { openSettingsStore } from '../../../src/main/profiles/settings-store.ts';
import type { SetAsideReport } from '../../../src/main/profiles/json-file.ts';

let directory: string;
let reports: SetAsideReport[];
const options = () => ({
  directory,
  now: () => Date.UTC(2026, 0, 2, 3, 4, 5),
  onSetAside: (report: SetAsideReport) => reports.push(report),
});
const profilesPath = () => join(directory, 'profiles.json');
const open = () => openProfileStore(options());

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bitpro-profiles-'));
  reports = [];
});
afterEach(() => rmSync(directory, { recursive: true }));

function editFile(change: (file: { version: number; profiles: object[] }) => unknown): void {
  writeFileSync(
    profilesPath(),
    JSON.stringify(change(JSON.parse(readFileSync(profilesPath(), 'utf8')))),
  );
}

describe('profiles on disk', () => {
  it('begin as Practice, Sandbox and Production, production locked and none open', () => {
    const store = open();
    expect(
      store
        .list()
        .map(({ id, environment, baseUrl, locked }) => [id, environment, baseUrl, locked]),
    ).toEqual([
      ['practice', 'practice', '', false],
      ['sandbox', 'sandbox', 'https://sandbox.bitit.pro/api/v1', false],
      ['production', 'production', 'https://bitit.pro/api/v1', true],
    ]);
    expect(store.activeId()).toBeNull();
  });

  it('are the same after a restart, in a file of its owner alone', () => {
    const store = open();
    const own = { ...store.get('sandbox'), id: 'own-1', name: 'Own', builtIn: false };
    store.save(own);
    store.setActive('own-1');
    store.save({ ...store.get('production'), locked: false });

    const reopened = open();
    expect(reopened.get('own-1')).toEqual(own);
    expect(reopened.activeId()).toBe('own-1');
    expect(reopened.get('production').locked).toBe(false);
    expect(reopened.installationId).toBe(store.installationId);
    expect(statSync(profilesPath()).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['profiles.json']);
  });

  it('forget a removed profile, and that it was open', () => {
    const store = open();
    store.save({ ...store.get('sandbox'), id: 'own-1', builtIn: false });
    store.setActive('own-1');
    store.remove('own-1');
    expect(open().activeId()).toBeNull();
    expect(() => store.get('own-1')).toThrow('no longer exists');
  });

  it.each(['Production', 'Prоductiоn', 'Production west', 'Produc\u200btion'])(
    'are not called %j by a file when they are of the sandbox',
    (name) => {
      const store = open();
      const own = { ...store.get('sandbox'), id: 'own-1', builtIn: false };
      store.save({ ...own, name: 'Own', baseUrl: 'https://other.example/api/v1' });
      editFile((file) => ({
        ...file,
        profiles: file.profiles.map((each) =>
          'id' in each && each.id === 'own-1' ? { ...each, name } : each,
        ),
      }));
      expect(open().get('own-1').name).toBe('other.example');
    },
  );

  it('keep the address of a built-in profile, whatever the file says', () => {
    open();
    editFile((file) => ({
      ...file,
      profiles: file.profiles.map((profile) => ({
        ...profile,
        baseUrl: 'https://evil.example/api',
      })),
    }));
    expect(open().get('production').baseUrl).toBe('https://bitit.pro/api/v1');
    expect(open().get('practice').baseUrl).toBe('');
  });

  it.each([
    ['half a file', () => '{"version":1,"prof'],
    ['a field too many', (text: string) => text.replace('"activeId"', '"secret":"x","activeId"')],
    ['nothing', () => ''],
  ])('set %s aside, whole, and say so', (_name, damage) => {
    open();
    const damaged = damage(readFileSync(profilesPath(), 'utf8'));
    writeFileSync(profilesPath(), damaged);
    expect(open().list()).toHaveLength(3);
    expect(reports).toHaveLength(1);
    expect(readFileSync(reports[0]?.keptAs ?? '', 'utf8')).toBe(damaged);
    expect(open().list()).toHaveLength(3);
    expect(reports).toHaveLength(1);
  });

  it('of a later version are left as they are', () => {
    open();
    editFile((file) => ({ ...file, version: 2, more: true }));
    const before = readFileSync(profilesPath(), 'utf8');
    expect(open).toThrow(expect.objectContaining({ code: 'storage_newer' }));
    expect(readFileSync(profilesPath(), 'utf8')).toBe(before);
  });

  it('do not change when they cannot be written', () => {
    const store = open();
    rmSync(directory, { recursive: true });
    expect(() => store.setActive('sandbox')).toThrow(
      expect.objectContaining({ code: 'storage_failed' }),
    );
    expect(store.activeId()).toBeNull();
    directory = mkdtempSync(join(tmpdir(), 'bitpro-profiles-'));
  });
});

describe('settings on disk', () => {
  let unknownZones: string[];
  const openSettings = () =>
    openSettingsStore({ ...options(), onUnknownZone: (name) => unknownZones.push(name) });
  beforeEach(() => {
    unknownZones = [];
  });
  afterEach(() => void vi.unstubAllEnvs());

  it('begin with the system theme, the zone of the machine and the name of the account', () => {
    const { theme, timeZone, operator } = openSettings().get();
    expect(theme).toBe('system');
    expect(timeZone).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
    expect(operator).not.toBe('');
  });

  it('are kept, and refuse a zone that does not exist', () => {
    const settings = openSettings();
    const chosen = {
      theme: 'dark',
      timeZone: 'Asia/Tokyo',
      operator: 'Ann',
      notificationDetails: true,
    } as const;
    settings.save(chosen);
    expect(() => settings.save({ ...chosen, timeZone: 'Asia/Nowhere' })).toThrow(
      expect.objectContaining({ code: 'invalid_input', field: 'timeZone' }),
    );
    expect(openSettings().get()).toEqual(chosen);
    expect(unknownZones).toEqual([]);
  });

  it.each(['', ':/etc/localtime', 'Nowhere/None'])(
    'are in UTC, say so and can be saved where TZ is "%s"',
    (zone) => {
      vi.stubEnv('TZ', zone);
      const settings = openSettings();
      expect(settings.get().timeZone).toBe('UTC');
      expect(unknownZones).toHaveLength(1);
      expect(settings.save({ ...settings.get(), theme: 'dark' }).theme).toBe('dark');
    },
  );

  it('of a zone that this runtime does not know are in UTC, and say so once', () => {
    const file = { theme: 'dark', timeZone: 'Mars/Olympus', operator: 'Ann' };
    writeFileSync(join(directory, 'settings.json'), JSON.stringify({ version: 1, settings: file }));
    const settings = openSettings();
    expect(settings.theme()).toBe('dark');
    expect(settings.get()).toEqual({ ...file, timeZone: 'UTC', notificationDetails: false });
    expect(settings.get().timeZone).toBe('UTC');
    expect(unknownZones).toEqual(['Mars/Olympus']);
  });
});
