import { HISTORY_LANDMARKS } from '#shared/domain/constants.ts';
import type {
  HistoryCursor,
  HistoryFilter,
  HistoryPage,
  HistorySort,
  TransactionRow,
} from '#shared/domain/transaction.ts';
import type { ErrorDto } from '#shared/errors.ts';
import { call } from '../../lib/ipc.ts';
import { oneAtATime } from '../../lib/one-at-a-time.ts';
import {
  keepPage,
  keyOf,
  PAGE_ROWS,
  pageFrom,
  pagesFor,
  updated,
  type RowPages,
  type RowRange,
} from './row-pages.ts';

export type Question = { filter: HistoryFilter; sort: HistorySort };

/** What is on screen of a listing. `error`: why the rest could not be read. */
export type Listed = { pages: RowPages; rowCount: number; error: ErrorDto | null };

/** The rows that answer one question: any of them are read when they come into sight. */
export type Listing = {
  question: Question;
  show: (sight: RowRange) => void;
  /** Reads the rows in sight again, in their places. */
  refresh: () => Promise<void>;
  /**
   * The index of the first row whose key is not before `key` in the order, or of the last row of all; with
   * `tid`, of the row of that key and id. Null when it could not be looked up.
   */
  find: (key: number, tid?: string) => Promise<number | null>;
  /** Takes a row that changed. */
  replace: (row: TransactionRow) => void;
  /** Nothing is told any more: another question was answered. */
  close: () => void;
};

export function createListing(
  question: Question,
  { rows, next }: HistoryPage,
  count: number,
  onListed: (listed: Listed) => void,
): Listing {
  const { sort } = question;
  /** The cursor before each page, as far as known; null before the first. */
  const starts: (HistoryCursor | null)[] = next === null ? [null] : [null, next];
  let hasAllStarts = next === null;
  /** Pages read before the last change. */
  let stale = new Set<number>();
  let sight: RowRange = { first: 0, last: 0 };
  let isClosed = false;
  let listed: Listed = {
    pages: new Map([[0, rows]]),
    rowCount: next === null ? rows.length : count,
    error: null,
  };
  const tell = (change: Partial<Listed>): void => {
    listed = { ...listed, ...change };
    onListed(listed);
  };
  tell({});

  async function readPage(page: number): Promise<boolean> {
    const after = starts[page] ?? null;
    const answer = await call('history.page', { ...question, after, limit: PAGE_ROWS });
    if (isClosed) return false;
    if (!answer.ok) {
      tell({ error: answer.error });
      return false;
    }
    const { rows, next } = answer.value;
    if (next !== null && page + 1 === starts.length) starts.push(next);
    const { pages, rowCount } = listed;
    const former = pages.get(page);
    stale.delete(page);
    tell({
      error: null,
      // Rows that came since would push the others down under the reader's eyes.
      pages: keepPage(pages, page, former ? updated(former, rows) : rows),
      rowCount: next === null && !former ? page * PAGE_ROWS + rows.length : rowCount,
    });
    return true;
  }

  async function readStarts(): Promise<boolean> {
    const known = starts.length;
    const after = starts.at(-1) ?? null;
    const answer = await call('history.landmarks', { ...question, after, step: PAGE_ROWS });
    if (isClosed) return false;
    if (!answer.ok) {
      tell({ error: answer.error });
      return false;
    }
    // Else a page that was read meanwhile brought its own.
    if (starts.length === known) {
      starts.push(...answer.value);
      hasAllStarts = answer.value.length < HISTORY_LANDMARKS;
      // Fewer rows than were counted: the list ends with the last page there is.
      const rowCount = Math.min(listed.rowCount, starts.length * PAGE_ROWS);
      if (hasAllStarts && rowCount < listed.rowCount) tell({ rowCount });
    }
    return true;
  }

  /** Reads until nothing near the rows in sight is missing; where that is may change meanwhile. */
  const fill = oneAtATime(async () => {
    for (;;) {
      const { pages, rowCount } = listed;
      const wanted = pagesFor(sight, rowCount);
      const page = wanted.find((each) => !pages.has(each) || stale.has(each));
      if (page === undefined) return;
      if (!(await (page < starts.length ? readPage(page) : readStarts()))) return;
    }
  });

  const isFrom = (other: number, key: number): boolean =>
    sort.descending ? other <= key : other >= key;

  return {
    question,
    show(range) {
      sight = range;
      void fill();
    },
    refresh() {
      stale = new Set(listed.pages.keys());
      return fill();
    },
    async find(key, tid) {
      const isReached = (): boolean => hasAllStarts || isFrom(starts.at(-1)?.key ?? NaN, key);
      while (!isReached()) if (!(await readStarts())) return null;
      const page = pageFrom(starts, key, sort.descending);
      if (!listed.pages.has(page) && !(await readPage(page))) return null;
      const index = page * PAGE_ROWS + within(listed.pages.get(page) ?? [], key, tid);
      // The last landmark may be the last row.
      return Math.max(0, Math.min(index, listed.rowCount - 1));
    },
    replace(row) {
      const pages = [...listed.pages].map(([page, rows]) => [page, updated(rows, [row])] as const);
      tell({ pages: new Map(pages) });
    },
    close() {
      isClosed = true;
    },
  };

  function within(rows: readonly TransactionRow[], key: number, tid?: string): number {
    const named = rows.findIndex((row) => row.tid === tid && keyOf(row, sort) === key);
    const first = rows.findIndex((row) => isFrom(keyOf(row, sort), key));
    return [named, first].find((index) => index >= 0) ?? rows.length - 1;
  }
}
