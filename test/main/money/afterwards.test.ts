import { basename, dirname } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test, vi } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { verifyChain } from '../../../src/main/audit/chain.ts';
import { nothingKnown } from '../../../src/main/money/outcomes.ts';
import { markRemoved, noteMissing } from '../../../src/main/storage/cache/removed-repo.ts';
import { openRecords, RecordsDb } from '../../../src/main/storage/open.ts';
import {
  BUY,
  CLIENT,
  NOW_MS,
  review,
  service,
  openDesk,
  setSettleDelay,
  WITHDRAWAL,
} from './fixture.ts';
import { journalOf } from './journal-of.ts';
import { lossy, lost, MINUTE_MS, OURS } from './lossy.ts';

const REASON = 'Bitpro support, ticket 4711';
const DAY_MS = 24 * 60 * MINUTE_MS;

async function cleared(made: ReturnType<typeof lossy>): Promise<string> {
  const id = await lost(made.desk);
  const intent = await made.desk.money.settle({ id, decision: 'did_not_go', reason: REASON });
  expect(intent.state).toBe('cleared');
  return id;
}

describe('what was taken for not carried out, and is there after all', () => {
  test.each([0, 20 * MINUTE_MS, 3 * DAY_MS, 29 * DAY_MS])(
    'needs a person again when it is executed %i ms later, and stays so',
    async (laterMs) => {
      const made = lossy();
      const { desk, executed } = made;
      const id = await cleared(made);
      desk.world.nowMs += laterMs;
      const { tid } = executed({ createdAtMs: NOW_MS + laterMs });
      await desk.read();
      const intent = desk.money.get(id);
      expect(intent).toMatchObject({ state: 'needs_human', settledBy: null, settledAtMs: null });
      expect(intent.reason).toContain(`Withdrawal ${tid} over 0.12000000 BTC`);
      expect(desk.money.list({ openOnly: true }).map((each) => each.id)).toEqual([id]);
      await desk.read();
      await expect(review(desk)).rejects.toMatchObject({ code: 'duplicate_intent' });
      const restarted = desk.restart();
      expect(restarted.money.get(id).state).toBe('needs_human');
      expect(verifyChain(restarted.records).ok).toBe(true);
    },
  );

  test('also when it was rejected', async () => {
    const { desk, executed } = lossy(0);
    desk.client.withdraw = async () => ({
      kind: 'rejected',
      error: { code: 'remote_rejected', message: 'Too much.', retryable: false },
    });
    const { id, state } = await desk.money.confirm(await review(desk));
    expect(state).toBe('rejected');
    executed();
    await desk.read();
    expect(desk.money.get(id).state).toBe('needs_human');
  });

  test('and all others that it fits, but not one of which not a byte was sent', async () => {
    const made = lossy(0);
    const { desk, executed } = made;
    const { withdraw } = desk.client;
    desk.client.withdraw = async () => ({
      kind: 'rejected',
      error: { code: 'connection_refused', message: 'It was refused.', retryable: true },
      unsent: true,
    });
    const unsent = await desk.money.confirm(await review(desk));
    desk.client.withdraw = withdraw;
    const ids = [await cleared(made), await cleared(made)];
    const { tid } = executed();
    await desk.read();
    const open = desk.money.list({ openOnly: true }).map((each) => each.id);
    expect(open.toSorted()).toEqual(ids.toSorted());
    expect(desk.money.get(unsent.id).state).toBe('rejected');
    const [, second = ''] = ids;
    await desk.money.settle({ id: second, decision: 'went', reason: REASON, found: tid });
    await desk.money.settle({ id: ids[0] ?? '', decision: 'did_not_go', reason: REASON });
    expect(ids.map((id) => desk.money.get(id).state)).toEqual(['cleared', 'confirmed']);
  });

  test('is for a person, where a near buy is unknown that it fits as well', async () => {
    const { desk, executed } = lossy(0);
    const first = await lost(desk, BUY);
    await desk.money.settle({ id: first, decision: 'did_not_go', reason: REASON });
    const id = await lost(desk, { ...BUY, amountUsd: '1510' });
    const { expectedSats } = desk.money.get(id);
    executed({ type: 'buy', amountSats: expectedSats ?? 0, address: null });
    await desk.money.lookAgain(id);
    expect(desk.money.get(id)).toMatchObject({
      state: 'needs_human',
      reason: expect.stringContaining('taken as not carried out'),
    });
  });

  test.each([
    ['another amount', { amountSats: 36_000_000 }],
    ['another address', { address: 'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn' }],
    ['no kind that is known', { type: 'unknown' }],
  ] as const)('also when it comes with %s, until a person has seen that', async (_, changes) => {
    const made = lossy();
    const { desk, executed } = made;
    const id = await cleared(made);
    const { tid } = executed(changes);
    await desk.read();
    const { state, reason } = desk.money.get(id);
    expect(state).toBe('needs_human');
    expect(reason).toContain(`${tid} over`);
    const decision = { id, decision: 'did_not_go', reason: REASON } as const;
    const { word } = await desk.money.weigh(decision);
    expect(word).toBe(tid.slice(-6));
    await desk.money.settle({ ...decision, typed: word ?? '' });
    await desk.read();
    const restarted = desk.restart();
    await restarted.read();
    expect(restarted.money.get(id).state).toBe('cleared');
  });

  test('a person is shown what is kept though the history cannot be read, and is not asked again', async () => {
    const made = lossy();
    const { desk, executed } = made;
    const id = await lost(desk);
    const { tid } = executed({ amountSats: 36_000_000 });
    await desk.read();
    desk.client.transactions = async () => {
      throw new AppError('timeout', 'No answer.');
    };
    const decision = { id, decision: 'did_not_go', reason: REASON } as const;
    const { notes, word } = await desk.money.weigh(decision);
    expect(notes.join(' ')).toContain(`${tid} over`);
    await desk.money.settle({ ...decision, typed: word ?? '' });
    expect(desk.money.get(id).state).toBe('cleared');
  });

  test.each([
    ['another kind', { type: 'deposit', address: null }],
    ['one that failed', { state: 'failed' }],
    ['another amount, a day later', { amountSats: 36_000_000, createdAtMs: NOW_MS + DAY_MS }],
    [
      'another amount and address',
      { amountSats: 36_000_000, address: 'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn' },
    ],
  ] as const)('not by %s', async (_, changes) => {
    const made = lossy();
    const id = await cleared(made);
    made.executed(changes);
    await made.desk.read();
    expect(made.desk.money.get(id).state).toBe('cleared');
  });

  test('also when it was listed as failed, and then is carried out', async () => {
    const made = lossy();
    const { desk, executed, model } = made;
    const id = await lost(desk);
    const { tid } = executed({ state: 'failed' });
    await desk.read();
    await desk.money.settle({ id, decision: 'went', found: tid, reason: REASON });
    expect(desk.money.get(id).state).toBe('cleared');
    const history = model.histories.get(CLIENT) ?? [];
    model.histories.set(
      CLIENT,
      history.map((row) => (row.tid === tid ? { ...row, state: 'processed' } : row)),
    );
    await desk.read();
    expect(desk.money.get(id).state).toBe('needs_human');
  });

  test('also while this machine’s clock is set a year ahead', async () => {
    const made = lossy();
    const id = await cleared(made);
    made.desk.world.nowMs += 365 * DAY_MS;
    made.desk.world.clockSetMs += 365 * DAY_MS;
    made.executed();
    await made.desk.read();
    expect(made.desk.money.get(id).state).toBe('needs_human');
  });

  test('not by an older one that is read late, nor after 30 days', async () => {
    const made = lossy();
    const id = await cleared(made);
    await made.desk.read();
    expect(made.desk.money.get(id).state).toBe('cleared');
    made.desk.world.nowMs += 31 * DAY_MS;
    made.executed({ createdAtMs: made.desk.world.nowMs });
    await made.desk.read();
    expect(made.desk.money.get(id).state).toBe('cleared');
  });

  test('not by what an equal one became, whatever comes first: its row or its answer', async () => {
    const made = lossy();
    const { desk, executed } = made;
    const id = await cleared(made);
    const again = { ...WITHDRAWAL, reason: 'It did not go before' };
    const second = await desk.money.confirm(await review(desk, again));
    expect(second.state).toBe('unknown');
    executed();
    await desk.read();
    expect(desk.money.get(id).state).toBe('cleared');
    await desk.money.lookAgain(second.id);
    expect(desk.money.get(second.id).state).toBe('confirmed');
    expect(desk.money.get(id).state).toBe('cleared');
    const { tid } = executed();
    await desk.read();
    expect(desk.money.get(id)).toMatchObject({
      state: 'needs_human',
      reason: expect.stringContaining(tid),
    });
  });

  test('stops an equal one that was written down meanwhile', async () => {
    const made = lossy();
    await cleared(made);
    const again = await review(made.desk, { ...WITHDRAWAL, reason: 'It did not go before' });
    made.executed();
    await made.desk.read();
    await expect(made.desk.money.confirm(again)).rejects.toMatchObject({
      code: expect.stringMatching(/duplicate_intent|conflict/),
    });
    expect(made.desk.client.posts).toHaveLength(1);
  });
});

