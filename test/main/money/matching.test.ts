import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RemoteTransaction } from '../../../src/main/bitpro/wire.ts';
import {
  candidatesFor,
  judge,
  mayBe,
  type Judged,
  type Others,
  type Verdict,
} from '../../../src/main/money/matching.ts';
import type { Baseline } from '../../../src/main/storage/records/settling-repo.ts';
import { DEPOSIT_ADDRESS, DESTINATION, NOW_MS } from './fixture.ts';
import { NO_HISTORY } from './journal-of.ts';

const withdrawal: Judged = {
  kind: 'withdrawal',
  state: 'unknown',
  address: DESTINATION,
  amountSats: 12_000_000,
  expectedSats: null,
  baselineAtMs: NOW_MS,
};
const buy: Judged = {
  ...withdrawal,
  kind: 'buy',
  address: null,
  amountSats: null,
  expectedSats: 100_000_000,
};
const baseline: Baseline = {
  atMs: NOW_MS,
  floorMs: NOW_MS - 900_000,
  tids: new Set(['1', '2']),
  older: new Set(),
  isWhole: false,
  slackMs: 0,
};
const alone: Others = {
  isSettled: () => false,
  open: [],
  mayBeEnded: () => false,
};

function row(changes: Partial<RemoteTransaction> = {}): RemoteTransaction {
  return {
    tid: '7',
    type: 'withdrawal',
    amountSats: 12_000_000,
    createdAtMs: NOW_MS + 1000,
    txId: null,
    address: DESTINATION,
    state: 'pending',
    confirmations: null,
    ...changes,
  };
}
const bought = (amountSats: number, changes = {}) =>
  row({ type: 'buy', address: null, amountSats, ...changes });

type Case = [string, Judged, RemoteTransaction[], Verdict['kind'], Partial<Others>?];

