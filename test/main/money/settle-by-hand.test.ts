import { describe, expect, test } from 'vitest';
import { getRegisteredClient } from '../../../src/main/storage/records/clients-repo.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { BUY, CLIENT, DEPOSIT_ADDRESS, NOW_MS, review } from './fixture.ts';
import { lossy, lost, stateOf } from './lossy.ts';

const REASON = 'Bitpro support, ticket 4711';

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