describe('a confirmed payment', () => {
  const hidden = () => {
    const desk = openDesk(service({ transactions: async () => [] }));
    return { desk, run: () => desk.planned()[0]?.run() };
  };

  test('is looked for also where the disk told of an error when that was kept', async () => {
    const { desk } = hidden();
    const { records } = desk;
    const { withdraw } = desk.client;
    await desk.money.startSettling();
    const reviewed = await review(desk);
    desk.client.withdraw = async (...asked) => {
      vi.spyOn(records, 'transaction').mockImplementation((write) => {
        const kept = RecordsDb.prototype.transaction.call(records, write);
        const told = (...given: never[]): never => {
          kept.immediate(...given);
          throw new Database.SqliteError('fsync', 'SQLITE_IOERR_FSYNC');
        };
        return Object.assign(told, { ...kept, immediate: told });
      });
      return withdraw(...asked);
    };
    await expect(desk.money.confirm(reviewed)).rejects.toMatchObject({ code: 'storage_failed' });
    vi.restoreAllMocks();
    expect([desk.money.get(reviewed.id).state, desk.planned()]).toEqual(['confirmed', []]);
    await desk.money.lookAtAll();
    expect(desk.planned()).toHaveLength(1);
  });

  test('that no reading shows needs someone after two, and no more once one does', async () => {
    const { desk, run } = hidden();
    await desk.money.startSettling();
    const intent = await desk.money.confirm(await review(desk));
    expect(intent.state).toBe('confirmed');
    const open = () => desk.money.list({ openOnly: true }).map(({ id }) => id);
    for (const expected of [[], [intent.id]]) {
      run();
      await expect.poll(open).toEqual(expected);
      await expect.poll(() => desk.planned().length).toBe(1);
    }
    expect(desk.money.get(intent.id).attention).toContain('39486536');
    const row = { ...OURS, tid: '39486536', createdAtMs: NOW_MS };
    desk.money.observeRows(CLIENT, [{ ...row, txId: null, state: null, confirmations: null }]);
    expect(open()).toEqual([]);
    expect(desk.planned()).toEqual([]);
    expect(desk.restart().money.get(intent.id).attention).toBeUndefined();
  });

  test('that is missing from the history keeps the next one from being sent, in words', async () => {
    const { desk } = hidden();
    await desk.money.confirm(await review(desk));
    const next = await review(desk, { ...WITHDRAWAL, amountBtc: '0.2' });
    await expect(desk.money.confirm(next)).rejects.toMatchObject({
      message: expect.stringContaining('Bitpro confirmed transaction 39486536'),
    });
    expect(desk.client.posts).toHaveLength(1);
  });

  test('keeps nothing back once a day has passed, and still needs someone', async () => {
    const { desk, run } = hidden();
    await desk.money.startSettling();
    const intent = await desk.money.confirm(await review(desk));
    for (let misses = 1; misses <= 2; misses += 1) {
      run();
      await expect.poll(() => desk.planned().length).toBe(1);
    }
    desk.world.nowMs += DAY_MS + MINUTE_MS;
    desk.client.withdraw = async (_uid, payment) => ({
      kind: 'accepted',
      value: { ...payment, tid: '39486537', createdAtMs: NOW_MS, txId: null, state: 'pending' },
    });
    const next = await desk.money.confirm(await review(desk, { ...WITHDRAWAL, amountBtc: '0.2' }));
    expect(next.state).toBe('confirmed');
    expect(desk.money.get(intent.id).attention).toContain('39486536');
  });
});

