import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { destination, startBench } from './harness.ts';
import { merchant } from './signed-call.ts';

let directory = '';
let stateFile = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sandbox-state-'));
  stateFile = join(directory, 'state.json');
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

describe('the state file', () => {
  it('carries clients, history and used signatures over a restart', async () => {
    const first = await startBench({ stateFile });
    const uid = await first.clientWith(100_000_000);
    const body = `address=${destination}&amount=0.25`;
    const path = `/clients/${uid}/withdrawal`;
    expect(await first.post(path, body)).toMatchObject({ status: 200 });
    await first.post(`/clients/${uid}/buy`, 'traded_fiat=10');
    const ledger = first.sandbox.ledger();
    const before = await first.get(`/clients/${uid}`);
    await first.sandbox.close();

    const second = await startBench({ stateFile, scenario: 'demo', deposits: 'none' });
    second.clock.nowMs = first.clock.nowMs;
    expect(second.sandbox.ledger()).toEqual(ledger);
    expect(await second.get(`/clients/${uid}`)).toEqual(before);
    const date = new Date(first.clock.nowMs - 1000).toUTCString();
    expect(await second.post(path, body, { date })).toMatchObject({ status: 401 });
    expect(second.sandbox.ledger()).toEqual(ledger);
  });

  it('is on disk before the answer, for its owner alone, without leftovers or secrets', async () => {
    writeFileSync(`${stateFile}.tmp`, 'left by a crash');
    chmodSync(`${stateFile}.tmp`, 0o666);
    const { clientWith } = await startBench({ stateFile });
    const uid = await clientWith(0);
    const text = readFileSync(stateFile, 'utf8');
    expect(text).toContain(uid);
    expect(text).not.toContain(merchant.secret);
    expect(statSync(stateFile).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['state.json']);
  });

  it.each([
    ['is not JSON', 'nonsense'],
    ['is cut off', '{"version":1,"network":"testnet","clients":['],
    ['lacks a part', '{"version":1,"network":"testnet","clients":[{}]}'],
    ['is of another version', '{"version":2}'],
  ])('stops the start and stays as it is when it %s', async (_, text) => {
    writeFileSync(stateFile, text);
    await expect(startBench({ stateFile })).rejects.toThrow(
      `state file ${stateFile} cannot be used`,
    );
    expect(readFileSync(stateFile, 'utf8')).toBe(text);
  });

  it('stops the start when it is of another network', async () => {
    const { clientWith } = await startBench({ stateFile });
    await clientWith(0);
    await expect(startBench({ stateFile, network: 'mainnet' })).rejects.toThrow(
      'is of testnet, not mainnet',
    );
  });
});
