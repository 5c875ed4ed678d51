import { describe, expect, test } from 'vitest';
import { getRegisteredClient } from '../../../src/main/storage/records/clients-repo.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { BUY, CLIENT, DEPOSIT_ADDRESS, DESTINATION, guardsOf, NOW_MS, review } from './fixture.ts';
import { AGAIN, lossy, lost, OURS, stateOf } from './lossy.ts';

const REASON = 'Bitpro support, ticket 4711';
const PASSPHRASE = 'correct horse battery';

describe('it did not go', () => {
  test('is refused while the history shows one that fits, and names it', async () => {
    const { desk, executed } = lossy();
    const id = await lost(desk);
    const { tid } = executed();
    const gone = desk.money.settle({ id, decision: 'did_not_go', reason: REASON });
    await expect(gone).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`${tid} over 0.12000000 BTC to ${DESTINATION}`),
    });
    expect(stateOf(desk, id)).toBe('unknown');
  });

  test('also one with a new tid that is dated an hour before the request', async () => {
    const { desk, executed } = lossy();
    const id = await lost(desk);
    const { tid } = executed({ createdAtMs: NOW_MS - 3_600_000 });
    const gone = desk.money.settle({ id, decision: 'did_not_go', reason: REASON });
    await expect(gone).rejects.toMatchObject({ code: 'conflict' });
    await desk.money.lookAgain(id);
    expect(stateOf(desk, id)).toBe('needs_human');
    const went = { id, decision: 'went', reason: REASON, found: tid } as const;
    await expect(desk.money.settle(went)).rejects.toMatchObject({ field: 'typed' });
    expect(await desk.money.settle({ ...went, typed: tid })).toMatchObject({ state: 'confirmed' });
  });

  test('but not while the history cannot be read, without the word or a second person', async () => {
    const { desk, model } = lossy();
    const id = await lost(desk);
    model.beforeRequest = () => {
      throw new AppError('timeout', 'Bitpro did not answer in time.');
    };
    const gone = { id, decision: 'did_not_go', reason: REASON } as const;
    await expect(desk.money.settle(gone)).rejects.toMatchObject({
      field: 'typed',
      message: expect.stringContaining('cannot be read now'),
    });
    await guardsOf(desk).addApprover({ name: 'Bob', newPassphrase: PASSPHRASE });
    await expect(desk.money.settle(gone)).rejects.toMatchObject({ code: 'approval_needed' });
    const own = { approver: 'alice', passphrase: PASSPHRASE };
    await expect(desk.money.settle({ ...gone, second: own })).rejects.toMatchObject({
      code: 'forbidden',
    });
    const second = { approver: 'Bob', passphrase: PASSPHRASE };
    expect(await desk.money.settle({ ...gone, second })).toMatchObject({ state: 'cleared' });
    await expect(review(desk)).rejects.toMatchObject({ field: 'reason' });
  }, 30_000);

  test.each([
    ['a buy at another price', BUY, { type: 'buy', amountSats: 900_000_000, address: null }],
    ['an amount less a fee', AGAIN, { amountSats: 11_990_000 }],
  ] as const)(
    'takes the tid of what may be it, executed otherwise: %s',
    async (_what, draft, row) => {
      const { desk, executed } = lossy();
      const id = await lost(desk, draft);
      const { tid } = executed({ type: 'withdrawal', ...row });
      const gone = { id, decision: 'did_not_go', reason: REASON } as const;
      await expect(desk.money.settle(gone)).rejects.toMatchObject({
        field: 'typed',
        message: expect.stringContaining(`${tid} over`),
      });
      await guardsOf(desk).addApprover({ name: 'Bob', newPassphrase: PASSPHRASE });
      await expect(desk.money.settle(gone)).rejects.toMatchObject({ code: 'approval_needed' });
      const second = { approver: 'Bob', passphrase: PASSPHRASE };
      expect(await desk.money.settle({ ...gone, second })).toMatchObject({ state: 'cleared' });
    },
  );

  test('says of what else is new that it is not explained, and goes on', async () => {
    const { desk, executed } = lossy();
    const id = await lost(desk);
    executed({ amountSats: 50_000_000, address: DEPOSIT_ADDRESS });
    const gone = { id, decision: 'did_not_go', reason: REASON } as const;
    expect(await desk.money.settle(gone)).toMatchObject({ state: 'cleared' });
  });

  test('takes a second person where Bitpro named a transaction, and is remembered for 30 days', async () => {
    const { desk, model } = lossy(0);
    desk.client.withdraw = async (_uid, { address }) => {
      const row = model.add(CLIENT, { ...OURS, amountSats: 13_000_000, createdAtMs: NOW_MS });
      return { kind: 'accepted', value: { ...row, address } };
    };
    const { id, state } = await desk.money.confirm(await review(desk, AGAIN));
    expect(state).toBe('needs_human');
    const gone = { id, decision: 'did_not_go', reason: REASON } as const;
    await expect(desk.money.settle(gone)).rejects.toMatchObject({
      code: 'approval_needed',
      message: expect.stringContaining('add an approver'),
    });
    await guardsOf(desk).addApprover({ name: 'Bob', newPassphrase: PASSPHRASE });
    const second = { approver: 'Bob', passphrase: PASSPHRASE };
    expect(await desk.money.settle({ ...gone, second })).toMatchObject({ state: 'cleared' });
    desk.world.nowMs += 29 * 86_400_000;
    await expect(review(desk)).rejects.toMatchObject({
      field: 'reason',
      message: expect.stringContaining('Bitpro itself had named'),
    });
    desk.world.nowMs += 2 * 86_400_000;
    await review(desk);
  }, 30_000);
});

