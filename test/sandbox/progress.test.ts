import { describe, expect, it } from 'vitest';
import { destination, field, rows, startBench, textField, type Bench } from './harness.ts';

const minuteMs = 60_000;

async function balances({ get }: Bench, uid: string) {
  const { json } = await get(`/clients/${uid}`);
  return [field(json, 'balance'), field(json, 'unconfirmed_balance')];
}

async function newest({ get }: Bench, uid: string): Promise<unknown> {
  return rows((await get(`/clients/${uid}/transactions`)).json)[0];
}

describe('a deposit', () => {
  it('gains a confirmation a block up to six, then joins the balance', async () => {
    const bench = await startBench();
    const uid = await bench.clientWith(0);
    bench.sandbox.deposit(uid, 10_000_000);
    expect(await newest(bench, uid)).toEqual({
      tid: expect.stringMatching(/^\d{7,8}$/),
      type: 'bitcoin_deposit',
      amount: '0.1',
      created_at: '2017-04-10T08:52:09Z',
      tx_id: expect.stringMatching(/^[0-9a-f]{64}$/),
      tx_confirmations: 0,
    });
    for (const confirmations of [1, 2, 3, 4, 5]) {
      bench.clock.nowMs += minuteMs;
      expect(await newest(bench, uid)).toMatchObject({ tx_confirmations: confirmations });
      expect(await balances(bench, uid)).toEqual(['0.0', '0.1']);
    }
    for (const _ of ['sixth', 'no seventh']) {
      bench.clock.nowMs += minuteMs;
      expect(await newest(bench, uid)).toMatchObject({ tx_confirmations: 6 });
      expect(await balances(bench, uid)).toEqual(['0.1', '0.0']);
    }
  });

  it('cannot be spent before', async () => {
    const { post, sandbox, clientWith } = await startBench();
    const uid = await clientWith(0);
    sandbox.deposit(uid, 10_000_000);
    const body = `address=${destination}&amount=0.1`;
    expect(await post(`/clients/${uid}/withdrawal`, body)).toMatchObject({
      json: { errors: 'Amount is greater than your available balance' },
    });
  });

  it('needs another number of confirmations when told', async () => {
    const bench = await startBench({ confirmationsNeeded: 2 });
    const uid = await bench.clientWith(0);
    bench.sandbox.deposit(uid, 10_000_000);
    bench.clock.nowMs += 5 * minuteMs;
    expect(await newest(bench, uid)).toMatchObject({ tx_confirmations: 2 });
    expect(await balances(bench, uid)).toEqual(['0.1', '0.0']);
  });

  it('moves on by advance, which leaves the clock of signatures alone', async () => {
    const bench = await startBench();
    const uid = await bench.clientWith(0);
    bench.sandbox.deposit(uid, 10_000_000);
    bench.sandbox.advance(3 * minuteMs);
    expect(await newest(bench, uid)).toMatchObject({
      tx_confirmations: 3,
      created_at: '2017-04-10T08:52:09Z',
    });
  });
});

describe('a withdrawal', () => {
  const body = `address=${destination}&amount=0.4`;

  it('goes from pending to accepted to processed', async () => {
    const bench = await startBench();
    const uid = await bench.clientWith(100_000_000);
    await bench.post(`/clients/${uid}/withdrawal`, body);
    const seen: unknown[] = [];
    for (let minute = 0; minute <= 4; minute++) {
      seen.push(field(await newest(bench, uid), 'state'));
      bench.clock.nowMs += minuteMs;
    }
    expect(seen).toEqual(['pending', 'accepted', 'accepted', 'processed', 'processed']);
  });

  it('is processed at once when told', async () => {
    const { post, clientWith } = await startBench({ withdrawalProgress: 'at-once' });
    const uid = await clientWith(100_000_000);
    expect(await post(`/clients/${uid}/withdrawal`, body)).toMatchObject({
      json: { state: 'processed' },
    });
  });

  it('leaves the balance when processed if told, yet is not spent twice meanwhile', async () => {
    const bench = await startBench({ withdrawalDeducts: 'when-processed' });
    const uid = await bench.clientWith(100_000_000);
    const path = `/clients/${uid}/withdrawal`;
    await bench.post(path, body);
    await bench.post(path, body);
    expect(await balances(bench, uid)).toEqual(['1.0', '0.0']);
    expect(await bench.post(path, body)).toMatchObject({
      json: { errors: 'Amount is greater than your available balance' },
    });
    bench.sandbox.advance(3 * minuteMs);
    expect(await balances(bench, uid)).toEqual(['0.2', '0.0']);
  });
});

describe('deposits that arrive by themselves', () => {
  it('reach a new client soon, then come now and then', async () => {
    const { post, get, clock, sandbox } = await startBench({ deposits: 'auto' });
    const uid = textField((await post('/clients')).json, 'uid');
    clock.nowMs += 20_000;
    expect(rows((await get(`/clients/${uid}/transactions`)).json)).toHaveLength(1);
    clock.nowMs += 15 * minuteMs;
    await get('/ping');
    expect(sandbox.ledger().length).toBeGreaterThan(1);
  });

  it('are few after a long absence, in order and none in the future', async () => {
    const { get, clientWith, clock, sandbox } = await startBench({ deposits: 'auto' });
    await clientWith(0);
    clock.nowMs += 90 * 24 * 60 * minuteMs;
    await get('/ping');
    const times = sandbox.ledger().map(({ createdAtMs }) => createdAtMs);
    expect(times.length).toBeGreaterThan(0);
    expect(times.length).toBeLessThanOrEqual(7);
    expect(times).toEqual(times.toSorted((left, right) => left - right));
    expect(times.every((atMs) => atMs <= clock.nowMs)).toBe(true);
  });
});
