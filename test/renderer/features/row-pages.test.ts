import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HistoryCursor, TransactionRow } from '#shared/domain/transaction.ts';
import {
  keepPage,
  pageFrom,
  pageOf,
  pagesFor,
  PAGE_ROWS,
  rowAt,
  updated,
  type RowPages,
} from '../../../src/renderer/features/history/row-pages.ts';

function row(at: number): TransactionRow {
  return {
    clientUid: 'BT-C1',
    tid: String(at),
    type: 'buy',
    amountSats: 1,
    createdAtMs: at,
    txId: null,
    address: null,
    state: null,
    confirmations: null,
    fetchedAtMs: 1,
    clientLabel: '',
    note: '',
    tags: [],
    removedAtMs: null,
  };
}

function pageRows(page: number): TransactionRow[] {
  return Array.from({ length: PAGE_ROWS }, (_row, index) => row(page * PAGE_ROWS + index));
}

test('a row that is given is the row of that index, however pages come and go, and few are kept', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(50_000), { minLength: 1, maxLength: 200 }),
      fc.nat(PAGE_ROWS - 1),
      (read, offset) => {
        let pages: RowPages = new Map();
        for (const page of read) {
          const before = pages;
          pages = keepPage(pages, page, pageRows(page));
          expect(pages.size).toBeLessThanOrEqual(80);
          expect(rowAt(pages, page * PAGE_ROWS + offset)?.tid).toBe(
            String(page * PAGE_ROWS + offset),
          );
          // What goes lies farther away than all that stays.
          const away = (other: number): number => Math.abs(other - page);
          const farthestKept = Math.max(...[...pages.keys()].map(away));
          for (const gone of before.keys()) {
            if (!pages.has(gone)) expect(away(gone)).toBeGreaterThanOrEqual(farthestKept);
          }
        }
        for (const page of pages.keys()) {
          expect(rowAt(pages, page * PAGE_ROWS)?.tid).toBe(String(page * PAGE_ROWS));
        }
      },
    ),
    { numRuns: 30 },
  );
});

test('the pages to read are all those in sight, those in sight first, and none beyond the rows', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000_000 }),
      fc.nat(10_000_000),
      fc.integer({ min: 1, max: 90 }),
      (rowCount, start, length) => {
        const first = Math.min(start, rowCount - 1);
        const last = Math.min(first + length, rowCount - 1);
        const pages = pagesFor({ first, last }, rowCount);
        const seen = new Set([pageOf(first), pageOf(last)]);
        expect(new Set(pages.slice(0, seen.size))).toEqual(seen);
        expect(pages.length).toBeLessThanOrEqual(4);
        for (const page of pages) {
          expect(page).toBeGreaterThanOrEqual(0);
          expect(page * PAGE_ROWS).toBeLessThan(rowCount);
        }
      },
    ),
  );
});

test('the page found for a key holds the first row not before it, in either order', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(50), { minLength: 1, maxLength: 200 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: -1, max: 51 }),
      fc.boolean(),
      (times, step, key, descending) => {
        const keys = times.toSorted((a, b) => (descending ? b - a : a - b));
        const starts: (HistoryCursor | null)[] = [null];
        for (let index = step - 1; index < keys.length - 1; index += step) {
          starts.push({ key: keys[index] ?? 0, rowId: index });
        }
        const wanted = keys.findIndex((other) => (descending ? other <= key : other >= key));
        const page = pageFrom(starts, key, descending);
        if (wanted === -1) expect(page).toBe(starts.length - 1);
        else expect(page).toBe(Math.floor(wanted / step));
      },
    ),
  );
});

test('news change rows in their places and bring none', () => {
  const rows = [row(3), row(2), row(1)];
  const news = [row(4), { ...row(2), state: 'processed' }];
  expect(updated(rows, news)).toEqual([row(3), { ...row(2), state: 'processed' }, row(1)]);
});