test('a confirmed payment that the service takes off its list needs someone', async () => {
  const { desk, executed } = lossy();
  const id = await lost(desk);
  const { tid } = executed();
  await desk.read();
  await desk.money.lookAgain(id);
  expect(desk.money.get(id).state).toBe('confirmed');
  expect(desk.money.list({ openOnly: true })).toEqual([]);
  noteMissing(desk.cache, CLIENT, [tid], desk.world.nowMs);
  markRemoved(desk.cache, CLIENT, tid, desk.world.nowMs);
  expect(desk.money.list({ openOnly: true })).toMatchObject([
    { id, attention: expect.stringContaining(`${tid}, and no longer lists that`) },
  ]);
  await desk.read();
  expect(desk.money.list({ openOnly: true })).toEqual([]);
});

test('a history that answers with less than the cache holds is no baseline: nothing is sent', async () => {
  const { model, desk } = lossy(10);
  await desk.read();
  model.histories.set(CLIENT, []);
  const confirmation = await review(desk);
  await expect(desk.money.confirm(confirmation)).rejects.toMatchObject({
    message: expect.stringContaining('so nothing was sent'),
  });
  expect(desk.client.posts).toEqual([]);
  expect(desk.money.get(confirmation.id).state).toBe('journaled');
});

test('nothing is cleared by itself while the balance is not what the history adds up to', async () => {
  const { model, desk } = lossy(10);
  setSettleDelay(desk, 5);
  await desk.read();
  const id = await lost(desk);
  const honest = desk.client.getClient;
  desk.client.getClient = async (uid) => {
    const client = await honest(uid);
    return { ...client, balanceSats: client.balanceSats - 12_000_000 };
  };
  for (let n = 1; n < 8; n += 1) {
    desk.world.nowMs += 10 * MINUTE_MS;
    await desk.money.lookAgain(id);
  }
  expect(desk.money.settling(id)?.problem).toContain('differs by 0.12000000 BTC');
  expect(desk.money.get(id).state).toBe('unknown');
  expect(model.histories.get(CLIENT)).toHaveLength(10);
});

