import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HISTORY_LANDMARKS } from '../../../src/shared/domain/constants.ts';
import {
  transactionTypes,
  type HistoryCursor,
  type HistoryFilter,
  type HistorySort,
} from '../../../src/shared/domain/transaction.ts';
import { historyLandmarks } from '../../../src/main/storage/cache/history-landmarks.ts';
import { historyPage } from '../../../src/main/storage/cache/history-repo.ts';
import { saveTransactions } from '../../../src/main/storage/cache/transactions-repo.ts';
import { openDatabases } from './databases.ts';
import { buy } from './transactions.ts';

const rowArbitrary = fc.record({
  type: fc.constantFrom(...transactionTypes),
  amountSats: fc.nat(5),
  createdAtMs: fc.nat(5),
});

test('the page after any landmark is the page one would have come to by paging', () => {
  fc.assert(
    fc.property(
      fc.array(rowArbitrary, { maxLength: 60 }),
      fc.constantFrom<HistoryFilter>({}, { types: ['buy'] }, { fromMs: 2 }, { text: '1' }),
      fc.constantFrom<HistorySort['by']>('time', 'amount'),
      fc.boolean(),
      fc.integer({ min: 1, max: 9 }),
      (fields, filter, by, descending, step) => {
        const { cache, close } = openDatabases();
        const rows = fields.map((each, index) => ({ ...buy(String(index)), ...each }));
        saveTransactions(cache, 'A', rows, 1);
        const question = { filter, sort: { by, descending } };
        const landmarks = historyLandmarks(cache, { ...question, after: null, step });
        const paged: HistoryCursor[] = [];
        let next: HistoryCursor | null = null;
        do {
          next = historyPage(cache, { ...question, after: next, limit: step }).next;
          if (next) paged.push(next);
        } while (next);
        // One more when the last page is full: nothing comes after it.
        expect(landmarks.slice(0, paged.length)).toEqual(paged);
        for (const after of landmarks.slice(paged.length)) {
          expect(historyPage(cache, { ...question, after, limit: step }).rows).toEqual([]);
        }
        const [from] = landmarks;
        if (from) {
          const later = historyLandmarks(cache, { ...question, after: from, step });
          expect(later).toEqual(landmarks.slice(1));
        }
        close();
      },
    ),
    { numRuns: 40 },
  );
});

test('no more are given at once than a slice of the work', () => {
  const { cache } = openDatabases();
  const rows = Array.from({ length: HISTORY_LANDMARKS + 3 }, (_row, index) =>
    buy(String(index), { createdAtMs: index }),
  );
  saveTransactions(cache, 'A', rows, 1);
  const query = { filter: {}, sort: { by: 'time', descending: true }, step: 1 } as const;
  const first = historyLandmarks(cache, { ...query, after: null });
  expect(first).toHaveLength(HISTORY_LANDMARKS);
  expect(historyLandmarks(cache, { ...query, after: first.at(-1) ?? null })).toHaveLength(3);
});
