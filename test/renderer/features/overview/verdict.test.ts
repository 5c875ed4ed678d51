import { describe, expect, test } from 'vitest';
import type { Overview } from '#shared/domain/overview.ts';
import { verdictOf } from '../../../../src/renderer/features/overview/verdict.ts';

function overviewWith(counts: { tiesOut: number; differs: number; checking: number }): Overview {
  const sums = {
    depositSats: 0,
    buySats: 0,
    withdrawalSats: 0,
    computedSats: 0,
    reportedSats: 0,
    unconfirmedSats: 0,
    differenceSats: 0,
  };
  const clients = counts.tiesOut + counts.differs + counts.checking;
  return { rows: [], total: { ...sums, ...counts, clients }, oldestBalanceAtMs: null };
}

describe('is everything accounted for?', () => {
  test.each([
    [{ tiesOut: 3, differs: 0, checking: 0 }, 0, 'success', 'Everything is accounted for'],
    [{ tiesOut: 3, differs: 0, checking: 0 }, 1, 'warning', '1 request is not settled'],
    [{ tiesOut: 2, differs: 0, checking: 1 }, 1, 'info', 'Still checking 1 client'],
    [{ tiesOut: 1, differs: 1, checking: 1 }, 1, 'danger', '1 client does not tie out'],
    [{ tiesOut: 1, differs: 2, checking: 0 }, 0, 'danger', '2 clients do not tie out'],
  ])('%j with %i open requests', (counts, openIntents, tone, title) => {
    const verdict = verdictOf(overviewWith(counts), openIntents, true);
    expect(verdict.tone).toBe(tone);
    expect(verdict.title).toContain(title);
  });
});

test('the answer is one of the past when the last reading failed', () => {
  const tiesOut = overviewWith({ tiesOut: 3, differs: 0, checking: 0 });
  expect(verdictOf(tiesOut, 0, false)).toMatchObject({ tone: 'info' });
  expect(verdictOf(tiesOut, 0, true, false)).toMatchObject({ tone: 'warning' });
  const differs = overviewWith({ tiesOut: 2, differs: 1, checking: 0 });
  expect(verdictOf(differs, 0, false).tone).toBe('danger');
});
