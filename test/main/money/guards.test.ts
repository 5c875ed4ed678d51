import { describe, expect, test } from 'vitest';
import { defaultGuardPolicy, type GuardPolicy } from '#shared/domain/guards.ts';
import { verifyChain } from '../../../src/main/audit/chain.ts';
import { DAY_MS } from '../../../src/main/money/paid.ts';
import {
  CLIENT,
  DESTINATION,
  guardsOf,
  openDesk,
  review,
  service,
  WITHDRAWAL,
  type Desk,
} from './fixture.ts';

const HOUR_MS = 3_600_000;
/** Shares the last four characters with none of the fixture's. */
const OTHER = 'tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx';

async function guarded(policy: Partial<GuardPolicy>, client = service()) {
  const desk = openDesk(client);
  const guards = guardsOf(desk);
  await guards.savePolicy({ policy: { ...defaultGuardPolicy, ...policy } });
  return { desk, guards };
}

const pay = async (desk: Desk, amountBtc: string) =>
  desk.money.confirm(await review(desk, { ...WITHDRAWAL, amountBtc }));

describe('the limit of a day', () => {
  const policy = { maxDailySats: 30_000_000 };

  test('counts back 24 hours from now, to the millisecond', async () => {
    const { desk } = await guarded(policy);
    await pay(desk, '0.1');
    desk.world.nowMs += HOUR_MS;
    await pay(desk, '0.2');
    await expect(pay(desk, '0.05')).rejects.toMatchObject({ field: 'amountBtc' });
    desk.world.nowMs += DAY_MS - HOUR_MS - 1;
    await expect(pay(desk, '0.05')).rejects.toMatchObject({ field: 'amountBtc' });
    desk.world.nowMs += 1;
    await expect(pay(desk, '0.11')).rejects.toThrow('Enter at most 0.10000000 BTC');
    expect(await pay(desk, '0.1')).toMatchObject({ attempts: 1 });
  });

  test.each([
    ['unknown', 'refused', service({ withdraw: async () => ({ kind: 'unknown', reason: 'No.' }) })],
    [
      'rejected',
      'allowed',
      service({
        withdraw: async () => ({
          kind: 'rejected',
          error: { code: 'remote_rejected', message: 'No.', retryable: false },
        }),
      }),
    ],
  ])('what ended as %s: the next is %s', async (state, next, client) => {
    const { desk } = await guarded(policy, client);
    expect(await pay(desk, '0.2')).toMatchObject({ state });
    const again = desk.money.prepare({ ...WITHDRAWAL, amountBtc: '0.15' });
    if (next === 'refused') await expect(again).rejects.toMatchObject({ field: 'amountBtc' });
    else await expect(again).resolves.toMatchObject({ intent: { state: 'journaled' } });
  });

  test('two that each fit, confirmed at once in two windows, are one payment', async () => {
    const { desk } = await guarded(policy);
    const [first, second] = [
      await review(desk, { ...WITHDRAWAL, amountBtc: '0.2' }),
      await review(desk, { ...WITHDRAWAL, amountBtc: '0.21' }),
    ];
    const twin = desk.twin();
    twin.money.review(second.id);
    const results = await Promise.allSettled([
      desk.money.confirm(first),
      twin.money.confirm(second),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(desk.client.posts).toHaveLength(1);
    expect(verifyChain(desk.records).ok).toBe(true);
  });
});

test('the same payment within a day needs a reason, which is journaled, audited and shown', async () => {
  const desk = openDesk();
  await pay(desk, '0.12');
  desk.world.nowMs += DAY_MS - 1;
  for (const reason of [{}, { reason: '  ' }]) {
    const again = desk.money.prepare({ ...WITHDRAWAL, ...reason });
    await expect(again).rejects.toMatchObject({ field: 'reason' });
  }
  const reason = 'Second instalment';
  const drawn = await desk.money.prepare({ ...WITHDRAWAL, reason });
  expect(drawn.repeatReason).toBe(reason);
  const journaled = `SELECT detail FROM audit WHERE subject = ? AND action = 'intent.journaled'`;
  const detail = desk.records.prepare<[string], string>(journaled).pluck().get(drawn.intent.id);
  expect(JSON.parse(detail ?? '')).toMatchObject({ repeatReason: reason });
  desk.money.discard(drawn.intent.id);
  desk.world.nowMs += 1;
  await expect(desk.money.prepare(WITHDRAWAL)).resolves.toMatchObject({ repeatReason: null });
});

describe('the address book', () => {
  test('in its own mode pays only entries that have cooled, by the clock', async () => {
    const { desk, guards } = await guarded({ addressBookOnly: true });
    const paying = () => desk.money.prepare(WITHDRAWAL);
    await expect(paying()).rejects.toThrow('is not in it');
    const entry = await guards.addToBook({
      address: `bitcoin:${DESTINATION}`,
      label: ' Treasury ',
    });
    expect(entry).toMatchObject({
      address: DESTINATION,
      label: 'Treasury',
      network: 'testnet',
      usableAtMs: desk.world.nowMs + 24 * HOUR_MS,
    });
    await expect(paying()).rejects.toThrow('“Treasury” is new in the address book');
    desk.world.nowMs += 24 * HOUR_MS - 1;
    guards.labelInBook({ address: DESTINATION, label: 'Cold wallet' });
    await expect(paying()).rejects.toMatchObject({ field: 'address' });
    desk.world.nowMs += 1;
    const confirmation = await review(desk);
    guards.removeFromBook(DESTINATION);
    await expect(desk.money.confirm(confirmation)).rejects.toMatchObject({ field: 'address' });
    await guards.addToBook({ address: DESTINATION, label: 'Cold wallet' });
    await expect(desk.money.confirm(confirmation)).rejects.toMatchObject({ field: 'address' });
    expect(desk.client.posts).toEqual([]);
    expect(verifyChain(desk.records).ok).toBe(true);
  });

  test.each([
    ['address', { address: '17VZNX1SN5NtKa8UQFxwQbFeFc3iqRYhem', label: 'Mainnet' }],
    ['address', { address: DESTINATION, label: 'Again' }],
    ['label', { address: OTHER, label: 'TREASURY' }],
  ])('says beside %s what is wrong with %o', async (field, input) => {
    const { guards } = await guarded({});
    await guards.addToBook({ address: DESTINATION, label: 'Treasury' });
    await expect(guards.addToBook(input)).rejects.toMatchObject({ field });
    expect(guards.listBook()).toHaveLength(1);
  });

  test('no entry comes, goes or changes without its audit entry', async () => {
    const { desk, guards } = await guarded({});
    await guards.addToBook({ address: DESTINATION, label: 'Treasury' });
    const { records } = desk;
    const row = `('${OTHER}', 'Mine', 'testnet', 0)`;
    for (const sql of [
      `INSERT INTO address_book (address, label, network, added_at_ms) VALUES ${row}`,
      `UPDATE address_book SET label = 'Mine'`,
      `UPDATE address_book SET added_at_ms = 0`,
    ]) {
      await guards.savePolicy({ policy: defaultGuardPolicy });
      expect(() => records.exec(sql)).toThrow(/audit entry|only the label/);
    }
    expect(() => records.exec('DELETE FROM address_book')).toThrow('audit entry');
  });
});

test('saving the policy says in the audit log what it was and which protection it took away', async () => {
  const { desk, guards } = await guarded({ maxDailySats: 5, addressBookOnly: true });
  expect(guards.policy()).toMatchObject({ maxDailySats: 5, addressBookOnly: true });
  await guards.savePolicy({ policy: { ...defaultGuardPolicy, maxDailySats: 6 } });
  const last = desk.records
    .prepare<[], { actor: string; detail: string }>('SELECT * FROM audit ORDER BY seq DESC')
    .get();
  expect(last?.actor).toBe('alice');
  const detail: unknown = JSON.parse(last?.detail ?? '');
  expect(detail).toMatchObject({ lowered: 'maxDailySats, addressBookOnly' });
  expect(detail).toMatchObject({ before: expect.stringContaining('"maxDailySats":5') });
  expect(guardsOf(desk.restart()).policy()).toMatchObject({ maxDailySats: 6 });
});

test('that the operator got another name stands in the log, under the name until now', () => {
  const desk = openDesk();
  guardsOf(desk).noteOperator('alice', 'Bob');
  const last = desk.records.prepare('SELECT actor, action, subject FROM audit').all();
  expect(last).toEqual([{ actor: 'alice', action: 'operator.renamed', subject: 'Bob' }]);
  expect(verifyChain(desk.records).ok).toBe(true);
});

test('of two entries that look alike, the later one says so', async () => {
  const { desk, guards } = await guarded({});
  // Two of one checksum family: the forged one begins as the other does.
  await guards.addToBook({ address: 'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn', label: 'Treasury' });
  desk.world.nowMs += 1;
  await guards.addToBook({ address: 'mipcBbFg9gKqYQWZhPfm4gfh3dN4mLFsd5', label: 'Supplier' });
  expect(guards.listBook().map(({ label, lookAlike }) => [label, lookAlike])).toEqual([
    ['Supplier', expect.stringMatching('looks like “Treasury”.*mipcBbFg9gMiCh81Kj8')],
    ['Treasury', null],
  ]);
});

test('a limit lowered after the review holds for it', async () => {
  const { desk, guards } = await guarded({});
  const confirmation = await review(desk);
  await guards.savePolicy({ policy: { ...defaultGuardPolicy, maxWithdrawalSats: 1 } });
  await expect(desk.money.confirm(confirmation)).rejects.toMatchObject({ field: 'amountBtc' });
  expect(desk.money.review(confirmation.id).warnings[0]).toMatch('limit for one withdrawal');
  expect(desk.client.posts).toEqual([]);
});

test('the review points out an address like that of a client', async () => {
  const desk = openDesk();
  const { warnings } = await desk.money.prepare(WITHDRAWAL);
  expect(warnings).toEqual([]);
  const twin = `${DESTINATION.slice(0, 6)}1111111111111111111111111${DESTINATION.slice(-4)}`;
  desk.records.exec(`INSERT INTO clients (uid, source, added_at_ms, deposit_address)
    VALUES ('BT-C2', 'added', 0, '${twin}')`);
  const again = await desk.money.prepare({ ...WITHDRAWAL, clientUid: CLIENT, amountBtc: '0.2' });
  expect(again.warnings).toContainEqual(
    expect.stringContaining('looks like the deposit address of BT-C2'),
  );
  expect(again.lookAlike).toEqual({ address: twin, what: 'the deposit address of BT-C2' });
});
