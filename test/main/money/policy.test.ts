import { describe, expect, test } from 'vitest';
import { secretStates } from '#shared/domain/profile.ts';
import {
  refuseToJournal,
  refuseToSend,
  warningsFor,
  type PolicyFacts,
} from '../../../src/main/money/policy.ts';
import { DEPOSIT_ADDRESS, DESTINATION, NOW_MS } from './fixture.ts';

const facts: PolicyFacts = {
  profile: { name: 'Production', locked: false, secret: 'ready' },
  client: { depositAddress: DEPOSIT_ADDRESS, conflictingAddress: null },
  balanceSats: 10_000_000,
  otherOpen: [],
  rateAsset: 'BTC',
  serverNowMs: NOW_MS,
};
const withdrawal = {
  kind: 'withdrawal',
  amountSats: 10_000_000,
  address: DESTINATION,
  quoteExpiresAtMs: null,
} as const;
const buy = {
  kind: 'buy',
  amountSats: null,
  address: null,
  quoteExpiresAtMs: NOW_MS + 1,
} as const;

test('the whole confirmed balance may go without a word', () => {
  expect(refuseToSend(withdrawal, facts)).toBeNull();
  expect(warningsFor(withdrawal, facts)).toEqual([]);
  expect(refuseToSend(buy, facts)).toBeNull();
  expect(warningsFor(buy, facts)).toEqual([]);
});

describe('refusals before the journal', () => {
  test.each([
    ['profile_locked', undefined, { profile: { ...facts.profile, locked: true } }],
    ['conflict', undefined, { client: { depositAddress: 'a', conflictingAddress: 'b' } }],
    ['invalid_input', 'amountBtc', { balanceSats: 9_999_999 }],
  ] as [string, string | undefined, Partial<PolicyFacts>][])('%s %s', (code, field, change) => {
    expect(refuseToJournal(withdrawal, { ...facts, ...change })).toMatchObject({ code, field });
    expect(refuseToSend(withdrawal, { ...facts, ...change })).toMatchObject({ code, field });
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
    const at = (serverNowMs: number) => refuseToSend(buy, { ...facts, serverNowMs })?.code;
    expect([at(NOW_MS), at(NOW_MS + 1)]).toEqual([undefined, 'rate_expired']);
  });
});

describe('warnings', () => {
  test.each([
    ['below the minimum', { amountSats: 4_999_999 }, {}, /0\.05 BTC/],
    ['a balance never read', {}, { balanceSats: null }, /not checked/],
    ['the own deposit address', { address: DEPOSIT_ADDRESS }, {}, /own deposit address/],
  ])('%s', (_, terms, change, text) => {
    const warnings = warningsFor({ ...withdrawal, ...terms }, { ...facts, ...change });
    expect(warnings).toEqual([expect.stringMatching(text)]);
  });

  test('a withdrawal of exactly the minimum needs none', () => {
    expect(warningsFor({ ...withdrawal, amountSats: 5_000_000 }, facts)).toEqual([]);
  });

  test('a rate of something else than bitcoin', () => {
    expect(warningsFor(buy, { ...facts, rateAsset: 'BCH' })).toEqual([
      expect.stringContaining('“BCH”'),
    ]);
  });
});