describe('it went', () => {
  test.each([
    ['another amount', { amountSats: 1 }, 'Amount'],
    ['another address', { address: DEPOSIT_ADDRESS }, 'Address'],
    ['an address not told', { address: null }, 'Address'],
    ['an unknown type', { type: 'unknown' }, 'Kind'],
    ['a date long after', { createdAtMs: NOW_MS + 3_600_000 }, 'Date'],
  ] as const)('as %s stands side by side, and is typed', async (_, changes, term) => {
    const { desk, executed } = lossy();
    const id = await lost(desk);
    const { tid } = executed(changes);
    const asked = { id, decision: 'went', found: tid } as const;
    const { comparison, word, second } = await desk.money.weigh(asked);
    expect(comparison.filter(({ differs }) => differs).map((each) => each.term)).toEqual([term]);
    expect([word, second]).toEqual([tid.slice(-6), false]);
    const went = { ...asked, reason: REASON };
    await expect(desk.money.settle(went)).rejects.toMatchObject({ field: 'typed' });
    expect(await desk.money.settle({ ...went, typed: tid.slice(-6) })).toMatchObject({
      state: 'confirmed',
      serverTid: tid,
    });
  });

  test('as one whose id has spaces at its ends, and not as the one without them', async () => {
    const { desk, model, executed } = lossy();
    const id = await lost(desk);
    const { tid: plain } = executed({ createdAtMs: NOW_MS + 1 });
    const row = executed({ amountSats: 1 });
    const tid = ` ${plain} `;
    const listed = model.histories.get(CLIENT) ?? [];
    listed.splice(listed.indexOf(row), 1, { ...row, tid });
    const went = { id, decision: 'went', reason: REASON, found: tid } as const;
    const { word } = await desk.money.weigh({ id, decision: 'went', found: tid });
    expect(word).toBe(plain.slice(-6));
    await desk.money.settle({ ...went, typed: plain.slice(-6) });
    expect(desk.money.get(id).serverTid).toBe(tid);
  });

  test('as one whose id was pasted with spaces that it does not have', async () => {
    const { desk, executed } = lossy();
    const id = await lost(desk);
    const { tid } = executed();
    const went = { id, decision: 'went', reason: REASON, found: ` ${tid} ` } as const;
    expect(await desk.money.settle(went)).toMatchObject({ serverTid: tid });
  });

  test.each(['failed', 'Refused', 'cancelled', 'rejected'])(
    'as one that is %s is not carried out',
    async (state) => {
      const { desk, executed } = lossy();
      const id = await lost(desk);
      const { tid } = executed({ state });
      const went = { id, decision: 'went', reason: REASON, found: tid } as const;
      const intent = await desk.money.settle(went);
      expect(intent).toMatchObject({ state: 'cleared', serverTid: null });
      expect(intent.reason).toContain(`“${state}”`);
      await expect(review(desk)).rejects.toMatchObject({ field: 'reason' });
    },
  );

  test('as the one that Bitpro named and calls failed, and a later equal one of others is not it', async () => {
    const { desk, model, executed } = lossy(0);
    const row = { ...OURS, state: 'failed', createdAtMs: NOW_MS };
    desk.client.withdraw = async (_uid, { address }) => {
      return { kind: 'accepted', value: { ...model.add(CLIENT, row), address } };
    };
    const { id, state } = await desk.money.confirm(await review(desk, AGAIN));
    expect(state).toBe('needs_human');
    const named = model.histories.get(CLIENT)?.[0]?.tid ?? '';
    await desk.money.settle({ id, decision: 'went', reason: REASON, found: named });
    executed();
    await desk.read();
    expect(desk.money.get(id).state).toBe('cleared');
  });

  test('as another than Bitpro named differs, too', async () => {
    const { desk, model, executed } = lossy(0);
    desk.client.withdraw = async (_uid, { address }) => {
      const row = model.add(CLIENT, { ...OURS, amountSats: 13_000_000, createdAtMs: NOW_MS });
      return { kind: 'accepted', value: { ...row, address } };
    };
    const { id } = await desk.money.confirm(await review(desk, AGAIN));
    const { tid } = executed();
    const weighing = await desk.money.weigh({ id, decision: 'went', found: tid });
    expect(weighing.comparison.filter(({ differs }) => differs)).toMatchObject([
      { term: 'Named by Bitpro' },
    ]);
    expect(weighing.word).toBe(tid.slice(-6));
  });

  test('as an old client is refused: listed here, or with a history of before', async () => {
    const { desk, model } = lossy();
    const id = await lost(desk, { kind: 'create_client', label: 'Bob' });
    const went = { id, decision: 'went', reason: REASON } as const;
    const listed = desk.money.settle({ ...went, found: CLIENT });
    await expect(listed).rejects.toMatchObject({ field: 'found' });
    model.addClient('BT-C9');
    model.add('BT-C9', { createdAtMs: NOW_MS - 86_400_000 });
    const old = desk.money.settle({ ...went, found: 'BT-C9' });
    await expect(old).rejects.toMatchObject({ message: expect.stringContaining('is older') });
    for (let n = 0; n < 60; n += 1) model.add('BT-C9', { createdAtMs: NOW_MS + n });
    const busy = desk.money.settle({ ...went, found: 'BT-C9' });
    await expect(busy).rejects.toMatchObject({ message: expect.stringContaining('is older') });
  });
});

