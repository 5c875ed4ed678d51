import { fork, type ChildProcess } from 'node:child_process';
import { once, type EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultApiOptions } from '#shared/domain/profile.ts';
import type { AppError } from '#shared/errors.ts';
import { createConnect } from '../../../src/main/profiles/connect.ts';
import { readPracticeClients } from '../../../src/main/profiles/practice-clients.ts';
import { readyPracticeCredentials } from '../../../src/main/profiles/practice-credentials.ts';
import {
  createPracticeServer,
  type PracticeProcess,
} from '../../../src/main/profiles/practice-server.ts';
import { createProfileDir, profilePaths } from '../../../src/main/profiles/profile-dir.ts';
import { createProfileSecrets } from '../../../src/main/profiles/profile-secrets.ts';
import { openProfileStore } from '../../../src/main/profiles/profile-store.ts';
import { createSigner } from '../../../src/main/secrets/signer.ts';
import { memoryKeychain } from './memory-keychain.ts';

let userData: string;
let memory: ReturnType<typeof memoryKeychain>;
let children: ChildProcess[];
let lost: AppError[];

beforeEach(() => {
  userData = mkdtempSync(join(tmpdir(), 'bitpro-practice-'));
  memory = memoryKeychain();
  children = [];
  lost = [];
});
afterEach(async () => {
  for (const child of children) await ended(child);
  rmSync(userData, { recursive: true });
});

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

function forkChild(): PracticeProcess {
  const child = fork(join(import.meta.dirname, 'fixtures/practice-child.ts'), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  children.push(child);
  const events: EventEmitter = child;
  return {
    postMessage: (message) => child.connected && child.send(message),
    on: (event: 'message' | 'exit', listener: (value: never) => void) =>
      events.on(event, (value) => Reflect.apply(listener, undefined, [value])),
    kill: () => child.kill(),
  };
}

function openApp() {
  const store = openProfileStore({
    directory: userData,
    now: Date.now,
    onSetAside: () => undefined,
  });
  const { installationId } = store;
  return {
    store,
    secrets: createProfileSecrets({ keychain: memory.keychain, installationId }),
    server: createPracticeServer({
      fork: forkChild,
      directory: createProfileDir(userData, 'practice').directory,
      onLost: (error) => lost.push(error),
    }),
  };
}

const connectTo = (baseUrl: string, { apiKey, secret }: { apiKey: string; secret: string }) =>
  createConnect(Date.now)({
    baseUrl,
    apiKey,
    signer: createSigner(secret),
    options: defaultApiOptions,
  }).client;

describe('the practice server', () => {
  it('runs on loopback with credentials of its own, and keeps its state over a restart', async () => {
    const first = openApp();
    const credentials = await readyPracticeCredentials(first.store, first.secrets);
    const baseUrl = await first.server.start(credentials);
    expect(baseUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api\/v1$/);
    const client = connectTo(baseUrl, credentials);
    expect(await client.ping()).toMatchObject({ status: 'ok', environment: 'sandbox' });
    await expect(client.getClient('BT-C000000')).rejects.toMatchObject({ code: 'not_found' });
    const clients = readPracticeClients(profilePaths(userData, 'practice').directory);
    expect(clients).toHaveLength(12);
    for (const { uid, label } of clients) {
      expect(label).not.toBe('');
      expect(await client.getClient(uid)).toMatchObject({ uid });
    }
    await credentials.stored;
    await first.server.stop();

    const second = openApp();
    const again = await readyPracticeCredentials(second.store, second.secrets);
    expect(again).toMatchObject({ apiKey: credentials.apiKey, secret: credentials.secret });
    await second.server.start(again);
    await second.server.stop();
    expect(lost).toEqual([]);
  }, 20_000);

  it('comes back once on the same port when it dies, and says so when it dies again', async () => {
    const { server, store, secrets } = openApp();
    const credentials = await readyPracticeCredentials(store, secrets);
    const baseUrl = await server.start(credentials);
    for (const index of [0, 1]) {
      const child = children[index];
      if (!child) throw new Error(`process ${index} was not started`);
      await ended(child);
      if (index === 0) {
        await expect
          .poll(() => connectTo(baseUrl, credentials).ping())
          .toMatchObject({ status: 'ok' });
      }
    }
    await expect.poll(() => lost).toHaveLength(1);
    expect(children).toHaveLength(2);
  }, 30_000);

  it('says why it cannot start', async () => {
    const { server } = openApp();
    await expect(server.start({ apiKey: 'has space', secret: 'x' })).rejects.toThrow(
      'an API key is text without spaces',
    );
  }, 15_000);
});

describe('practice credentials', () => {
  it('last for this run where no keychain can be used, under the same key ever after', async () => {
    memory.become('no_service');
    const first = openApp();
    const credentials = await readyPracticeCredentials(first.store, first.secrets);
    await credentials.stored;
    expect(first.secrets.stateOf(first.store.get('practice'))).toBe('session');
    const second = openApp();
    const again = await readyPracticeCredentials(second.store, second.secrets);
    expect(again.apiKey).toBe(credentials.apiKey);
    expect(again.secret).not.toBe(credentials.secret);
  });

  it('leave a stored secret alone while the keychain is locked', async () => {
    const first = openApp();
    const { secret, stored } = await readyPracticeCredentials(first.store, first.secrets);
    await stored;
    memory.become('locked');
    const second = openApp();
    const meanwhile = await readyPracticeCredentials(second.store, second.secrets);
    expect(meanwhile.secret).not.toBe(secret);
    memory.become('ready');
    const third = openApp();
    expect((await readyPracticeCredentials(third.store, third.secrets)).secret).toBe(secret);
  });
});
