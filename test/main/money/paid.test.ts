import { describe, expect, test } from 'vitest';
import { defaultGuardPolicy } from '#shared/domain/guards.ts';
import type { RemoteTransaction } from '../../../src/main/bitpro/wire.ts';
import { DAY_MS } from '../../../src/main/money/paid.ts';
import { savePages } from '../../../src/main/storage/cache/coverage-repo.ts';
import type { ListedWithdrawal } from '../../../src/main/storage/cache/withdrawals-repo.ts';
import {
  BUY,
  CLIENT,
  DEPOSIT_ADDRESS,
  DESTINATION,
  guardsOf,
  NOW_MS,
  openDesk,
  review,
  service,
  WITHDRAWAL,
  type Desk,
} from './fixture.ts';

const HOUR_MS = 3_600_000;

const listed = (change: Partial<ListedWithdrawal> = {}): ListedWithdrawal => ({
  clientUid: CLIENT,
  tid: '77',
  amountSats: 12_000_000,
  address: DESTINATION,
  createdAtMs: NOW_MS - HOUR_MS,
  state: 'processed',
  ...change,
});

const row = (change: Partial<RemoteTransaction> = {}): RemoteTransaction => ({
  ...listed(),
  type: 'withdrawal',
  txId: null,
  confirmations: null,
  ...change,
});

const limited = async (client = service()): Promise<Desk> => {
  const desk = openDesk(client);
  await guardsOf(desk).savePolicy({ policy: { ...defaultGuardPolicy, maxDailySats: 20_000_000 } });
  return desk;
};

describe('a payment that was made elsewhere', () => {
  test.each<[string, Partial<ListedWithdrawal>, 'reason' | null]>([
    ['an hour ago', {}, 'reason'],
    ['by another client', { clientUid: 'BT-C2' }, 'reason'],
    ['24 hours ago', { createdAtMs: NOW_MS - DAY_MS - 60_000 }, null],
    ['tomorrow, as the service dates it', { createdAtMs: NOW_MS + DAY_MS }, 'reason'],
    ['in a year', { createdAtMs: NOW_MS + 365 * DAY_MS }, 'reason'],
    ['to nobody knows whom', { address: null }, 'reason'],
    ['to another address', { address: DEPOSIT_ADDRESS }, null],
    ['over another amount', { amountSats: 12_000_001 }, null],
    ['and failed', { state: 'failed' }, null],
    ['and is in a state nobody knows', { state: 'queued' }, 'reason'],
  ])('%s, asks for a reason where it is the same', async (_, change, field) => {
    const desk = openDesk();
    desk.world.listed.push(listed(change));
    const preparing = desk.money.prepare(WITHDRAWAL);
    if (field === null) await expect(preparing).resolves.toMatchObject({ repeatReason: null });
    else await expect(preparing).rejects.toMatchObject({ field });
    await expect(
      desk.money.prepare({ ...WITHDRAWAL, amountBtc: '0.3', reason: 'x' }),
    ).resolves.toBeDefined();
  });

  test('counts for the limit of a day', async () => {
    const desk = await limited();
    desk.world.listed.push(listed({ clientUid: 'BT-C2', address: DEPOSIT_ADDRESS }));
    await expect(desk.money.prepare({ ...WITHDRAWAL, amountBtc: '0.09' })).rejects.toThrow(
      'Enter at most 0.08000000 BTC',
    );
    await expect(desk.money.prepare({ ...WITHDRAWAL, amountBtc: '0.08' })).resolves.toBeDefined();
  });

  test('and that comes while this one is reviewed, counts right before sending', async () => {
    const history: RemoteTransaction[] = [];
    const desk = await limited(
      service({ transactions: async (_uid, page) => (page === 1 ? history : []) }),
    );
    const same = await review(desk);
    const other = await review(desk, { ...WITHDRAWAL, amountBtc: '0.09' });
    history.push(row());
    await expect(desk.money.confirm(same)).rejects.toMatchObject({ field: 'amountBtc' });
    await expect(desk.money.confirm(other)).rejects.toMatchObject({ field: 'amountBtc' });
    await guardsOf(desk).savePolicy({ policy: defaultGuardPolicy });
    await expect(desk.money.confirm(same)).rejects.toMatchObject({ field: 'reason' });
    expect(desk.client.posts).toEqual([]);
    expect(await desk.money.confirm(other)).toMatchObject({ attempts: 1 });
  });

  test('is read as far back as a day where nothing of the client is kept yet', async () => {
    const hours = Array.from({ length: 60 }, (_, hour) =>
      row({
        tid: `t${hour}`,
        type: 'deposit',
        createdAtMs: NOW_MS - hour * 30 * 60_000,
      }),
    );
    hours[44] = row({ tid: 'elsewhere', createdAtMs: NOW_MS - 22 * HOUR_MS });
    const pages: number[] = [];
    const desk = openDesk(
      service({
        getClient: async (uid) => ({
          uid,
          depositAddress: DEPOSIT_ADDRESS,
          balanceSats: 0,
          unconfirmedSats: 0,
        }),
        transactions: async (_uid, page) => {
          pages.push(page);
          return hours.slice((page - 1) * 25, page * 25);
        },
      }),
    );
    const same = await review(desk);
    await expect(desk.money.confirm(same)).rejects.toMatchObject({ field: 'reason' });
    expect(pages).toEqual([1, 2]);
    // The newest page alone is no history: below it rows may be missing.
    const newest = { page: 1, rows: hours.slice(0, 25) };
    savePages(desk.cache, { clientUid: CLIENT, pages: [newest], joinedTids: [], readAtMs: NOW_MS });
    pages.length = 0;
    await expect(desk.money.confirm(same)).rejects.toMatchObject({ field: 'reason' });
    expect(pages).toEqual([1, 2]);
    // What is kept whole was counted without it.
    await desk.read();
    pages.length = 0;
    expect(await desk.money.confirm(same)).toMatchObject({ attempts: 1 });
    expect(pages).toEqual([1]);
  });

  test('is not this request itself, listed before its outcome is known', async () => {
    const desk = await limited(
      service({ withdraw: async () => ({ kind: 'unknown', reason: 'Lost.' }) }),
    );
    await desk.money.confirm(await review(desk));
    desk.world.listed.push(listed({ createdAtMs: NOW_MS }));
    await expect(desk.money.prepare({ ...WITHDRAWAL, amountBtc: '0.08' })).resolves.toBeDefined();
    desk.world.listed.push(listed({ tid: '78', createdAtMs: NOW_MS }));
    await expect(desk.money.prepare({ ...WITHDRAWAL, amountBtc: '0.07' })).rejects.toMatchObject({
      field: 'amountBtc',
    });
  });
});