describe('a person', () => {
  test.each(['went', 'did_not_go'] as const)('says why: %s needs a reason', async (decision) => {
    const { desk } = lossy();
    const id = await lost(desk);
    const silent = desk.money.settle({ id, decision, reason: '  ' });
    await expect(silent).rejects.toMatchObject({ code: 'invalid_input', field: 'reason' });
    expect(stateOf(desk, id)).toBe('unknown');
  });

  test('clears it, by name, with the audit entry in the same transaction', async () => {
    const { desk } = lossy();
    const id = await lost(desk);
    const intent = await desk.money.settle({ id, decision: 'did_not_go', reason: REASON });
    expect(intent).toMatchObject({
      state: 'cleared',
      settledBy: 'alice',
      settleReason: REASON,
      settledAtMs: NOW_MS,
    });
    const detail = desk.records
      .prepare(`SELECT detail FROM audit WHERE action = 'intent.cleared'`)
      .pluck()
      .get();
    expect(JSON.parse(String(detail))).toMatchObject({
      settledBy: 'alice',
      settleReason: REASON,
      readings: 0,
    });
    await expect(
      desk.money.settle({ id, decision: 'did_not_go', reason: REASON }),
    ).rejects.toMatchObject({ code: 'conflict' });
  });

  test('names the one of two that it became', async () => {
    const { desk, executed } = lossy();
    const id = await lost(desk);
    const { tid } = executed();
    executed();
    await desk.money.lookAgain(id);
    const went = { id, decision: 'went', reason: REASON, found: tid } as const;
    expect(await desk.money.settle(went)).toMatchObject({ state: 'confirmed', serverTid: tid });
    expect(stateOf(desk, id)).toBe('confirmed');
  });

  test('names the one that was executed otherwise than asked, once a look has found it', async () => {
    const { desk, executed } = lossy();
    const id = await lost(desk);
    const { tid } = executed({ amountSats: 11_000_000 });
    await desk.money.lookAgain(id);
    expect(stateOf(desk, id)).toBe('needs_human');
    const went = { id, decision: 'went', reason: REASON, found: tid } as const;
    await expect(desk.money.settle(went)).rejects.toMatchObject({
      field: 'typed',
      message: expect.stringContaining('Amount: 0.11000000 BTC instead of 0.12000000 BTC.'),
    });
    expect(await desk.money.settle({ ...went, typed: tid })).toMatchObject({
      state: 'confirmed',
      serverTid: tid,
      amountSats: 12_000_000,
      receivedSats: 11_000_000,
    });
  });

  const refused: [string, (made: ReturnType<typeof lossy>) => string][] = [
    ['none', () => ''],
    ['one that does not exist', () => '999'],
    ['one of the baseline', ({ model }) => model.histories.get(CLIENT)?.[0]?.tid ?? ''],
    ['one of another type', ({ executed }) => executed({ type: 'deposit' }).tid],
    ['one over another amount', ({ executed }) => executed({ amountSats: 1 }).tid],
    ['one to another address', ({ executed }) => executed({ address: DEPOSIT_ADDRESS }).tid],
  ];
  test.each(refused)('cannot name %s', async (_, pick) => {
    const made = lossy();
    const id = await lost(made.desk);
    const found = pick(made);
    const went = made.desk.money.settle({ id, decision: 'went', reason: REASON, found });
    await expect(went).rejects.toBeInstanceOf(AppError);
    expect(stateOf(made.desk, id)).toBe('unknown');
  });

  test('cannot let one transaction be two buys', async () => {
    const { desk, executed } = lossy();
    const first = await lost(desk, BUY);
    const second = await lost(desk, { ...BUY, amountUsd: '1501' });
    const { tid } = executed({ type: 'buy', amountSats: 122_500_000, address: null });
    const went = { decision: 'went', reason: REASON, found: tid } as const;
    expect(await desk.money.settle({ ...went, id: first })).toMatchObject({ serverTid: tid });
    await expect(desk.money.settle({ ...went, id: second })).rejects.toMatchObject({
      field: 'found',
      message: expect.stringContaining('another request'),
    });
  });

  test('enters the uid of a client whose answer was lost; no history is read for it', async () => {
    const { model, desk } = lossy();
    const id = await lost(desk, { kind: 'create_client', label: 'Bob' });
    await desk.money.startSettling();
    expect(model.requests).toEqual([]);
    expect(await desk.money.lookAgain(id)).toMatchObject({ nextLookAtMs: null });
    const went = { id, decision: 'went', reason: REASON } as const;
    await expect(desk.money.settle(went)).rejects.toMatchObject({ field: 'found' });
    const intent = await desk.money.settle({ ...went, found: 'BT-C7' });
    expect(intent).toMatchObject({ state: 'confirmed', clientUid: 'BT-C7', settledBy: 'alice' });
    expect(getRegisteredClient(desk.records, 'BT-C7')).toMatchObject({ label: 'Bob' });

    const { id: other } = await desk.money.confirm(
      await review(desk, { kind: 'create_client', label: 'Eve' }),
    );
    const taken = desk.money.settle({ ...went, id: other, found: 'BT-C7' });
    await expect(taken).rejects.toMatchObject({ field: 'found' });
    const gone = await desk.money.settle({ id: other, decision: 'did_not_go', reason: REASON });
    expect(gone).toMatchObject({ state: 'cleared', clientUid: null });
  });
});
