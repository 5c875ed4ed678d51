import { EventEmitter } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createKeychain,
  type Keychain,
  type KeychainProcess,
} from '../../../src/main/secrets/keychain.ts';
import { createLocalSeal } from '../../../src/main/secrets/local-seal.ts';
import type { KeychainReply, KeychainRequest } from '../../../src/main/secrets/protocol.ts';

/**
 * A process of which the test decides what it says and when, and which takes a kill as Electron's do: not before it
 * has spawned.
 */
class Process extends EventEmitter {
  requests: KeychainRequest[] = [];
  isSpawned = false;
  isKilled = false;
  postMessage(request: KeychainRequest): void {
    this.requests.push(request);
  }
  kill(): boolean {
    if (this.isSpawned) this.isKilled = true;
    return this.isSpawned;
  }
  spawn(): void {
    this.isSpawned = true;
    this.emit('spawn');
  }
  say(reply: KeychainReply): void {
    this.emit('message', reply);
  }
}

let started: Process[];
const fork = (): KeychainProcess => {
  const child = new Process();
  started.push(child);
  return child;
};
beforeEach(() => {
  started = [];
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

/** The process of a call, once it is started. */
async function processOf(index: number): Promise<Process> {
  await vi.advanceTimersByTimeAsync(0);
  const child = started[index];
  if (child === undefined) throw new Error(`no call ${index}`);
  return child;
}

describe('a process that was given up on', () => {
  it('reaches no later call, whatever it says and however it ends', async () => {
    const keychain = createKeychain({ fork });
    const first = keychain.read('a', { enrolled: true });
    const hung = await processOf(0);
    hung.spawn();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await first).toEqual({ state: 'hung' });
    expect(hung.isKilled).toBe(true);

    const second = keychain.read('b', { enrolled: true });
    const next = await processOf(1);
    next.spawn();
    hung.say({ state: 'ready', secret: 'of a' });
    hung.say({ state: 'alive' });
    hung.emit('exit', 0);
    expect(next.isKilled).toBe(false);
    next.say({ state: 'ready', secret: 'of b' });
    expect(await second).toEqual({ state: 'ready', secret: 'of b' });
  });

  it('is ended once it spawns, where it had not when it was given up on', async () => {
    const keychain = createKeychain({ fork });
    const call = keychain.probe();
    const slow = await processOf(0);
    keychain.close();
    expect(await call).toEqual({ state: 'no_service' });
    expect(slow.isKilled).toBe(false);
    slow.spawn();
    expect(slow.isKilled).toBe(true);
  });
});

describe('a process that answered', () => {
  async function answered(keychain: Keychain): Promise<Process> {
    const call = keychain.probe();
    const child = await processOf(0);
    child.spawn();
    child.say({ state: 'ready' });
    await call;
    return child;
  }

  it('takes the next call, and is ended when none comes', async () => {
    const keychain = createKeychain({ fork });
    const child = await answered(keychain);
    await vi.advanceTimersByTimeAsync(19_000);
    const next = keychain.read('a', { enrolled: true });
    await vi.advanceTimersByTimeAsync(0);
    child.say({ state: 'alive' });
    // The time that the kept one had is over; this one runs.
    await vi.advanceTimersByTimeAsync(60_000);
    expect(child.isKilled).toBe(false);
    child.say({ state: 'ready', secret: 'of a' });
    expect(await next).toEqual({ state: 'ready', secret: 'of a' });
    expect(started).toEqual([child]);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(child.isKilled).toBe(true);
  });

  it.each([
    ['has ended since', (child: Process) => child.emit('exit', 0)],
    ['ends now', (child: Process) => setTimeout(() => child.emit('exit', 0), 1)],
    [
      'lost the keychain',
      (child: Process) => setTimeout(() => child.say({ state: 'no_service' }), 1),
    ],
  ])('is replaced where it %s', async (_what, happens) => {
    const keychain = createKeychain({ fork });
    happens(await answered(keychain));
    const next = keychain.write('a', 'secret');
    await vi.advanceTimersByTimeAsync(1);
    const fresh = await processOf(1);
    expect(fresh.requests).toHaveLength(1);
    fresh.say({ state: 'ready' });
    expect(await next).toEqual({ state: 'ready' });
  });

  it('is asked no more where it found the keychain locked', async () => {
    const keychain = createKeychain({ fork });
    const child = await answered(keychain);
    const locked = keychain.write('a', 'secret');
    await vi.advanceTimersByTimeAsync(0);
    child.say({ state: 'locked' });
    expect(await locked).toEqual({ state: 'locked' });
    expect(child.isKilled).toBe(true);
  });

  it('ends with the keychain', async () => {
    const keychain = createKeychain({ fork });
    const child = await answered(keychain);
    keychain.close();
    expect(child.isKilled).toBe(true);
    expect(await keychain.probe()).toEqual({ state: 'no_service' });
    expect(started).toEqual([child]);
  });
});

describe('a keychain that asks a person', () => {
  it('is waited for two minutes once it gave a sign of life', async () => {
    const keychain = createKeychain({ fork });
    const call = keychain.write('a', 'secret');
    const child = await processOf(0);
    child.spawn();
    child.say({ state: 'alive' });
    await vi.advanceTimersByTimeAsync(119_000);
    child.say({ state: 'ready' });
    expect(await call).toEqual({ state: 'ready' });
  });

  it('is given up on after that', async () => {
    const keychain = createKeychain({ fork });
    const call = keychain.read('a', { enrolled: true });
    const child = await processOf(0);
    child.spawn();
    child.say({ state: 'alive' });
    await vi.advanceTimersByTimeAsync(120_000);
    expect(await call).toEqual({ state: 'hung' });
    expect(child.isKilled).toBe(true);
  });

  it('can be cancelled, and the next call runs', async () => {
    const keychain = createKeychain({ fork });
    keychain.cancel();
    const call = keychain.read('a', { enrolled: true });
    const next = keychain.probe();
    const child = await processOf(0);
    child.spawn();
    child.say({ state: 'alive' });
    keychain.cancel();
    expect(await call).toEqual({ state: 'locked' });
    expect(child.isKilled).toBe(true);
    (await processOf(1)).say({ state: 'ready' });
    expect(await next).toEqual({ state: 'ready' });
  });
});

describe('what roams from machine to machine', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'seal-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const sealIn = (name: string) => createLocalSeal(join(folder, name));
  const SECRET = 'geheim \u{1F511}';

  it('is of use only beside the key of this machine', () => {
    const stored = sealIn('here').close(SECRET);
    expect(stored).not.toContain('geheim');
    expect(Buffer.from(stored.split(':')[1] ?? '', 'base64').includes('geheim')).toBe(false);
    expect(sealIn('here').open(stored)).toBe(SECRET);
    expect(sealIn('there').open(stored)).toBe(null);
    expect(sealIn('here').close(SECRET)).not.toBe(stored);
    expect(statSync(join(folder, 'here')).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['nothing', ''],
    ['what was never sealed', 'plain'],
    ['half of it', 'sealed-1:AAAA'],
  ])('opens as none: %s', (_what, stored) => {
    expect(sealIn('here').open(stored)).toBe(null);
  });

  it('opens as none when a byte of it changed', () => {
    const stored = sealIn('here').close(SECRET);
    const bytes = Buffer.from(stored.slice('sealed-1:'.length), 'base64');
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(sealIn('here').open(`sealed-1:${changed.toString('base64')}`)).toBe(null);
    }
  });

  it('goes through the seal both ways, and stores nothing where the key cannot be had', async () => {
    const keychain = createKeychain({ fork, seal: sealIn('here') });
    const write = keychain.write('a', SECRET);
    const writing = await processOf(0);
    const [request] = writing.requests;
    const stored = request?.action === 'write' ? request.secret : '';
    expect(stored).toMatch(/^sealed-1:/);
    writing.say({ state: 'ready' });
    await write;
    const read = keychain.read('a', { enrolled: true });
    await vi.advanceTimersByTimeAsync(0);
    writing.say({ state: 'ready', secret: stored });
    expect(await read).toEqual({ state: 'ready', secret: SECRET });

    writeFileSync(join(folder, 'broken'), 'too short');
    const broken = createKeychain({ fork, seal: sealIn('broken') });
    expect(await broken.write('a', SECRET)).toEqual({ state: 'no_service' });
    expect(started).toHaveLength(1);
    expect(readFileSync(join(folder, 'broken'), 'utf8')).toBe('too short');
  });
});