describe('what may be on its way', () => {
  const unknown = () => service({ withdraw: async () => ({ kind: 'unknown', reason: 'Lost.' }) });

  test('is spent: of two requests for the whole balance one goes', async () => {
    const desk = openDesk(unknown());
    const max = { ...WITHDRAWAL, amountBtc: '1' };
    const first = await review(desk, max);
    const second = await review(desk, { ...max, address: DEPOSIT_ADDRESS });
    expect(await desk.money.confirm(first)).toMatchObject({ state: 'unknown' });
    await expect(desk.money.confirm(second)).rejects.toMatchObject({
      field: 'amountBtc',
      message: expect.stringContaining('0.00000000 BTC are left'),
    });
    expect(desk.client.posts).toHaveLength(1);
  });

  test('leaves the rest to be spent, and is free again when it is known not to have gone', async () => {
    const desk = openDesk(unknown());
    const { id } = await desk.money.confirm(
      await review(desk, { ...WITHDRAWAL, amountBtc: '0.7' }),
    );
    const paying = (amountBtc: string) =>
      desk.money.prepare({ ...WITHDRAWAL, address: DEPOSIT_ADDRESS, amountBtc });
    await expect(paying('0.30000001')).rejects.toThrow('0.30000000 BTC are left');
    await expect(paying('0.3')).resolves.toBeDefined();
    await desk.money.settle({ id, decision: 'did_not_go', reason: 'Support said so.' });
    await expect(paying('0.9')).resolves.toBeDefined();
  });

  test('stays spent until the balance was read after it was confirmed', async () => {
    const desk = openDesk();
    desk.world.balanceAsOfMs = NOW_MS - 1000;
    await desk.money.confirm(await review(desk, { ...WITHDRAWAL, amountBtc: '0.7' }));
    const paying = () =>
      desk.money.prepare({ ...WITHDRAWAL, address: DEPOSIT_ADDRESS, amountBtc: '0.5' });
    await expect(paying()).rejects.toThrow('0.30000000 BTC are left');
    desk.world.balanceAsOfMs = NOW_MS + 1;
    await expect(paying()).resolves.toBeDefined();
  });
});

describe('after one that is taken not to have gone', () => {
  const lost = async () => ({ kind: 'unknown', reason: 'Lost.' }) as const;

  test('the same payment asks for a reason within a day', async () => {
    const desk = openDesk(service({ withdraw: lost }));
    const { id } = await desk.money.confirm(await review(desk));
    await desk.money.settle({ id, decision: 'did_not_go', reason: 'Support said so.' });
    desk.world.nowMs += DAY_MS - 1;
    await expect(desk.money.prepare(WITHDRAWAL)).rejects.toMatchObject({ field: 'reason' });
    const again = await desk.money.prepare({ ...WITHDRAWAL, reason: 'It never came.' });
    expect(again.repeatReason).toBe('It never came.');
    desk.money.discard(again.intent.id);
    desk.world.nowMs += 1;
    await expect(desk.money.prepare(WITHDRAWAL)).resolves.toMatchObject({ repeatReason: null });
  });

  test('nor does a clock that is set take that away', async () => {
    const desk = openDesk(service({ withdraw: lost }));
    const { id } = await desk.money.confirm(await review(desk));
    await desk.money.settle({ id, decision: 'did_not_go', reason: 'Support said so.' });
    desk.world.wallAheadMs += 25 * HOUR_MS;
    await expect(desk.money.prepare(WITHDRAWAL)).rejects.toMatchObject({ field: 'reason' });
  });

  test('the same buy asks for a reason, which stays with it', async () => {
    const desk = openDesk(service({ buy: lost }));
    const { id } = await desk.money.confirm(await review(desk, BUY));
    await desk.money.settle({ id, decision: 'did_not_go', reason: 'Support said so.' });
    await expect(desk.money.prepare(BUY)).rejects.toMatchObject({
      field: 'reason',
      message: expect.stringContaining('taken as not carried out'),
    });
    const again = await desk.money.prepare({ ...BUY, reason: 'The desk owes it' });
    expect(again).toMatchObject({ repeatReason: 'The desk owes it', warnings: [] });
    const { intent, reviewHash } = again;
    const sent = await desk.money.confirm({ id: intent.id, reviewHash, typed: null });
    expect(sent.state).toBe('unknown');
  });

  test('the same buy after one that went is pointed out, and not held up', async () => {
    const desk = openDesk();
    await desk.money.confirm(await review(desk, BUY));
    const { warnings } = await desk.money.prepare(BUY);
    expect(warnings).toEqual([expect.stringContaining('The same buy was sent')]);
  });
});