test('one that fits is found though it is dated years ago, below all that a look reads', async () => {
  const { model, desk } = lossy(0);
  for (let n = 0; n < 60; n += 1) {
    model.add(CLIENT, { amountSats: n + 1, createdAtMs: NOW_MS - (60 - n) * DAY_MS });
  }
  setSettleDelay(desk, 5);
  await desk.read();
  const id = await lost(desk);
  const row = { ...model.add(CLIENT, OURS), createdAtMs: NOW_MS - 50.5 * DAY_MS };
  const sorted = [row, ...(model.histories.get(CLIENT) ?? []).slice(1)];
  model.histories.set(
    CLIENT,
    sorted.toSorted((a, b) => b.createdAtMs - a.createdAtMs),
  );
  for (let n = 1; n < 4; n += 1) {
    desk.world.nowMs += 10 * MINUTE_MS;
    await desk.money.lookAgain(id);
  }
  expect(desk.money.get(id).state).toBe('unknown');
  await desk.read();
  await desk.money.lookAgain(id);
  expect(desk.money.get(id)).toMatchObject({
    state: 'needs_human',
    reason: expect.stringContaining(row.tid),
  });
});

test('what the service took off its list again is demanded of no reading', async () => {
  const { model, desk, executed } = lossy(10);
  await desk.read();
  const id = await lost(desk);
  const { tid } = model.histories.get(CLIENT)?.pop() ?? { tid: '' };
  executed();
  expect((await desk.money.lookAgain(id))?.problem).toContain('lags');
  noteMissing(desk.cache, CLIENT, [tid], NOW_MS);
  expect((await desk.money.lookAgain(id))?.problem).toContain('lags');
  markRemoved(desk.cache, CLIENT, tid, NOW_MS + 1);
  await desk.money.lookAgain(id);
  expect(desk.money.get(id).state).toBe('confirmed');
});

