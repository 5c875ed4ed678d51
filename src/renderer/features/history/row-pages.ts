import type { HistoryCursor, HistorySort, TransactionRow } from '#shared/domain/transaction.ts';

/**
 * A selection of any length, of which some pages are loaded. Page n holds the rows from n × PAGE_ROWS on, and
 * is read by the cursor of the row before it.
 */
export const PAGE_ROWS = 100;
/** 8,000 rows, about 5 MB. */
const KEPT_PAGES = 80;

export type RowPages = ReadonlyMap<number, readonly TransactionRow[]>;
export type RowRange = { first: number; last: number };

export function pageOf(index: number): number {
  return Math.floor(index / PAGE_ROWS);
}

export function rowAt(pages: RowPages, index: number): TransactionRow | undefined {
  return pages.get(pageOf(index))?.[index % PAGE_ROWS];
}

/** Rows are known by client and tid together (api-readings.md, 24). */
export function transactionKey(row: { clientUid: string; tid: string }): string {
  return `${row.clientUid}/${row.tid}`;
}

/** What the order goes by; rows of the same key follow their ids. */
export function keyOf(row: TransactionRow, sort: HistorySort): number {
  return sort.by === 'time' ? row.createdAtMs : row.amountSats;
}

export function indexOf(rows: readonly TransactionRow[], wanted: TransactionRow): number {
  const key = transactionKey(wanted);
  return rows.findIndex((row) => transactionKey(row) === key);
}

/** The row as it is in the loaded pages; null when it is in none. */
export function findRow(pages: RowPages, wanted: TransactionRow): TransactionRow | null {
  for (const rows of pages.values()) {
    const row = rows[indexOf(rows, wanted)];
    if (row) return row;
  }
  return null;
}

/** The same rows in the same places, each as it is among `news` when it is there. */
export function updated(
  rows: readonly TransactionRow[],
  news: readonly TransactionRow[],
): TransactionRow[] {
  const known = new Map(news.map((row) => [transactionKey(row), row]));
  return rows.map((row) => known.get(transactionKey(row)) ?? row);
}

/** With one page more; what is farthest from it goes when there are too many. */
export function keepPage(pages: RowPages, page: number, rows: readonly TransactionRow[]): RowPages {
  const kept = new Map(pages).set(page, rows);
  if (kept.size > KEPT_PAGES) {
    const away = (other: number): number => Math.abs(other - page);
    kept.delete([...kept.keys()].reduce((far, other) => (away(other) > away(far) ? other : far)));
  }
  return kept;
}

/** The pages for the rows in sight, then for half a page on either side, as far as there are rows. */
export function pagesFor({ first, last }: RowRange, rowCount: number): number[] {
  const end = Math.max(0, rowCount - 1);
  const ahead = PAGE_ROWS / 2;
  const numbers = [first, last, last + ahead, first - ahead].map((index) =>
    pageOf(Math.min(end, Math.max(0, index))),
  );
  return [...new Set(numbers)];
}

/**
 * The page in which the first row lies whose key is not before `key` in the order: the last page whose
 * cursor's key still is before it. `starts[n]` is the cursor before page n, null before the first.
 */
export function pageFrom(
  starts: readonly (HistoryCursor | null)[],
  key: number,
  descending: boolean,
): number {
  const isBefore = (start: HistoryCursor): boolean =>
    descending ? start.key > key : start.key < key;
  const page = starts.findLastIndex((start) => start === null || isBefore(start));
  return Math.max(0, page);
}