const cases: Case[] = [
  ['an empty history', withdrawal, [], 'none'],
  ['the withdrawal itself', withdrawal, [row()], 'match'],
  ['one of the baseline', withdrawal, [row({ tid: '1' })], 'none'],
  [
    'one that fits, dated before what the baseline covers',
    withdrawal,
    [row({ createdAtMs: NOW_MS - 900_001 })],
    'needs_human',
  ],
  [
    'one that does not fit, dated before what the baseline covers',
    withdrawal,
    [row({ createdAtMs: NOW_MS - 900_001, amountSats: 1 })],
    'none',
  ],
  ['an amount less a fee', withdrawal, [row({ amountSats: 11_999_000 })], 'needs_human'],
  ['an unknown type of amount and address', withdrawal, [row({ type: 'unknown' })], 'needs_human'],
  [
    'an unknown type of another amount, an hour later',
    withdrawal,
    [row({ type: 'unknown', amountSats: 1, createdAtMs: NOW_MS + 3_600_000 })],
    'unexplained',
  ],
  ['a buy beside a lost withdrawal', withdrawal, [bought(1)], 'unexplained'],
  ['a withdrawal beside a lost buy', buy, [row()], 'unexplained'],
  ['the withdrawal itself, failed', withdrawal, [row({ state: 'failed' })], 'needs_human'],
  ...['payment_failed', 'cancelled by user', 'Failed: no funds', 'on hold (rejected)'].map(
    (state): (typeof cases)[number] => [
      `the withdrawal itself, “${state}”`,
      withdrawal,
      [row({ state })],
      'needs_human',
    ],
  ),
  ['the withdrawal itself, “unfailing”', withdrawal, [row({ state: 'unfailing' })], 'match'],
  [
    'the withdrawal itself, and an unknown type of its amount',
    withdrawal,
    [row(), row({ tid: '8', type: 'unknown', address: null })],
    'needs_human',
  ],
  ['a buy at 2.5 times the price', buy, [bought(40_000_000)], 'needs_human'],
  ['another amount', withdrawal, [row({ amountSats: 12_000_001 })], 'needs_human'],
  ['another address', withdrawal, [row({ address: DEPOSIT_ADDRESS })], 'needs_human'],
  ['another type', withdrawal, [row({ type: 'deposit' })], 'none'],
  ['one that settled another intent', withdrawal, [row()], 'none', { isSettled: () => true }],
  ['an equal one by someone else', withdrawal, [row(), row({ tid: '8' })], 'needs_human'],
  [
    'beside it another amount to the same address, which nothing explains',
    withdrawal,
    [row(), row({ tid: '8', amountSats: 1 })],
    'needs_human',
  ],
  [
    'beside it the same amount to another address, which another open request asked for',
    withdrawal,
    [row(), row({ tid: '8', address: DEPOSIT_ADDRESS })],
    'match',
    { open: [{ ...withdrawal, address: DEPOSIT_ADDRESS }] },
  ],
  [
    'beside it one of another amount and address',
    withdrawal,
    [row(), row({ tid: '8', amountSats: 1, address: DEPOSIT_ADDRESS })],
    'match',
  ],
  ['an address not told', withdrawal, [row({ address: null })], 'needs_human'],
  ['ten seconds early', withdrawal, [row({ createdAtMs: NOW_MS - 10_000 })], 'match'],
  [
    'earlier than the clocks can err',
    withdrawal,
    [row({ createdAtMs: NOW_MS - 10_001 })],
    'needs_human',
  ],
  ['fifteen minutes late', withdrawal, [row({ createdAtMs: NOW_MS + 900_000 })], 'match'],
  [
    'later than requests travel',
    withdrawal,
    [row({ createdAtMs: NOW_MS + 900_001 })],
    'needs_human',
  ],
  ['a buy as expected', buy, [bought(100_000_000)], 'match'],
  ['a buy 5 % above', buy, [bought(105_000_000)], 'match'],
  ['a buy 5 % below', buy, [bought(95_000_000)], 'match'],
  ['a buy beyond 5 %', buy, [bought(105_000_001)], 'needs_human'],
  ['a buy of half as much', buy, [bought(50_000_000)], 'needs_human'],
  ['a buy of less than half', buy, [bought(49_999_999)], 'needs_human'],
  [
    'a buy beyond 5 %, an hour later',
    buy,
    [bought(106_000_000, { createdAtMs: NOW_MS + 3_600_000 })],
    'unexplained',
  ],
  [
    'a buy as expected beside another',
    buy,
    [bought(100_000_000), bought(60_000_000, { tid: '8' })],
    'match',
  ],
  [
    'two buys that may be it',
    buy,
    [bought(99_000_000), bought(101_000_000, { tid: '8' })],
    'needs_human',
  ],
  [
    'a buy that may be that of another intent',
    buy,
    [bought(101_000_000)],
    'needs_human',
    { open: [{ ...buy, expectedSats: 102_000_000 }] },
  ],
  [
    'another amount, which another open request asked for',
    withdrawal,
    [row({ amountSats: 12_000_001 })],
    'wait',
    { open: [{ ...withdrawal, amountSats: 12_000_001 }] },
  ],
  [
    'another amount, which fits another request that a person has to settle',
    withdrawal,
    [row({ amountSats: 12_000_001 })],
    'needs_human',
    { open: [{ ...withdrawal, state: 'needs_human', amountSats: 12_000_001 }] },
  ],
  [
    'another amount, and one that another open request asked for',
    withdrawal,
    [row({ amountSats: 12_000_001 }), row({ tid: '8', amountSats: 12_000_002 })],
    'needs_human',
    { open: [{ ...withdrawal, amountSats: 12_000_001 }] },
  ],
  [
    'a buy that may be that of a request that was taken as not carried out',
    buy,
    [bought(101_000_000)],
    'needs_human',
    { mayBeEnded: ({ tid }) => tid === bought(0).tid },
  ],
  [
    'a buy that cannot be that of another intent',
    buy,
    [bought(101_000_000)],
    'match',
    { open: [{ ...buy, expectedSats: 202_000_000 }] },
  ],
];

