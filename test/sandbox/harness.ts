import { afterEach } from 'vitest';
import type { SandboxOptions } from '../../src/sandbox/options.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/server.ts';
import { merchant, otherMerchant, signedCall, type Answer, type Call } from './signed-call.ts';

/** A running sandbox with a clock that stands still until it is moved. */
export interface Bench {
  sandbox: Sandbox;
  clock: { nowMs: number };
  get: (path: string, more?: Partial<Call>) => Promise<Answer>;
  /** Moves the clock on by a second first, so that two equal POSTs differ in Date. */
  post: (path: string, body?: string, more?: Partial<Call>) => Promise<Answer>;
  /** A new client with this confirmed balance; its uid. */
  clientWith: (balanceSats: number) => Promise<string>;
}

export const startMs = Date.UTC(2017, 3, 10, 8, 52, 8);

export const destination = '2MzCEdXEzBaxCJQAq8igw4pUP1NSGAgzsUr';

const running: Sandbox[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((sandbox) => sandbox.close()));
});

export async function startBench(options: Partial<SandboxOptions> = {}): Promise<Bench> {
  const clock = { nowMs: startMs };
  const merchants = [merchant, otherMerchant];
  const sandbox = await startSandbox({ merchants, now: () => clock.nowMs, ...options });
  running.push(sandbox);

  const bench: Bench = {
    sandbox,
    clock,
    get: (path, more) => signedCall(sandbox, { path, atMs: clock.nowMs, ...more }),
    post: (path, body = '', more = {}) => {
      clock.nowMs += 1000;
      return signedCall(sandbox, { method: 'POST', path, body, atMs: clock.nowMs, ...more });
    },
    clientWith: async (balanceSats) => {
      const { json } = await bench.post('/clients');
      const uid = textField(json, 'uid');
      if (balanceSats > 0) {
        sandbox.deposit(uid, balanceSats);
        sandbox.advance(6 * 60_000);
      }
      return uid;
    },
  };
  return bench;
}

export function field(json: unknown, name: string): unknown {
  if (typeof json !== 'object' || json === null || !(name in json)) {
    throw new Error(`no ${name} in ${JSON.stringify(json)}`);
  }
  return Reflect.get(json, name);
}

export function textField(json: unknown, name: string): string {
  const value = field(json, name);
  if (typeof value !== 'string') throw new Error(`${name} is not a text`);
  return value;
}

export function rows(json: unknown): unknown[] {
  if (!Array.isArray(json)) throw new Error(`not a list: ${JSON.stringify(json)}`);
  return json;
}

/** Satoshis of an amount as the API writes it. */
export function satsOf(text: string): number {
  const [whole = '', fraction = ''] = text.split('.');
  return Number(whole + fraction.padEnd(8, '0'));
}
