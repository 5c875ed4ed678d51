import { describe, expect, test } from 'vitest';
import {
  describeTransportFailure,
  TransportError,
} from '../../../src/main/bitpro/transport-error.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { BUY, CLIENT, NOW_MS, review, setSettleDelay, type Desk } from './fixture.ts';
import { AGAIN, lossy, lost, MINUTE_MS, OURS, stateOf } from './lossy.ts';

describe('the baseline', () => {
  test('is read before the one POST, and equal payments of before settle nothing', async () => {
    const { model, desk } = lossy();
    const order: string[] = [];
    model.beforeRequest = (request) => order.push(`${request} posts ${desk.client.posts.length}`);
    const id = await lost(desk);
    expect(order[0]).toBe(`page ${CLIENT} 1 posts 0`);
    await desk.money.lookAgain(id);
    expect(stateOf(desk, id)).toBe('unknown');
  });

  test('that cannot be read leaves the intent journaled, and nothing is sent', async () => {
    const { model, desk } = lossy();
    const confirmation = await review(desk, AGAIN);
    model.beforeRequest = () => {
      throw new AppError('timeout', 'Bitpro did not answer in time.');
    };
    await expect(desk.money.confirm(confirmation)).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('so nothing was sent'),
    });
    expect(desk.client.posts).toEqual([]);
    expect(desk.money.get(confirmation.id).state).toBe('journaled');
  });

  test.each([
    ['of the baseline', NOW_MS - MINUTE_MS],
    ['older than all that the baseline names', NOW_MS - 60 * MINUTE_MS],
  ])('an answer that names a transaction %s needs a person', async (_, createdAtMs) => {
    const { desk, model } = lossy(0);
    const { tid } = model.add(CLIENT, { ...OURS, createdAtMs });
    model.add(CLIENT, { ...OURS, createdAtMs: NOW_MS - MINUTE_MS });
    const answer = { tid, createdAtMs, txId: null, state: null };
    desk.client.withdraw = async (_uid, payment) => ({
      kind: 'accepted',
      value: { ...answer, ...payment },
    });
    const intent = await desk.money.confirm(await review(desk, AGAIN));
    expect(intent).toMatchObject({ state: 'needs_human', serverTid: null });
    expect(intent.reason).toContain(`transaction ${tid}, which was there before`);
  });
});

test.each(['timeout', 'broken'] as const)(
  'an unknown outcome, here %s, never advises to try again',
  async (failure) => {
    const { desk } = lossy();
    const advice = describeTransportFailure(
      new TransportError(failure, { cause: null, mayHaveSent: true }),
      'bitpro.test',
    );
    expect(advice).toMatch(/try again/i);
    desk.client.withdraw = async () => ({ kind: 'unknown', reason: advice });
    const { reason } = desk.money.get(await lost(desk));
    expect(reason).toContain('bitpro.test');
    expect(reason).not.toMatch(/try again/i);
  },
);

