import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/paths.mjs';
import { afterEach, describe, expect, it } from 'vitest';
import { startMainProcess } from '../rig/main-process.ts';
import { endTest, newDataFolder, openDesk } from './desk.ts';

afterEach(endTest);

type Ended = { code: number | null; output: string };

/** Starts the built main process, with no window drawn, until it ends. */
async function startUntilEnd(
  userDataDir: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  const printed: string[] = [];
  const { link, exited, kill } = startMainProcess({
    entry: join(root, 'out/main/index.cjs'),
    args: [`--user-data-dir=${userDataDir}`, ...args],
    env: { ...process.env, ...env },
    onOutput: (text) => void printed.push(text),
  });
  link.answer({
    started: () => {},
    'browser.start': () => {},
    'window.open': () => kill('SIGKILL'),
  });
  const { code } = await exited;
  return { code, output: printed.join('') };
}

/** A folder in which the app has been before. */
async function usedFolder(): Promise<string> {
  const folder = await newDataFolder();
  const { app } = await openDesk(folder);
  await app.close();
  return folder;
}

describe('a start that fails says which file and what to do, ends with code 1 and holds no lock', () => {
  it.each([
    [
      'settings.json of a later version',
      'settings.json',
      '{"version":99}',
      /settings\.json was written by a later version.*Install that version/s,
    ],
    [
      'profiles.json of a later version',
      'profiles.json',
      '{"version":99}',
      /profiles\.json was written by a later version.*Install that version/s,
    ],
    [
      'settings.json that cannot be read',
      'settings.json',
      null,
      /settings\.json cannot be read.*start again/s,
    ],
    [
      'profiles.json that cannot be read',
      'profiles.json',
      null,
      /profiles\.json cannot be read.*start again/s,
    ],
  ])('%s', async (_what, file, text, words) => {
    const folder = await newDataFolder();
    // A folder in its place cannot be read whoever asks; rights do not stop root.
    if (text === null) mkdirSync(join(folder, file));
    else writeFileSync(join(folder, file), text);
    for (let round = 0; round < 2; round += 1) {
      const { code, output } = await startUntilEnd(folder);
      expect(output).toMatch(words);
      expect(output).toContain('[error box] Bitpro Desk cannot start');
      expect(code).toBe(1);
    }
    expect(readFileSync(join(folder, 'logs/main.log'), 'utf8')).toContain(file);
  });

  it('a data folder that is none', async () => {
    const folder = join(await newDataFolder(), 'file');
    writeFileSync(folder, '');
    const { code, output } = await startUntilEnd(folder);
    expect(output).toMatch(/Its folder .*file cannot be written.*start again/s);
    expect(code).toBe(1);
  });

  it.each([
    ['--no-sandbox', {}],
    ['--remote-debugging-port=9222', {}],
    ['--disable-web-security', {}],
    ['--inspect=0', { ELECTRON_FORCE_IS_PACKAGED: 'true', BITPRO_DESK_ALLOW_SWITCHES: '1' }],
  ])('a start with %s', async (arg, env) => {
    const { code, output } = await startUntilEnd(await newDataFolder(), [arg], env);
    expect(output).toContain(`It was started with ${arg.replace(/=.*/, '')},`);
    expect(code).toBe(1);
  });
});

describe('an environment of any kind', () => {
  it.each([
    ['', 'Times are in UTC'],
    [':/etc/localtime', 'Times are in UTC'],
    ['Nowhere/None', 'Times are in UTC'],
  ])('starts where TZ is "%s", in UTC, says so and saves settings', async (zone, notice) => {
    const { page } = await openDesk(await newDataFolder(), { TZ: zone });
    await page.getByText(notice).waitFor();
    await page.getByRole('button', { name: 'Start practising' }).click();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await page.getByRole('navigation').getByRole('link', { name: 'Settings' }).click();
    await page.getByText(/Now \d{4}-/).waitFor();
    await page.getByRole('radio', { name: 'Dark' }).click();
    await expect
      .poll(() => page.evaluate(() => document.documentElement.dataset['theme']))
      .toBe('dark');
  });

  it('starts with a zone in settings.json that nobody knows', async () => {
    const folder = await usedFolder();
    const settings = { theme: 'light', timeZone: 'Mars/Olympus', operator: 'Ann' };
    writeFileSync(join(folder, 'settings.json'), JSON.stringify({ version: 1, settings }));
    const { page } = await openDesk(folder);
    await page.getByText('The time zone "Mars/Olympus" is not known here').waitFor();
  });
});
