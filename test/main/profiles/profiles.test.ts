import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectionForm } from '#shared/domain/profile.ts';
import { createProfileRecords } from '../../../src/main/profiles/profile-records.ts';
import { createProfileSecrets } from '../../../src/main/profiles/profile-secrets.ts';
import { openProfileStore } from '../../../src/main/profiles/profile-store.ts';
import { createProfiles } from '../../../src/main/profiles/profiles.ts';
import { startSandbox, type Sandbox } from '../../../src/sandbox/server.ts';
import { memoryKeychain } from './memory-keychain.ts';

const API_KEY = 'M3175465';
const SECRET =
  'TkLPjz2dzzyoMZdkJqM1qLusyTizYPl0IeX7vHi+17+mlYEjyfnLIgqopAQ8Bnk2QnwcSYa4VuXY384EnGi3tA==';

let sandbox: Sandbox;
let directory: string;
let memory: ReturnType<typeof memoryKeychain>;
let profiles: ReturnType<typeof createProfiles>;
let now: () => number;

/** The app as it is after a start: what is only in memory is gone. */
function restart() {
  const store = openProfileStore({ directory, now, onSetAside: () => undefined });
  const secrets = createProfileSecrets({
    keychain: memory.keychain,
    installationId: store.installationId,
  });
  profiles = createProfiles({
    store,
    secrets,
    records: createProfileRecords(directory),
    now: () => now(),
    actor: () => 'alice',
  });
}

/** What the keychain keeps is the secret with the account it is for. */
function secretsIn(items: ReadonlyMap<string, string>): unknown[] {
  return [...items.values()].map((text) => (JSON.parse(text) as { secret: string }).secret);
}

function form(changes: Partial<ConnectionForm> = {}): ConnectionForm {
  return {
    name: '',
    environment: 'sandbox',
    baseUrl: sandbox.url,
    apiKey: API_KEY,
    secretKey: SECRET,
    keepIn: 'keychain',
    ...changes,
  };
}