describe('one look', () => {
  test('at exactly one match confirms, with what the history says', async () => {
    const { desk, executed } = lossy();
    const id = await lost(desk);
    const { tid } = executed({ txId: 'ab'.repeat(32), state: 'accepted' });
    expect(await desk.money.lookAgain(id)).toBeNull();
    expect(stateOf(desk, id)).toBe('confirmed');
    expect(desk.money.get(id)).toMatchObject({
      serverTid: tid,
      receivedSats: 12_000_000,
      serverTxId: 'ab'.repeat(32),
      serverState: 'accepted',
      reason: null,
      settledBy: null,
    });
    expect(desk.changes.at(-1)).toMatchObject({ id, state: 'confirmed' });
  });

  test('leaves what another open request explains to that one, and clears this one afterwards', async () => {
    const { desk, executed } = lossy();
    const other = { ...AGAIN, amountBtc: '0.2' };
    const [went, didNot] = [await lost(desk, other), await lost(desk)];
    executed({ amountSats: 20_000_000 });
    expect(await desk.money.lookAgain(didNot)).toMatchObject({
      problem: expect.stringContaining('settled first'),
      completeReadings: 0,
    });
    expect(desk.money.get(didNot).state).toBe('unknown');
    await desk.money.lookAgain(went);
    expect(desk.money.get(went).state).toBe('confirmed');
    expect(await desk.money.lookAgain(didNot)).toMatchObject({
      problem: null,
      completeReadings: 1,
    });
    expect(desk.client.posts).toHaveLength(2);
  });

  test('finds it below two pages of others', async () => {
    const { model, desk, executed } = lossy();
    const id = await lost(desk);
    executed();
    for (let n = 0; n < 60; n += 1) model.add(CLIENT);
    await desk.money.lookAgain(id);
    expect(stateOf(desk, id)).toBe('confirmed');
  });

  test('finds it while pages shift', async () => {
    const { model, desk, executed } = lossy();
    const id = await lost(desk);
    executed();
    for (let n = 0; n < 24; n += 1) model.add(CLIENT);
    model.beforeRequest = (request) => {
      if (request.endsWith(' 2')) for (let n = 0; n < 10; n += 1) model.add(CLIENT);
    };
    await desk.money.lookAgain(id);
    expect(stateOf(desk, id)).toBe('confirmed');
  });

  test('at an equal payment by someone else beside ours needs a person', async () => {
    const { model, desk, executed } = lossy();
    await desk.money.startSettling();
    const id = await lost(desk);
    executed();
    const { tid } = executed({ createdAtMs: NOW_MS + 2000 });
    const status = await desk.money.lookAgain(id);
    expect(stateOf(desk, id)).toBe('needs_human');
    expect(status).toMatchObject({ nextLookAtMs: null });
    expect(status?.candidates).toHaveLength(2);
    expect(desk.planned()).toEqual([]);
    // Also when only one of them still fits: a person was asked, and answers.
    model.change(CLIENT, tid, { amountSats: 1 });
    expect(await desk.money.lookAgain(id)).toMatchObject({ problem: null, completeReadings: 2 });
    expect(stateOf(desk, id)).toBe('needs_human');
    expect(desk.planned()).toEqual([]);
  });

  test('at a history that fails, lags or ends in the middle of a page counts for nothing', async () => {
    const { model, desk, executed } = lossy(10);
    const id = await lost(desk);
    executed();
    const rows = model.histories.get(CLIENT) ?? [];
    model.beforeRequest = () => {
      throw new AppError('remote_failed', 'Bitpro failed.');
    };
    expect(await desk.money.lookAgain(id)).toMatchObject({ problem: 'Bitpro failed.' });
    model.beforeRequest = () => {};
    model.histories.set(CLIENT, rows.slice(0, 5));
    expect((await desk.money.lookAgain(id))?.problem).toContain('lags');
    model.histories.set(CLIENT, []);
    expect((await desk.money.lookAgain(id))?.problem).toContain('lags');
    expect(stateOf(desk, id)).toBe('unknown');
    model.histories.set(CLIENT, rows);
    await desk.money.lookAgain(id);
    expect(stateOf(desk, id)).toBe('confirmed');
  });

  test('one transaction never settles two buys that it may be', async () => {
    const { desk, executed } = lossy();
    const first = await lost(desk, BUY);
    const second = await lost(desk, { ...BUY, amountUsd: '1501' });
    executed({ type: 'buy', amountSats: 122_500_000, address: null });
    await desk.money.lookAgain(first);
    await desk.money.lookAgain(second);
    expect([first, second].map((id) => desk.money.get(id).state)).toEqual([
      'needs_human',
      'needs_human',
    ]);
  });

  test('waits while another request of the client is on its way', async () => {
    const { desk, executed } = lossy();
    const id = await lost(desk, BUY);
    let answer = () => {};
    desk.client.buy = () =>
      new Promise((resolve) => {
        const { tid } = executed({ type: 'buy', amountSats: 122_500_000, address: null });
        const value = { tid, amountSats: 122_500_000, createdAtMs: NOW_MS };
        answer = () => resolve({ kind: 'accepted', value });
      });
    const second = await review(desk, { ...BUY, amountUsd: '1501' });
    const confirmed = desk.money.confirm(second);
    await expect.poll(() => desk.money.get(second.id).state).toBe('sent');
    expect((await desk.money.lookAgain(id))?.problem).toContain('on its way');
    answer();
    expect((await confirmed).state).toBe('confirmed');
    expect((await desk.money.lookAgain(id))?.problem).toBeNull();
    expect(desk.money.get(id).state).toBe('unknown');
  });

  test('of the same intent joins the look under way', async () => {
    const { model, desk } = lossy();
    const id = await lost(desk);
    model.requests.length = 0;
    await Promise.all([desk.money.lookAgain(id), desk.money.lookAgain(id)]);
    expect(model.requests.filter((request) => request.endsWith(' 1'))).toHaveLength(1);
  });
});

