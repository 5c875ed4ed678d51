import { describe, expect, it } from 'vitest';
import { isAddress } from '../../src/sandbox/addresses.ts';
import { field, rows, satsOf, startBench, startMs, textField, type Bench } from './harness.ts';

const demo = { scenario: 'demo', deposits: 'none' } as const;

async function wholeHistory({ get }: Bench, uid: string): Promise<unknown[]> {
  const all: unknown[] = [];
  for (let page = 1; ; page++) {
    const found = rows((await get(`/clients/${uid}/transactions?page=${page}`)).json);
    all.push(...found);
    if (found.length < 25) return all;
  }
}

describe('the demo', () => {
  it('ties every balance to the history it serves, to the satoshi', async () => {
    const bench = await startBench(demo);
    const uids = new Set(bench.sandbox.ledger().map(({ uid }) => uid));
    expect(uids.size).toBe(11); // the twelfth client has no history yet
    for (const uid of uids) {
      const totals = { balance: 0, unconfirmed: 0 };
      for (const row of await wholeHistory(bench, uid)) {
        const amount = satsOf(textField(row, 'amount'));
        const type = field(row, 'type');
        if (type === 'bitcoin_withdrawal') totals.balance -= amount;
        else if (type === 'bitcoin_buy' || field(row, 'tx_confirmations') === 6) {
          totals.balance += amount;
        } else totals.unconfirmed += amount;
      }
      const { json } = await bench.get(`/clients/${uid}`);
      expect(satsOf(textField(json, 'balance'))).toBe(totals.balance);
      expect(satsOf(textField(json, 'unconfirmed_balance'))).toBe(totals.unconfirmed);
    }
  });

  it.each([1, 2, 77])('is believable with seed %d', async (seed) => {
    const { sandbox } = await startBench({ ...demo, seed });
    const ledger = sandbox.ledger();
    const byClient = Map.groupBy(ledger, ({ uid }) => uid);
    expect([...byClient.values()].filter(({ length }) => length > 60).length).toBeGreaterThan(2);
    for (const history of byClient.values()) {
      let balanceSats = 0;
      let lastMs = startMs - 300 * 24 * 3_600_000;
      for (const entry of history) {
        expect(entry.createdAtMs).toBeGreaterThanOrEqual(lastMs);
        expect(entry.createdAtMs).toBeLessThanOrEqual(startMs);
        lastMs = entry.createdAtMs;
        balanceSats += entry.type === 'bitcoin_withdrawal' ? -entry.amountSats : entry.amountSats;
        expect(balanceSats).toBeGreaterThanOrEqual(0);
        expect(entry.amountSats).toBeGreaterThan(0);
        if (entry.type !== 'bitcoin_withdrawal') continue;
        expect(entry.amountSats).toBeGreaterThanOrEqual(5_000_000);
        expect(isAddress(entry.address, 'testnet')).toBe(true);
      }
    }
  });

  it('has a pending and an accepted withdrawal and unconfirmed deposits under way', async () => {
    const bench = await startBench(demo);
    const newest: unknown[] = [];
    for (const uid of new Set(bench.sandbox.ledger().map((entry) => entry.uid))) {
      newest.push(...(await wholeHistory(bench, uid)).slice(0, 1));
    }
    expect(newest).toContainEqual(expect.objectContaining({ state: 'pending' }));
    expect(newest).toContainEqual(expect.objectContaining({ state: 'accepted' }));
    expect(newest).toContainEqual(expect.objectContaining({ tx_confirmations: 0 }));
    expect(newest).toContainEqual(expect.objectContaining({ tx_confirmations: 2 }));
  });

  it('is the same for the same seed and time, and another for another seed', async () => {
    const ledgerOf = async (seed: number) => (await startBench({ ...demo, seed })).sandbox.ledger();
    const first = await ledgerOf(5);
    expect(await ledgerOf(5)).toEqual(first);
    expect(await ledgerOf(6)).not.toEqual(first);
  });
});
