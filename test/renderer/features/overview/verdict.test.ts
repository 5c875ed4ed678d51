import { describe, expect, test } from 'vitest';
import type { Overview, ReconciliationRow } from '#shared/domain/overview.ts';
import {
  verdictOf,
  type VerdictFacts,
} from '../../../../src/renderer/features/overview/verdict.ts';

type Counts = { tiesOut: number; differs: number; checking: number; notKnown?: number };

function row(clientUid: string, changes: Partial<ReconciliationRow> = {}): ReconciliationRow {
  return {
    clientUid,
    clientLabel: '',
    openingSats: 0,
    depositSats: 0,
    buySats: 0,
    withdrawalSats: 0,
    computedSats: 0,
    reportedSats: 5,
    unconfirmedSats: 0,
    differenceSats: 5,
    unknownRows: 0,
    verdict: 'differs',
    ...changes,
  };
}

function overviewWith(counts: Counts, differing: ReconciliationRow[] = []): Overview {
  const sums = {
    depositSats: 0,
    buySats: 0,
    withdrawalSats: 0,
    computedSats: 0,
    reportedSats: 0,
    unconfirmedSats: 0,
    differenceSats: 0,
  };
  const { notKnown = 0 } = counts;
  const clients = counts.tiesOut + counts.differs + counts.checking + notKnown;
  return {
    rows: [],
    differing,
    notKnown: notKnown === 0 ? [] : [row('BT-C7', { verdict: 'not_known' })],
    total: { ...sums, ...counts, notKnown, clients },
    readAtMs: null,
  };
}

function facts(changes: Partial<VerdictFacts> = {}): VerdictFacts {
  const fine = { openIntents: 0, failingCount: 0, failing: [] };
  return { ...fine, isCurrent: true, isRegistryWhole: true, ...changes };
}

const allTieOut = { tiesOut: 3, differs: 0, checking: 0 };
const failing = {
  failingCount: 1,
  failing: [{ clientUid: 'BT-C7', message: 'Not found' }],
};

describe('is everything accounted for?', () => {
  test.each([
    [allTieOut, facts(), 'success', 'Everything is accounted for'],
    [allTieOut, facts({ openIntents: 1 }), 'warning', '1 request is not settled'],
    [allTieOut, facts(failing), 'warning', '1 client could not be read'],
    [
      { ...allTieOut, notKnown: 1 },
      facts(failing),
      'warning',
      'Everything else is accounted for; 1 client is not known to Bitpro',
    ],
    [allTieOut, facts({ isCurrent: false }), 'info', 'accounted for when last read'],
    [allTieOut, facts({ isRegistryWhole: false }), 'warning', 'that could be read tie out'],
    [
      { tiesOut: 2, differs: 0, checking: 1 },
      facts({ openIntents: 1 }),
      'info',
      'Still checking 1',
    ],
    [{ tiesOut: 2, differs: 0, checking: 1 }, facts(failing), 'warning', 'could not be read'],
    [
      { tiesOut: 1, differs: 1, checking: 1 },
      facts(failing),
      'danger',
      '1 client does not tie out',
    ],
    [{ tiesOut: 1, differs: 2, checking: 0 }, facts(), 'danger', '2 clients do not tie out'],
  ])('%j with %j', (counts, known, tone, title) => {
    const verdict = verdictOf(overviewWith(counts), known);
    expect(verdict.tone).toBe(tone);
    expect(verdict.title).toContain(title);
  });
});

test('names who differs, by how much or why, and who could not be read', () => {
  const differing = [
    row('BT-C1', { clientLabel: 'Harbour', differenceSats: -3_876_948 }),
    row('BT-C2', { differenceSats: null, unknownRows: 1 }),
  ];
  const counts = { tiesOut: 0, differs: 7, checking: 0 };
  const verdict = verdictOf(overviewWith(counts, differing), facts());
  expect(verdict.clients).toEqual([
    { uid: 'BT-C1', what: 'off by −0.03876948 BTC' },
    { uid: 'BT-C2', what: '1 transaction of a type that this app does not know' },
  ]);
  expect(verdict.text).toContain('5 more');
  expect(verdictOf(overviewWith(allTieOut), facts(failing)).clients).toEqual([
    { uid: 'BT-C7', what: 'Not found' },
  ]);
});
