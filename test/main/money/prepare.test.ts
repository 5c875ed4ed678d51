import { expect, test } from 'vitest';
import type { Draft } from '#shared/domain/intent.ts';
import { observeAddress } from '../../../src/main/storage/records/clients-repo.ts';
import {
  BUY,
  CLIENT,
  DESTINATION,
  NOW_MS,
  openDesk,
  RATE,
  review,
  states,
  WITHDRAWAL,
} from './fixture.ts';

test('journals a withdrawal and draws its review from the row; nothing is sent', async () => {
  const desk = openDesk();
  const drawn = await desk.money.prepare({ ...WITHDRAWAL, address: `bitcoin:${DESTINATION}` });
  expect(drawn).toMatchObject({
    intent: { state: 'journaled', amountSats: 12_000_000, address: DESTINATION, attempts: 0 },
    clientLabel: 'Alice',
    environment: 'sandbox',
    balanceSats: 100_000_000,
    fiatCents: 14_701,
    typedConfirmation: 'last_six',
    warnings: [],
  });
  expect(desk.restart().money.review(drawn.intent.id)).toEqual(drawn);
  expect(desk.client.posts).toEqual([]);
});

test('quotes a buy at a rate read just before', async () => {
  const desk = openDesk();
  desk.world.onRefresh = () => {
    desk.world.rate = { ...RATE, buyPriceCents: 122_170 };
  };
  const drawn = await desk.money.prepare(BUY);
  expect(desk.world.refreshes).toEqual(['before_trade']);
  expect(drawn).toMatchObject({
    intent: { usdCents: 150_000, quotedPriceCents: 122_170, expectedSats: 122_779_733 },
    rateExpiresAtMs: RATE.timeExpiresMs,
    typedConfirmation: null,
  });
});

test.each([
  ['no rate', null],
  ['an ended rate', { ...RATE, timeExpiresMs: NOW_MS }],
])('with %s nothing is journaled', async (_, rate) => {
  const desk = openDesk();
  desk.world.rate = rate;
  await expect(desk.money.prepare(BUY)).rejects.toMatchObject({ code: 'rate_expired' });
  expect(states(desk)).toEqual([]);
});

test.each([
  ['amountBtc', { ...WITHDRAWAL, amountBtc: '0' }],
  ['amountBtc', { ...WITHDRAWAL, amountBtc: '-1' }],
  ['amountBtc', { ...WITHDRAWAL, amountBtc: '0.123456789' }],
  ['amountBtc', { ...WITHDRAWAL, amountBtc: '1e-7' }],
  ['amountBtc', { ...WITHDRAWAL, amountBtc: '1,5' }],
  ['amountBtc', { ...WITHDRAWAL, amountBtc: '22000000' }],
  ['amountBtc', { ...WITHDRAWAL, amountBtc: 'all of it' }],
  ['amountBtc', { ...WITHDRAWAL, amountBtc: '1.00000001' }],
  ['amountUsd', { ...BUY, amountUsd: '' }],
  ['amountUsd', { ...BUY, amountUsd: '0.001' }],
  ['address', { ...WITHDRAWAL, address: '17VZNX1SN5NtKa8UQFxwQbFeFc3iqRYhem' }],
] as [string, Draft][])('bad input in %s is said beside it: %o', async (field, draft) => {
  const desk = openDesk();
  await expect(desk.money.prepare(draft)).rejects.toMatchObject({ code: 'invalid_input', field });
  expect(states(desk)).toEqual([]);
});

test('a buy of more bitcoin than there will ever be is said beside the amount', async () => {
  const desk = openDesk();
  desk.world.rate = { ...RATE, buyPriceCents: 1 };
  await expect(desk.money.prepare({ ...BUY, amountUsd: '210000.01' })).rejects.toMatchObject({
    code: 'invalid_input',
    field: 'amountUsd',
    message: expect.stringContaining('1 BTC = 0.01 USD'),
  });
  expect(desk.money.list({ openOnly: false })).toEqual([]);
});

test('what changes while the rate is read counts', async () => {
  const desk = openDesk();
  desk.world.onRefresh = () => {
    desk.world.profile = { ...desk.world.profile, locked: true };
  };
  await expect(desk.money.prepare(BUY)).rejects.toMatchObject({ code: 'profile_locked' });
  expect(states(desk)).toEqual([]);
});

test('an equal buy that ends while the rate is read lets no second one pass', async () => {
  const desk = openDesk();
  const { intent } = await desk.money.prepare(BUY);
  desk.world.onRefresh = () => void desk.money.discard(intent.id);
  await expect(desk.money.prepare(BUY)).rejects.toMatchObject({ code: 'duplicate_intent' });
});

test('an unlisted client and one with a second deposit address are refused', async () => {
  const desk = openDesk();
  const unlisted = { ...BUY, clientUid: 'BT-404' };
  await expect(desk.money.prepare(unlisted)).rejects.toMatchObject({ code: 'not_found' });
  observeAddress(desk.records, CLIENT, DESTINATION);
  await expect(desk.money.prepare(BUY)).rejects.toMatchObject({ code: 'conflict' });
  expect(states(desk)).toEqual([]);
});

test('an equal draft is one intent, however often it is prepared', async () => {
  const desk = openDesk();
  const attempts = Array.from({ length: 20 }, () => desk.money.prepare(WITHDRAWAL));
  const results = await Promise.allSettled(attempts);
  const refused = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason] : [],
  );
  expect(refused).toHaveLength(19);
  for (const reason of refused) expect(reason).toMatchObject({ code: 'duplicate_intent' });
  expect(states(desk)).toEqual(['journaled']);
});

test('a discarded one may be prepared again, and never be sent', async () => {
  const desk = openDesk();
  const confirmation = await review(desk);
  expect(desk.money.discard(confirmation.id)).toMatchObject({ state: 'discarded' });
  await expect(desk.money.confirm(confirmation)).rejects.toMatchObject({ code: 'conflict' });
  expect(() => desk.money.discard(confirmation.id)).toThrow('already sent or discarded');
  await review(desk);
  expect(states(desk)).toEqual(['journaled', 'discarded']);
  expect(desk.client.posts).toEqual([]);
});