describe('an answer is never dropped', () => {
  /** A payment whose answer waits, and which a second opening takes for interrupted. */
  async function interrupted() {
    const { desk, executed, model } = lossy(0);
    let answer: (tid: string) => void = () => {};
    desk.client.withdraw = (_uid, payment) =>
      new Promise((resolve) => {
        answer = (tid) =>
          resolve({
            kind: 'accepted',
            value: { ...payment, tid, createdAtMs: NOW_MS, txId: null, state: 'pending' },
          });
      });
    const { id, ...confirmation } = await review(desk);
    const confirmed = desk.money.confirm({ id, ...confirmation });
    await expect.poll(() => desk.money.get(id).state).toBe('sent');
    return { desk, id, confirmed, executed, model, tell: (tid: string) => answer(tid) };
  }

  test('what is still being sent is not taken for interrupted by a second opening', async () => {
    const { desk, id, confirmed, executed, tell } = await interrupted();
    const twin = desk.twin();
    expect(twin.money.recover()).toEqual([]);
    expect(twin.money.get(id)).toMatchObject({ state: 'sent', reason: null });
    tell(executed().tid);
    expect((await confirmed).state).toBe('confirmed');
    await expect.poll(() => twin.changes.at(-1)?.state).toBe('confirmed');
  });

  test.each(['unknown', 'cleared'] as const)(
    'kept and told though the intent was %s by then',
    async (state) => {
      const { desk, id, confirmed, executed, tell } = await interrupted();
      // By another name of the file, as a process would that knows nothing of this one.
      const elsewhere = openRecords(`${dirname(desk.path)}/./${basename(desk.path)}`);
      const journal = journalOf(elsewhere);
      expect(journal.recover()).toMatchObject([{ id, state: 'unknown' }]);
      if (state === 'cleared') {
        const by = { settledBy: 'bob', settleReason: REASON, agreedBy: null, foundTid: null };
        const found = { ...nothingKnown(journal.get(id)), state, reason: 'It did not go.' };
        journal.settle(id, found, { ...by, readings: 0, settleDelayMinutes: null });
      }
      elsewhere.close();
      const { tid } = executed();
      tell(tid);
      const told = await confirmed;
      expect(told.state).toBe(state === 'cleared' ? 'needs_human' : 'confirmed');
      if (state === 'cleared') expect(told.reason).toContain(`as transaction ${tid}`);
      const answers = desk.records.prepare('SELECT said FROM intent_answers').pluck().all();
      expect(answers).toEqual([expect.stringContaining(tid)]);
      expect(verifyChain(desk.records).ok).toBe(true);
    },
  );
});
