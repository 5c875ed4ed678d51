import { describe, expect, test } from 'vitest';
import { defaultGuardPolicy, type GuardPolicy } from '#shared/domain/guards.ts';
import type { Intent } from '#shared/domain/intent.ts';
import { secretStates } from '#shared/domain/profile.ts';
import type { GuardFacts } from '../../../src/main/money/payment-guards.ts';
import {
  refuseToJournal,
  refuseToSend,
  warningsFor,
  type PolicyFacts,
} from '../../../src/main/money/policy.ts';
import { DAY_MS } from '../../../src/main/money/paid.ts';
import { DEPOSIT_ADDRESS, DESTINATION, NOW_MS } from './fixture.ts';

const facts: PolicyFacts = {
  profile: { name: 'Production', locked: false, secret: 'ready' },
  client: { depositAddress: DEPOSIT_ADDRESS, conflictingAddress: null },
  balanceSats: 10_000_000,
  onItsWaySats: 0,
  otherOpen: [],
  quote: { dateMs: NOW_MS, ageMs: 0, rate: null, recentPricesCents: [] },
  guards: {
    policy: defaultGuardPolicy,
    paidWithinDay: [],
    equalBuyAgoMs: null,
    clearedEqual: null,
    unsettledEqualOf: null,
    bookEntry: null,
    approvedBy: null,
  },
};
const lowLimit: GuardPolicy = { ...defaultGuardPolicy, maxWithdrawalSats: 1 };
const withdrawal = {
  kind: 'withdrawal',
  usdCents: null,
  amountSats: 10_000_000,
  address: DESTINATION,
  quotedPriceCents: null,
  quoteObservedAtMs: null,
  quoteExpiresAtMs: null,
  repeatReason: null,
} as const;
const buy = {
  kind: 'buy',
  usdCents: 150_000,
  amountSats: null,
  address: null,
  quotedPriceCents: 122_510,
  quoteObservedAtMs: NOW_MS,
  quoteExpiresAtMs: NOW_MS + 1,
  repeatReason: null,
} as const;

test('the whole confirmed balance may go without a word', () => {
  expect(refuseToSend(withdrawal, facts)).toBeNull();
  expect(warningsFor(withdrawal, facts, [])).toEqual([]);
  expect(refuseToSend(buy, facts)).toBeNull();
  expect(warningsFor(buy, facts, [])).toEqual([]);
});

describe('refusals before the journal', () => {
  test.each([
    ['profile_locked', undefined, { profile: { ...facts.profile, locked: true } }],
    ['conflict', undefined, { client: { depositAddress: 'a', conflictingAddress: 'b' } }],
    ['invalid_input', 'amountBtc', { balanceSats: 9_999_999 }],
    ['invalid_input', 'amountBtc', { onItsWaySats: 1 }],
    ['invalid_input', 'amountBtc', { balanceSats: null, onItsWaySats: 1 }],
  ] as [string, string | undefined, Partial<PolicyFacts>][])('%s %s', (code, field, change) => {
    expect(refuseToJournal(withdrawal, { ...facts, ...change })).toMatchObject({ code, field });
    expect(refuseToSend(withdrawal, { ...facts, ...change })).toMatchObject({ code, field });
  });
});

describe('an equal one that is open', () => {
  const open = (terms: Partial<Intent>): Partial<PolicyFacts> => ({
    otherOpen: [{ ...withdrawal, state: 'unknown', ...terms } as Intent],
    onItsWaySats: 10_000_000,
  });

  test.each<[string, Partial<PolicyFacts>]>([
    ['a balance that is spent', open({})],
    ['a balance never read', { ...open({}), balanceSats: null }],
    ['a limit', { ...open({}), guards: { ...facts.guards, policy: lowLimit } }],
  ])('is named before %s', (_, change) => {
    const code = 'duplicate_intent';
    expect(refuseToJournal(withdrawal, { ...facts, ...change })).toMatchObject({ code });
    expect(refuseToSend(withdrawal, { ...facts, ...change })).toMatchObject({ code });
  });

  test.each<Partial<Intent>>([{ amountSats: 1 }, { address: DEPOSIT_ADDRESS }])(
    'another one is not equal: %j',
    (terms) => {
      const other = { ...facts, ...open(terms), balanceSats: null };
      expect(refuseToJournal(withdrawal, other)?.field).toBe('amountBtc');
    },
  );

  test('a buy is equal by its dollars', () => {
    const openBuy = (usdCents: number) => ({
      ...facts,
      otherOpen: [{ ...buy, usdCents, state: 'unknown' } as unknown as Intent],
    });
    expect(refuseToJournal(buy, openBuy(150_000))?.code).toBe('duplicate_intent');
    expect(refuseToJournal(buy, openBuy(150_001))).toBeNull();
  });
});

describe('refusals before sending', () => {
  test.each(secretStates)('keychain %s', (secret) => {
    const profile = { ...facts.profile, secret };
    const usable = secret === 'ready' || secret === 'session';
    expect(refuseToJournal(withdrawal, { ...facts, profile })).toBeNull();
    expect(refuseToSend(withdrawal, { ...facts, profile })?.code).toBe(
      usable ? undefined : `keychain_${secret}`,
    );
  });

  test('a quote holds until its end on the server’s clock, not at it', () => {
    const at = (dateMs: number) =>
      refuseToSend(buy, { ...facts, quote: { ...facts.quote, dateMs } })?.code;
    expect([at(NOW_MS), at(NOW_MS + 1)]).toEqual([undefined, 'rate_expired']);
  });
});

