import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultGuardPolicy } from '#shared/domain/guards.ts';
import { isBeyondTolerance } from '../../../src/main/money/quotes.ts';
import { insertRate } from '../../../src/main/storage/records/rates-repo.ts';
import { BUY, guardsOf, NOW_MS, openDesk, RATE, review, service } from './fixture.ts';
import { lossy, lost, MINUTE_MS, stateOf } from './lossy.ts';

/** What 1,500 USD are expected to bring at the fixture's rate. */
const EXPECTED_SATS = 122_438_984;
const ONE_PERCENT = Math.floor(EXPECTED_SATS / 100);

const bought = (amountSats: number) =>
  service({
    buy: async () => ({ kind: 'accepted', value: { tid: '1', createdAtMs: NOW_MS, amountSats } }),
  });

test('a quote is good for as long as it and the newest reading say', async () => {
  const desk = openDesk();
  const confirmation = await review(desk, BUY);
  desk.world.rate = { ...RATE, observedAtMs: NOW_MS, timeExpiresMs: NOW_MS - 1 };
  await expect(desk.money.confirm(confirmation)).rejects.toMatchObject({ code: 'rate_expired' });
  desk.world.rate = { ...RATE, observedAtMs: NOW_MS };
  expect(await desk.money.confirm(confirmation)).toMatchObject({ attempts: 1 });
});

describe('a buy that brings something else than expected', () => {
  test.each([
    [EXPECTED_SATS, 'confirmed'],
    [EXPECTED_SATS + 5 * ONE_PERCENT, 'confirmed'],
    [EXPECTED_SATS - 5 * ONE_PERCENT, 'confirmed'],
    [EXPECTED_SATS + 6 * ONE_PERCENT, 'needs_human'],
    [EXPECTED_SATS - 6 * ONE_PERCENT, 'needs_human'],
    [999_000_000, 'needs_human'],
    [1, 'needs_human'],
    [0, 'needs_human'],
  ])('%i satoshis: %s, by the answer', async (amountSats, state) => {
    const desk = openDesk(bought(amountSats));
    const intent = await desk.money.confirm(await review(desk, BUY));
    expect(intent).toMatchObject({ state, receivedSats: amountSats });
  });

  test('and by the history, with the profile’s own tolerance', async () => {
    const { desk, model } = lossy(0);
    await guardsOf(desk).savePolicy({ policy: { ...defaultGuardPolicy, buyTolerancePercent: 1 } });
    const id = await lost(desk, BUY);
    const amountSats = EXPECTED_SATS + 2 * ONE_PERCENT;
    model.add('BT-C798980', { type: 'buy', amountSats, createdAtMs: NOW_MS + 1000 });
    desk.world.nowMs += MINUTE_MS;
    await desk.money.lookAgain(id);
    expect(stateOf(desk, id)).toBe('needs_human');
  });

  test('the tolerance is a control: it is lowered by anybody and raised by two', async () => {
    const desk = openDesk();
    const guards = guardsOf(desk);
    await guards.addApprover({ name: 'Bob', newPassphrase: 'correct horse battery' });
    const save = (buyTolerancePercent: number) =>
      guards.savePolicy({ policy: { ...defaultGuardPolicy, buyTolerancePercent } });
    expect(await save(3)).toMatchObject({ buyTolerancePercent: 3 });
    await expect(save(4)).rejects.toMatchObject({ code: 'approval_needed' });
    // Who does not know of it leaves it as it is.
    const { buyTolerancePercent: _, approvalMs: __, ...policy } = defaultGuardPolicy;
    expect(await guards.savePolicy({ policy })).toMatchObject({ buyTolerancePercent: 3 });
  });

  test('is beyond the tolerance exactly from the first satoshi over it, for any amount', () => {
    const sats = fc.integer({ min: 1000, max: 2_100_000_000_000_000 });
    fc.assert(
      fc.property(sats, fc.integer({ min: 1, max: 100 }), (expected, percent) => {
        const most = Number((BigInt(expected) * BigInt(percent)) / 100n);
        for (const sign of [1, -1]) {
          expect(isBeyondTolerance(expected, expected + sign * most, percent)).toBe(false);
          expect(isBeyondTolerance(expected, expected + sign * (most + 1), percent)).toBe(true);
        }
      }),
    );
    expect([0, 1, 2].map((sats) => isBeyondTolerance(0, sats, 5))).toEqual([false, false, true]);
  });
});

describe('a price that is odd is pointed out', () => {
  test.each([
    [1, 'cannot be a rate'],
    [999, 'cannot be a rate'],
    [10_000_000_001, 'cannot be a rate'],
    [97_000, 'far from the rates read before'],
    [148_000, 'far from the rates read before'],
    [98_100, null],
    [147_000, null],
  ])('%i cents after readings of about 122,510', async (buyPriceCents, said) => {
    const desk = openDesk();
    for (let index = 0; index < 30; index += 1) {
      const observedAtMs = NOW_MS - 60_000 * (30 - index);
      // One odd reading among them moves no median.
      const cents = index === 29 ? 50 : 122_500 + index;
      insertRate(desk.records, { ...RATE, observedAtMs, buyPriceCents: cents }, null);
    }
    desk.world.rate = { ...RATE, buyPriceCents };
    const { warnings } = await desk.money.prepare({ ...BUY, amountUsd: '1' });
    expect(warnings).toEqual(said === null ? [] : [expect.stringContaining(said)]);
  });
});
