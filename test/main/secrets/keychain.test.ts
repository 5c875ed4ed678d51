import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createKeychain,
  type Keychain,
  type KeychainProcess,
} from '../../../src/main/secrets/keychain.ts';
import { describeSecretProblem, keychainError } from '../../../src/main/secrets/messages.ts';
import { withKeyring, type Keyring } from '../../helpers/keyring.ts';

const ACCOUNT = 'installation/profile';
const SECRET = 'TkLPjz2dzzyoMZdkJqM1qLusyTizYPl0IeX7vHi+17+mlYEjyfnLIgqopAQ8Bnk2==';
const root = join(import.meta.dirname, '../../..');

/** The keychain process on plain Node, with the port that Electron would give it. */
function forkPlain(
  children: ChildProcess[],
  env: Record<string, string>,
  entry = 'keychain-process.ts',
) {
  return (): KeychainProcess => {
    const child = fork(join(root, 'src/main/secrets', entry), {
      env,
      execPath: join(root, 'node_modules/.bin/node'),
      execArgv: ['--import', join(import.meta.dirname, 'parent-port.mjs')],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    children.push(child);
    const postMessage: KeychainProcess['postMessage'] = (message) => child.send(message);
    return Object.assign(child, { postMessage });
  };
}

const children: ChildProcess[] = [];

function keychainOn(
  keyring: Pick<Keyring, 'env'>,
  limits: { aliveMs?: number; personMs?: number } = {},
): Keychain {
  return createKeychain({ fork: forkPlain(children, keyring.env), ...limits });
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

describe('an unlocked keyring', () => {
  it('keeps, gives back and removes a secret, account by account', async () => {
    await withKeyring('unlocked', async (keyring) => {
      const keychain = keychainOn(keyring);
      expect(await keychain.probe()).toEqual({ state: 'ready' });
      expect(await keychain.read(ACCOUNT, { enrolled: false })).toEqual({ state: 'empty' });
      expect(await keychain.write(ACCOUNT, SECRET)).toEqual({ state: 'ready' });
      expect(await keychain.write('installation/other', 'other')).toEqual({ state: 'ready' });
      const found = await keychain.read(ACCOUNT, { enrolled: true });
      expect(found).toEqual({ state: 'ready', secret: SECRET });
      expect(await keychain.remove(ACCOUNT)).toEqual({ state: 'empty' });
      expect(await keychain.remove(ACCOUNT)).toEqual({ state: 'empty' });
      expect(await keychain.read(ACCOUNT, { enrolled: false })).toEqual({ state: 'empty' });
      const other = await keychain.read('installation/other', { enrolled: true });
      expect(other.secret).toBe('other');
    });
  });

  it('runs calls one at a time in one process, which ends with the keychain', async () => {
    await withKeyring('unlocked', async (keyring) => {
      const keychain = keychainOn(keyring);
      const states = await Promise.all([
        keychain.write(ACCOUNT, SECRET),
        keychain.read(ACCOUNT, { enrolled: true }),
        keychain.remove(ACCOUNT),
        keychain.read(ACCOUNT, { enrolled: false }),
      ]);
      expect(states.map(({ state }) => state)).toEqual(['ready', 'ready', 'empty', 'empty']);
      expect(children.map(({ killed }) => killed)).toEqual([false]);
      keychain.close();
      expect(children.map(({ killed }) => killed)).toEqual([true]);
    });
  });

  it('answers the next call after its process was killed', async () => {
    await withKeyring('unlocked', async (keyring) => {
      const keychain = keychainOn(keyring);
      await keychain.write(ACCOUNT, SECRET);
      children[0]?.kill('SIGKILL');
      expect(await keychain.read(ACCOUNT, { enrolled: true })).toEqual({
        state: 'ready',
        secret: SECRET,
      });
      expect(children).toHaveLength(2);
      keychain.close();
    });
  });
});

describe('a locked keyring', () => {
  it('is told from an empty one by the marker, and takes nothing', async () => {
    await withKeyring('unlocked', async (keyring) => {
      const keychain = keychainOn(keyring);
      await keychain.write(ACCOUNT, SECRET);
      keyring.lock();
      expect(await keychain.read(ACCOUNT, { enrolled: true })).toEqual({ state: 'locked' });
      expect(await keychain.write(ACCOUNT, 'another')).toEqual({ state: 'locked' });
    });
  });

  it('does not pass a secret off as removed', async () => {
    await withKeyring('locked', async (keyring) => {
      expect(await keychainOn(keyring).remove(ACCOUNT)).toEqual({ state: 'locked' });
    });
  });
});

describe('no keychain', () => {
  it.each(['absent', 'no-bus'] as const)('says no_service for every call: %s', async (mode) => {
    await withKeyring(mode, async (keyring) => {
      const keychain = keychainOn(keyring);
      const states = await Promise.all([
        keychain.probe(),
        keychain.read(ACCOUNT, { enrolled: true }),
        keychain.write(ACCOUNT, SECRET),
        keychain.remove(ACCOUNT),
      ]);
      expect(states.map(({ state }) => state)).toEqual(Array(4).fill('no_service'));
    });
  });

  it('says no_library when keytar cannot be loaded', async () => {
    const env = { PATH: process.env['PATH'] ?? '', NODE_OPTIONS: '--no-addons' };
    expect(await keychainOn({ env }).probe()).toEqual({ state: 'no_library' });
  });
});

describe('a keychain that stopped', () => {
  it('is given up on, its process is killed, and the next call starts afresh', async () => {
    await withKeyring('unlocked', async (keyring) => {
      await keychainOn(keyring).write(ACCOUNT, SECRET);
      const keychain = keychainOn(keyring, { aliveMs: 500 });
      keyring.freeze();
      expect(await keychain.read(ACCOUNT, { enrolled: true })).toEqual({ state: 'hung' });
      expect(children.at(-1)?.killed).toBe(true);
      keyring.thaw();
      const patient = keychainOn(keyring);
      const found = await patient.read(ACCOUNT, { enrolled: true });
      expect(found).toEqual({ state: 'ready', secret: SECRET });
    });
  });

  it('settles a call whose process died', async () => {
    const crash = forkPlain(children, { PATH: '' }, 'no-such-file.ts');
    expect(await createKeychain({ fork: crash }).probe()).toEqual({ state: 'no_service' });
  });

  it('settles running and waiting calls when it is closed', async () => {
    await withKeyring('unlocked', async (keyring) => {
      keyring.freeze();
      const keychain = keychainOn(keyring);
      const calls = [keychain.probe(), keychain.probe()];
      await new Promise((resolve) => setTimeout(resolve, 200));
      keychain.close();
      expect(await Promise.all(calls)).toEqual([{ state: 'no_service' }, { state: 'no_service' }]);
      keyring.thaw();
    });
  });
});

describe('messages', () => {
  it.each([
    ['empty', 'keychain_empty', /Enter it/],
    ['locked', 'keychain_locked', /Unlock/],
    ['no_service', 'keychain_no_service', /gnome-keyring/],
    ['no_library', 'keychain_no_library', /libsecret-1-0/],
    ['hung', 'keychain_hung', /prompt/],
  ] as const)('%s says what to do', (state, code, advice) => {
    expect(describeSecretProblem(state)).toMatch(advice);
    expect(keychainError(state, 'secretKey').toDto()).toMatchObject({ code, field: 'secretKey' });
  });
});