describe('warnings', () => {
  test.each([
    ['below the minimum', { amountSats: 4_999_999 }, {}, /0\.05 BTC/],
    ['a balance never read', {}, { balanceSats: null }, /not checked/],
    ['the own deposit address', { address: DEPOSIT_ADDRESS }, {}, /own deposit address/],
  ])('%s', (_, terms, change, text) => {
    const warnings = warningsFor({ ...withdrawal, ...terms }, { ...facts, ...change }, []);
    expect(warnings).toEqual([expect.stringMatching(text)]);
  });

  test('a withdrawal of exactly the minimum needs none', () => {
    expect(warningsFor({ ...withdrawal, amountSats: 5_000_000 }, facts, [])).toEqual([]);
  });

  test('a rate of something else than bitcoin', () => {
    const times = { observedAtMs: NOW_MS, timeExpiresMs: NOW_MS + 60_000 };
    const rate = { asset: 'BCH', buyPriceCents: 122_510, ...times };
    expect(warningsFor(buy, { ...facts, quote: { ...facts.quote, rate } }, [])).toEqual([
      expect.stringContaining('“BCH”'),
    ]);
  });
});

const withGuards = (
  policy: Partial<GuardPolicy>,
  guards: Partial<GuardFacts> = {},
): PolicyFacts => ({
  ...facts,
  guards: { ...facts.guards, ...guards, policy: { ...defaultGuardPolicy, ...policy } },
});
const paid = (amountSats: number, address = DEPOSIT_ADDRESS) => ({
  id: 'earlier',
  address,
  amountSats,
  agoMs: DAY_MS - 1,
});
const HOUR_MS = 3_600_000;
const entry = (ageMs: number) => ({ label: 'Treasury', ageMs });
type Refusal = 'amountBtc' | 'address' | 'reason' | 'approval_needed' | null;

describe('guards of the profile, for a withdrawal of 0.1 BTC', () => {
  test.each<[string, Partial<GuardPolicy>, Partial<GuardFacts>, Refusal]>([
    ['at the limit of one', { maxWithdrawalSats: 10_000_000 }, {}, null],
    ['above the limit of one', { maxWithdrawalSats: 9_999_999 }, {}, 'amountBtc'],
    ['filling the day', { maxDailySats: 15_000_000 }, { paidWithinDay: [paid(5_000_000)] }, null],
    [
      'a satoshi over the day',
      { maxDailySats: 15_000_000 },
      { paidWithinDay: [paid(3_000_000), paid(2_000_001)] },
      'amountBtc',
    ],
    ['alone over the day', { maxDailySats: 9_999_999 }, {}, 'amountBtc'],
    ['paid once already', {}, { paidWithinDay: [paid(10_000_000, DESTINATION)] }, 'reason'],
    ['another amount', {}, { paidWithinDay: [paid(9_999_999, DESTINATION)] }, null],
    ['another address', {}, { paidWithinDay: [paid(10_000_000)] }, null],
    ['not in the book, any address', {}, {}, null],
    ['not in the book, book only', { addressBookOnly: true }, {}, 'address'],
    ['cooling', { addressBookOnly: true }, { bookEntry: entry(24 * HOUR_MS - 1) }, 'address'],
    ['cooled', { addressBookOnly: true }, { bookEntry: entry(24 * HOUR_MS) }, null],
    ['no cooling', { addressBookOnly: true, coolingMs: 0 }, { bookEntry: entry(0) }, null],
    ['at the approval limit', { approvalAboveSats: 10_000_000 }, {}, null],
    ['above the approval limit', { approvalAboveSats: 9_999_999 }, {}, 'approval_needed'],
    ['approved', { approvalAboveSats: 1 }, { approvedBy: 'Bob' }, null],
  ])('%s', (_, policy, guards, expected) => {
    const refusal = refuseToSend(withdrawal, withGuards(policy, guards));
    expect(refusal && (refusal.field ?? refusal.code)).toBe(expected);
    // Everything but the approval is said before it is journaled: approving comes after.
    const early = refuseToJournal(withdrawal, withGuards(policy, guards));
    expect(early?.field ?? null).toBe(expected === 'approval_needed' ? null : expected);
    // Nothing of it holds up a buy.
    expect(refuseToSend(buy, withGuards(policy, guards))).toBeNull();
  });

  test('a written reason lets the same payment go', () => {
    const again = { ...withdrawal, repeatReason: 'Second instalment' };
    const repeated = withGuards({}, { paidWithinDay: [paid(10_000_000, DESTINATION)] });
    expect(refuseToSend(again, repeated)).toBeNull();
  });

  test('a new entry is pointed out where it may be paid already', () => {
    const fresh = withGuards({}, { bookEntry: entry(HOUR_MS) });
    expect(warningsFor(withdrawal, fresh, [])).toEqual([expect.stringContaining('60 minutes ago')]);
    expect(warningsFor(withdrawal, withGuards({}, { bookEntry: entry(24 * HOUR_MS) }), [])).toEqual(
      [],
    );
  });

  test('an equal buy of the same day is pointed out, and holds nothing up', () => {
    const again = withGuards({}, { equalBuyAgoMs: 3 * 60_000 });
    expect(warningsFor(buy, again, [])).toEqual([expect.stringContaining('3 minutes ago')]);
    expect(refuseToSend(buy, again)).toBeNull();
  });

  test('a look-alike is pointed out unless the book knows the address itself', () => {
    const known = [
      { address: `${DESTINATION.slice(0, 8)}x${DESTINATION.slice(9)}`, what: '“Mine”' },
    ];
    expect(warningsFor(withdrawal, facts, known)).toEqual([
      expect.stringMatching(/looks like “Mine”, but is another/),
    ]);
    const inBook = withGuards({}, { bookEntry: entry(24 * HOUR_MS) });
    expect(warningsFor(withdrawal, inBook, known)).toEqual([]);
  });
});
