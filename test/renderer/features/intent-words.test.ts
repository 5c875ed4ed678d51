import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { intentStates, type Intent } from '#shared/domain/intent.ts';
import {
  executionOf,
  formatBasisPoints,
} from '../../../src/renderer/components/intent/execution.ts';
import { fieldOfRefusal } from '../../../src/renderer/components/intent/refusal.tsx';
import {
  intentStateWording,
  transactionStateWording,
} from '../../../src/renderer/components/wording.ts';
import {
  describeIntent,
  intentSubject,
  reasonOf,
} from '../../../src/renderer/components/intent/wording.ts';

const buy: Intent = {
  id: 'i1',
  kind: 'buy',
  state: 'confirmed',
  clientUid: 'BT-C1',
  usdCents: 150_000,
  amountSats: null,
  address: null,
  label: null,
  quotedPriceCents: 122_169,
  expectedSats: 122_780_738,
  attempts: 1,
  createdAtMs: 1,
  sentAtMs: 2,
  settledAtMs: 3,
  serverTid: '1',
  receivedSats: 122_779_733,
  serverTxId: null,
  serverState: null,
  reason: null,
  settledBy: null,
  settleReason: null,
};

test('a state that Bitpro made up shows what it hides', () => {
  const state = '\u202Edessecorp\u200B';
  const told = transactionStateWording({ type: 'withdrawal', state, confirmations: null });
  expect(told.word).toBe('‹U+202E›dessecorp‹U+200B›');
});

describe('execution of a buy', () => {
  test('price and slippage follow from what was received', () => {
    expect(executionOf(buy)).toMatchObject({
      impliedPriceCents: 122_170,
      slippageBasisPoints: -0.08,
    });
  });

  test.each([
    ['nothing received yet', { receivedSats: null }],
    ['no quote', { quotedPriceCents: null }],
    ['nothing expected', { expectedSats: 0 }],
  ])('says nothing with %s', (_name, patch) => {
    expect(executionOf({ ...buy, ...patch })).toBeNull();
  });

  test('slippage is within half a hundredth of a basis point of the exact value', () => {
    const sats = fc.integer({ min: 10_000, max: 2_100_000_000 });
    fc.assert(
      fc.property(sats, sats, (expectedSats, receivedSats) => {
        const execution = executionOf({ ...buy, expectedSats, receivedSats });
        const hundredths = BigInt(Math.round((execution?.slippageBasisPoints ?? NaN) * 100));
        const exactTimesBase = BigInt(receivedSats - expectedSats) * 1_000_000n;
        const error = 2n * (hundredths * BigInt(expectedSats) - exactTimesBase);
        return error <= BigInt(expectedSats) && -error <= BigInt(expectedSats);
      }),
    );
  });

  test.each([
    [1.25, '+1.25 bp'],
    [-0.4, '\u22120.40 bp'],
    [0, '0.00 bp'],
  ])('%d is written %s', (value, text) => expect(formatBasisPoints(value)).toBe(text));
});

describe('wording', () => {
  test.each(intentStates)('%s says what is known and what comes next', (state) => {
    for (const kind of ['buy', 'withdrawal', 'create_client'] as const) {
      const { title, known, next } = describeIntent({ ...buy, kind, state });
      expect([title, known, next].every((text) => text.length > 5)).toBe(true);
    }
  });

  test('only a rejected or unsent request claims that nothing was sent or moved', () => {
    const claims = intentStates.filter((state) => {
      const { known } = describeIntent({ ...buy, kind: 'withdrawal', state });
      return /nothing (was|has been) sent|before anything was sent/i.test(known);
    });
    expect(claims).toEqual(['journaled', 'rejected', 'discarded']);
  });

  test('what was sent and could not be kept is an alarm, and never called sending', () => {
    const sent: Intent = { ...buy, state: 'sent' };
    expect(intentStateWording(sent)).toMatchObject({ word: 'Sending', tone: 'info' });
    const unkept: Intent = { ...sent, reason: 'Bitpro answered. The disk is full.' };
    expect(intentStateWording(unkept)).toMatchObject({ word: 'Answer not kept', tone: 'danger' });
    expect(describeIntent(unkept)).toMatchObject({
      tone: 'danger',
      next: expect.stringMatching(/^Do not repeat it/),
    });
  });

  test.each([
    ['buy', '1,500.00 USD'],
    ['withdrawal', '0.25000000 BTC'],
    ['create_client', 'No label'],
  ] as const)('a %s is named by %s', (kind, subject) => {
    const amounts = { usdCents: 150_000, amountSats: 25_000_000, label: '' };
    expect(intentSubject({ ...buy, kind, ...amounts })).toBe(subject);
  });

  test('a reason does not repeat what title and next step say', () => {
    const reason =
      'We don’t know yet whether it went. Bitpro did not answer in time. ' +
      'Until that is settled, nothing equal can be sent.';
    expect(reasonOf({ ...buy, reason })).toBe('Bitpro did not answer in time.');
    expect(reasonOf(buy)).toBeNull();
    expect(reasonOf({ ...buy, reason: 'The request was sent. The line broke.' })).toBe(
      'The line broke.',
    );
  });

  test.each([
    ['Invalid address', 'address'],
    ['Amount must be greater than 0.05', 'amount'],
    ['Traded fiat must be greater than 0', 'amount'],
    ['Insufficient balance', 'amount'],
    ['Unauthorized', null],
  ])('the refusal “%s” belongs beside %s', (reason, field) => {
    expect(fieldOfRefusal(reason)).toBe(field);
  });
});