test.each(cases)('%s', (_, intent, rows, kind, others = {}) => {
  expect(judge(intent, baseline, rows, { ...alone, ...others }).kind).toBe(kind);
});

test('everything is newer than an empty history', () => {
  const empty = NO_HISTORY;
  expect(judge(withdrawal, empty, [row()], alone)).toMatchObject({ kind: 'match' });
});

describe('laws', () => {
  const anyRow = fc.record({
    tid: fc.integer({ min: 1, max: 9 }).map(String),
    type: fc.constantFrom('deposit', 'buy', 'withdrawal', 'unknown'),
    amountSats: fc.constantFrom(12_000_000, 12_000_001, 100_000_000),
    createdAtMs: fc.integer({ min: NOW_MS - 1_000_000, max: NOW_MS + 1_000_000 }),
    txId: fc.constant(null),
    address: fc.constantFrom(null, DESTINATION, DEPOSIT_ADDRESS),
    state: fc.constant(null),
    confirmations: fc.constant(null),
  });
  const history = fc.uniqueArray(anyRow, { selector: ({ tid }) => tid, maxLength: 9 });
  const intent = fc.constantFrom(withdrawal, buy);
  const settled = fc.uniqueArray(fc.integer({ min: 1, max: 9 }).map(String));

  test('a match is never of the baseline, never settled, and the only one that fits', () => {
    fc.assert(
      fc.property(intent, history, settled, (judged, rows, tids) => {
        const others = { ...alone, isSettled: (tid: string) => tids.includes(tid) };
        const verdict = judge(judged, baseline, rows, others);
        if (verdict.kind !== 'match') return;
        const { tid } = verdict.transaction;
        expect(baseline.tids.has(tid) || tids.includes(tid)).toBe(false);
        const fitting = candidatesFor(judged, baseline, rows, others.isSettled).filter(
          (row) => row.type === judged.kind && mayBe(judged, row),
        );
        expect(fitting.map((row) => row.tid)).toEqual([tid]);
      }),
    );
  });

  test('the order of the history does not matter', () => {
    fc.assert(
      fc.property(intent, history, (judged, rows) => {
        const forwards = judge(judged, baseline, rows, alone);
        const backwards = judge(judged, baseline, rows.toReversed(), alone);
        expect(backwards.kind).toBe(forwards.kind);
      }),
    );
  });

  test('a second payment that fits turns a match into a question, never into another match', () => {
    fc.assert(
      fc.property(intent, history, (judged, rows) => {
        if (judge(judged, baseline, rows, alone).kind !== 'match') return;
        const twin = judged.kind === 'buy' ? bought(100_000_000) : row();
        const verdict = judge(judged, baseline, [...rows, { ...twin, tid: 'twin' }], alone);
        expect(verdict.kind).toBe('needs_human');
      }),
    );
  });

  test('only deposits and what is older leave nothing to explain', () => {
    fc.assert(
      fc.property(intent, history, settled, (judged, rows, tids) => {
        const isSettled = (tid: string) => tids.includes(tid);
        if (judge(judged, baseline, rows, { ...alone, isSettled }).kind !== 'none') return;
        for (const each of rows) {
          const isOld =
            baseline.tids.has(each.tid) || each.createdAtMs < (baseline.floorMs ?? -Infinity);
          expect(isOld || isSettled(each.tid) || each.type === 'deposit').toBe(true);
        }
      }),
    );
  });

  test('candidates are of the type and newer than the baseline', () => {
    fc.assert(
      fc.property(intent, history, (judged, rows) => {
        for (const each of candidatesFor(judged, baseline, rows, () => false)) {
          expect([judged.kind, 'unknown']).toContain(each.type);
          expect(baseline.tids.has(each.tid)).toBe(false);
        }
      }),
    );
  });
});