beforeAll(async () => {
  sandbox = await startSandbox({ merchants: [{ apiKey: API_KEY, secret: SECRET }] });
});
afterAll(() => sandbox.close());
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bitpro-profiles-'));
  memory = memoryKeychain();
  now = Date.now;
  restart();
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('Test and save', () => {
  it('keeps the profile and its secret, and both are there after a restart', async () => {
    const saved = await profiles.testAndSave(form());
    expect(saved).toMatchObject({
      name: new URL(sandbox.url).host,
      environment: 'sandbox',
      network: 'testnet',
      builtIn: false,
      enrolled: true,
      secret: 'ready',
      locked: false,
    });
    restart();
    expect({ ...profiles.view(saved.id), found: null }).toEqual(saved);
    const signer = await profiles.signerFor(saved.id);
    expect(signer.sign('x')).toMatch(/^[A-Za-z0-9+/]{27}=$/);
  });

  it('puts the secret into no file and no answer', async () => {
    const saved = await profiles.testAndSave(form());
    expect(JSON.stringify([saved, profiles.list()])).not.toContain(SECRET);
    expect(readFileSync(join(directory, 'profiles.json'), 'utf8')).not.toContain(SECRET);
  });

  it('takes the secret as its text, with the spaces around a paste removed', async () => {
    const saved = await profiles.testAndSave(
      form({ secretKey: ` ${SECRET}\n`, apiKey: `${API_KEY} ` }),
    );
    expect(secretsIn(memory.items)).toEqual([SECRET]);
    expect(saved.apiKey).toBe(API_KEY);
  });

  it.each([
    ['no Base URL', { baseUrl: '' }, 'invalid_input', 'baseUrl'],
    [
      'http beyond this machine',
      { baseUrl: 'http://bitit.pro/api/v1' },
      'invalid_input',
      'baseUrl',
    ],
    [
      'a host that does not exist',
      { baseUrl: 'https://no.such.host.invalid/api/v1' },
      'host_not_found',
      'baseUrl',
    ],
    [
      'a port nobody listens on',
      { baseUrl: 'http://127.0.0.1:1/api/v1' },
      'connection_refused',
      'baseUrl',
    ],
    ['the wrong environment', { environment: 'production' }, 'wrong_environment', 'environment'],
    ['no API key', { apiKey: ' ' }, 'invalid_input', 'apiKey'],
    ['an API key with a colon', { apiKey: 'M31:75465' }, 'invalid_input', 'apiKey'],
    ['an unknown API key', { apiKey: 'M0000000' }, 'unauthorized', 'secretKey'],
    ['a wrong secret', { secretKey: 'wrong' }, 'unauthorized', 'secretKey'],
    ['no secret', { secretKey: '' }, 'invalid_input', 'secretKey'],
    ['the name of another profile', { name: 'production' }, 'invalid_input', 'name'],
    [
      'a built-in address as another environment',
      { baseUrl: 'https://bitit.pro/api/v1/' },
      'wrong_environment',
      'environment',
    ],
    [
      'another address for a built-in',
      { id: 'production', environment: 'production' },
      'invalid_input',
      'baseUrl',
    ],
    ['Practice', { id: 'practice' }, 'invalid_input', undefined],
    ['a profile that is gone', { id: 'gone' }, 'not_found', undefined],
  ] as const)(
    'refuses %s and keeps nothing',
    async (_name, changes, code, field) => {
      const before = readFileSync(join(directory, 'profiles.json'), 'utf8');
      await expect(profiles.testAndSave(form(changes))).rejects.toMatchObject({ code, field });
      expect(readFileSync(join(directory, 'profiles.json'), 'utf8')).toBe(before);
      expect(memory.items.size).toBe(0);
    },
    15_000,
  );

  it.each([
    ['a web page', (path: string) => ({ status: 200, body: `<html>${path}</html>` })],
    ['JSON of something else', () => ({ status: 200, body: '{"ok":true}' })],
    ['nothing at the path', () => ({ status: 404, body: 'not here' })],
    ['a redirect', () => ({ status: 302, body: '' })],
  ])('says that %s is no Bitpro server', async (_name, answer) => {
    const server = createServer((request, response) => {
      const { status, body } = answer(request.url ?? '');
      response.writeHead(status, { location: 'https://example.org/' }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    try {
      const baseUrl = `http://127.0.0.1:${port}/api/v1`;
      await expect(profiles.testAndSave(form({ baseUrl }))).rejects.toMatchObject({
        code: 'not_bitpro',
        field: 'baseUrl',
      });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('says when TLS fails', async () => {
    // A server that speaks plain HTTP on the port of an https address.
    const baseUrl = sandbox.url.replace('http:', 'https:');
    await expect(profiles.testAndSave(form({ baseUrl }))).rejects.toMatchObject({
      code: 'tls_failed',
      field: 'baseUrl',
    });
  });

  it('works with a clock that is off, and names it when the request is refused all the same', async () => {
    now = () => Date.now() - 3_600_000;
    restart();
    await profiles.testAndSave(form({ name: 'Off' }));
    const refused = profiles.testAndSave(form({ apiKey: 'another', secretKey: 'wrong' }));
    await expect(refused).rejects.toMatchObject({ code: 'clock_skew' });
    await expect(refused).rejects.toThrow('60 minutes behind');
  });

  it.each([
    ['locked', 'keychain_locked'],
    ['no_service', 'keychain_no_service'],
    ['no_library', 'keychain_no_library'],
    ['hung', 'keychain_hung'],
  ] as const)(
    'with a keychain that is %s: says so, keeps nothing, and works for this run',
    async (state, code) => {
      memory.become(state);
      await expect(profiles.testAndSave(form())).rejects.toMatchObject({
        code,
        field: 'secretKey',
      });
      expect(profiles.list()).toHaveLength(3);
      const saved = await profiles.testAndSave(form({ keepIn: 'session' }));
      expect(saved).toMatchObject({ secret: 'session', enrolled: false });
      await profiles.signerFor(saved.id);
      restart();
      expect(profiles.view(saved.id).secret).toBe('empty');
      await expect(profiles.signerFor(saved.id)).rejects.toMatchObject({ code: 'keychain_empty' });
    },
  );

  it('changes an own profile and keeps the stored secret when none is typed', async () => {
    const { id } = await profiles.testAndSave(form());
    const renamed = await profiles.testAndSave(form({ id, name: 'Treasury', secretKey: '' }));
    expect(renamed).toMatchObject({ id, name: 'Treasury', secret: 'ready' });
    expect(profiles.list()).toHaveLength(4);
  });

  it('leaves the old secret in place when the new one is refused', async () => {
    const { id } = await profiles.testAndSave(form());
    await expect(profiles.testAndSave(form({ id, secretKey: 'new' }))).rejects.toThrow();
    expect(secretsIn(memory.items)).toEqual([SECRET]);
  });

  it('does not ask a keychain that was locked since to enrol again', async () => {
    const { id } = await profiles.testAndSave(form());
    memory.items.clear();
    await expect(profiles.signerFor(id)).rejects.toMatchObject({ code: 'keychain_locked' });
    expect(profiles.view(id)).toMatchObject({ secret: 'locked', enrolled: true });
  });
});

describe('production', () => {
  it('is unlocked by its exact name only, and can be locked again', async () => {
    for (const typedName of ['production', 'Production ', '']) {
      await expect(profiles.unlock({ id: 'production', typedName })).rejects.toMatchObject({
        code: 'invalid_input',
        field: 'typedName',
      });
    }
    const typedName = 'Production';
    expect((await profiles.unlock({ id: 'production', typedName })).locked).toBe(false);
    restart();
    expect(profiles.view('production').locked).toBe(false);
    expect((await profiles.lock('production')).locked).toBe(true);
  });

  it('starts locked in own profiles too, and locks again when the address changes', async () => {
    const merchants = [{ apiKey: API_KEY, secret: SECRET }];
    const [first, second] = await Promise.all([
      startSandbox({ merchants, environment: 'production' }),
      startSandbox({ merchants, environment: 'production' }),
    ]);
    try {
      const own = { environment: 'production', name: 'Live' } as const;
      const { id, locked } = await profiles.testAndSave(form({ ...own, baseUrl: first.url }));
      expect(locked).toBe(true);
      await profiles.unlock({ id, typedName: 'Live' });
      const same = await profiles.testAndSave(form({ ...own, id, baseUrl: first.url }));
      expect(same.locked).toBe(false);
      const moved = await profiles.testAndSave(form({ ...own, id, baseUrl: second.url }));
      expect(moved.locked).toBe(true);
    } finally {
      await Promise.all([first.close(), second.close()]);
    }
  });
});

describe('removing a profile', () => {
  it('takes its typed name, forgets its secret, and spares the open one and the built-in ones', async () => {
    const { id, name } = await profiles.testAndSave(form());
    profiles.setActive(id);
    await expect(profiles.remove({ id, typedName: name })).rejects.toMatchObject({
      code: 'conflict',
    });
    profiles.setActive('sandbox');
    await expect(profiles.remove({ id, typedName: '' })).rejects.toMatchObject({
      field: 'typedName',
    });
    await profiles.remove({ id, typedName: name });
    expect(memory.items.size).toBe(0);
    expect(profiles.list()).toHaveLength(3);
    await expect(profiles.remove({ id: 'sandbox', typedName: 'Sandbox' })).rejects.toThrow('stays');
  });
});

describe('configuring a profile', () => {
  it.each([
    ['https://blocks.example/tx/{txid}', true],
    ['', true],
    ['https://blocks.example/tx/', false],
    ['javascript:alert({txid})', false],
    ['http://blocks.example/{txid}', false],
  ])('takes %j as an explorer: %s', (explorerUrl, isTaken) => {
    const { options } = profiles.view('sandbox');
    const configure = () => profiles.configure({ id: 'sandbox', explorerUrl, options });
    if (isTaken) expect(configure()).toMatchObject({ explorerUrl });
    else expect(configure).toThrow(expect.objectContaining({ field: 'explorerUrl' }));
  });
});