describe('cleared', () => {
  test('never without a settle delay', async () => {
    const { desk } = lossy();
    const id = await lost(desk);
    for (let n = 0; n < 5; n += 1) {
      desk.world.nowMs += 10_000 * MINUTE_MS;
      await desk.money.lookAgain(id);
    }
    expect(stateOf(desk, id)).toBe('unknown');
  });

  test('by two readings after the delay and apart by more, also across a restart', async () => {
    const { desk } = lossy();
    setSettleDelay(desk, 10);
    await desk.read();
    const id = await lost(desk);
    const lookAt = async (at: Desk, minutes: number) => {
      at.world.nowMs = NOW_MS + minutes * MINUTE_MS;
      await at.money.lookAgain(id);
      return stateOf(at, id);
    };
    expect(await lookAt(desk, 1)).toBe('unknown');
    expect(await lookAt(desk, 10)).toBe('unknown');
    expect(await lookAt(desk, 11)).toBe('unknown');
    expect(await lookAt(desk, 12)).toBe('unknown');
    const restarted = desk.restart();
    expect(await lookAt(restarted, 21)).toBe('unknown');
    expect(await lookAt(restarted, 21.1)).toBe('cleared');
    expect(restarted.money.get(id).reason).toContain('two complete readings');
    await expect(review(restarted)).rejects.toMatchObject({ field: 'reason' });
    await review(restarted, { ...AGAIN, reason: 'It is not at the payee.' });
  });

  test('not by two that were made right after two starts, however long the app was closed before', async () => {
    const { desk } = lossy();
    setSettleDelay(desk, 10);
    await desk.read();
    const id = await lost(desk);
    desk.world.nowMs += 11 * MINUTE_MS;
    let at = desk;
    /** Another start, at which no answer has told the time before the first look. */
    const startAndLook = async (minutesLater: number) => {
      at.clock.keep();
      at.world.nowMs += minutesLater * MINUTE_MS;
      at.world.isTimeless = true;
      at = at.restart();
      await at.money.lookAgain(id);
      return stateOf(at, id);
    };
    expect(await startAndLook(600)).toBe('unknown');
    expect(await startAndLook(0.1)).toBe('unknown');
    expect(await startAndLook(11)).toBe('cleared');
  });

  test('not sooner because the machine slept between the baseline and the sending', async () => {
    const { desk } = lossy();
    setSettleDelay(desk, 10);
    await desk.read();
    const answer = desk.client.withdraw;
    desk.client.withdraw = (...payment) => {
      desk.world.nowMs += 60 * MINUTE_MS;
      return answer(...payment);
    };
    const id = await lost(desk);
    for (const minutes of [0, 11]) {
      desk.world.nowMs = NOW_MS + (60 + minutes) * MINUTE_MS;
      await desk.money.lookAgain(id);
    }
    expect(stateOf(desk, id)).toBe('unknown');
  });

  test('not by readings that lag', async () => {
    const { model, desk } = lossy();
    setSettleDelay(desk, 1);
    await desk.read();
    const id = await lost(desk);
    model.histories.set(CLIENT, []);
    for (let n = 1; n < 5; n += 1) {
      desk.world.nowMs = NOW_MS + n * 10 * MINUTE_MS;
      await desk.money.lookAgain(id);
    }
    expect(stateOf(desk, id)).toBe('unknown');
  });
});

describe('by itself', () => {
  test('looks at start, then ever more rarely, and no more once it is settled', async () => {
    const { desk, executed } = lossy();
    const id = await lost(desk);
    expect(desk.planned()).toEqual([]);
    await desk.money.startSettling();
    const delays: number[] = [];
    for (let n = 0; n < 10; n += 1) {
      const [next] = desk.planned();
      delays.push(next?.delayMs ?? 0);
      expect(desk.money.settling(id)?.nextLookAtMs).toBe(NOW_MS + (next?.delayMs ?? 0));
      next?.run();
      await expect.poll(() => desk.money.settling(id)?.isLooking).toBe(false);
    }
    expect(delays).toEqual(delays.toSorted((a, b) => a - b));
    expect(delays.at(-1)).toBe(15 * MINUTE_MS);
    expect(desk.planned()).toHaveLength(1);
    executed();
    await desk.money.lookAtAll();
    expect(stateOf(desk, id)).toBe('confirmed');
    expect(desk.planned()).toEqual([]);
  });

  test('looks soon after an answer was lost', async () => {
    const { desk, executed } = lossy();
    await desk.money.startSettling();
    const id = await lost(desk);
    executed();
    desk.planned()[0]?.run();
    await expect.poll(() => desk.money.get(id).state).toBe('confirmed');
  });

  test('after a crash looks for what was being sent', async () => {
    const { desk, executed } = lossy();
    const never = new Promise<never>(() => {});
    desk.client.withdraw = () => never;
    const { id } = await review(desk, AGAIN).then((confirmation) => {
      void desk.money.confirm(confirmation);
      return confirmation;
    });
    await expect.poll(() => desk.money.get(id).state).toBe('sent');
    executed();
    const restarted = desk.restart();
    restarted.money.recover();
    await restarted.money.startSettling();
    expect(restarted.money.get(id).state).toBe('confirmed');
  });

  test('nothing is written once it is idle', async () => {
    const { model, desk } = lossy();
    const id = await lost(desk);
    let answer = () => {};
    desk.client.transactions = async (uid, page) => {
      if (page === 1) await new Promise<void>((resolve) => (answer = resolve));
      return model.transactions(uid, page);
    };
    void desk.money.lookAgain(id);
    const idle = desk.money.idle();
    answer();
    await idle;
    expect(desk.records.prepare('SELECT count(*) FROM intent_readings').pluck().get()).toBe(0);
  });
});
