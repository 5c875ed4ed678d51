import { AppError } from '#shared/errors.ts';
import type { BitproClient } from '../bitpro/client.ts';
import {
  closeAllGaps,
  hasGapBelow,
  newestGap,
  PAGE_ROWS,
  savePage,
  type SavedPage,
} from '../storage/cache/coverage-repo.ts';
import {
  saveTransactions,
  settlingTransactions,
  type SavedTransaction,
  type SentTransaction,
  type SettlingTransaction,
} from '../storage/cache/transactions-repo.ts';
import type { CacheDb } from '../storage/open.ts';

const HOUR_MS = 3_600_000;
/** A settling row is asked for again after a sixtieth of its age: each minute at one hour, each 24 at a day. */
const SETTLING_AGE_SHARE = 60;
const SETTLING_MAX_WAIT_MS = 6 * HOUR_MS;

export type HistoryReaderDeps = {
  client: Pick<BitproClient, 'transactions' | 'transaction'>;
  cache: CacheDb;
  now: () => number;
  /** After every write, in the order of the writes. */
  onSaved: (clientUid: string, saved: readonly SavedTransaction[], pages: 0 | 1) => void;
};

/**
 * Reads one client's history into the cache. New rows may arrive between two requests and push all others down
 * (api-readings.md, 23); what is missing is known from the gaps the pages leave (storage/cache/coverage-repo.ts),
 * so each function may be interrupted anywhere and called again.
 */
export function createHistoryReader({ client, cache, now, onSaved }: HistoryReaderDeps) {
  async function fetchPage(uid: string, page: number, signal: AbortSignal) {
    const rows = await client.transactions(uid, page, signal);
    signal.throwIfAborted();
    return rows;
  }

  function keep(uid: string, page: number, rows: SentTransaction[], joinsTid: string | null) {
    const saved = savePage(cache, { clientUid: uid, page, rows, joinsTid, readAtMs: now() });
    onSaved(uid, saved.saved, 1);
    return saved;
  }

  /** Does the page read after `above` begin with the row right below it? */
  async function joins(
    uid: string,
    above: SentTransaction,
    page: number,
    rows: readonly SentTransaction[],
    signal: AbortSignal,
  ): Promise<boolean> {
    const first = rows[0];
    if (!first || first.createdAtMs < above.createdAtMs) return true;
    if (rows.some(({ tid }) => tid === above.tid)) return false;
    // Rows of the same instant, or newer ones that pushed `above` off this page. Rows only move down, so if it
    // still ends the page before, nothing came between.
    const before = await fetchPage(uid, page - 1, signal);
    keep(uid, page - 1, before, null);
    return before.at(-1)?.tid === above.tid;
  }

  /** Reads page after page until `isDone`, or to the last page; true when it was the last. */
  async function walk(
    uid: string,
    firstPage: number,
    isDone: (saved: SavedPage) => boolean,
    signal: AbortSignal,
  ): Promise<boolean> {
    let above: SentTransaction | null = null;
    for (let page = firstPage; ; page += 1) {
      const rows = await fetchPage(uid, page, signal);
      const joined: boolean = above !== null && (await joins(uid, above, page, rows, signal));
      const saved = keep(uid, page, rows, joined && above ? above.tid : null);
      if (rows.length < PAGE_ROWS) return true;
      if (isDone(saved)) return false;
      above = saved.openBelow ? (rows.at(-1) ?? null) : null;
    }
  }

  /** Page 1 alone. True when it reaches rows known before, or holds the whole history. */
  async function readNewest(uid: string, signal: AbortSignal): Promise<boolean> {
    return !keep(uid, 1, await fetchPage(uid, 1, signal), null).openBelow;
  }

  /** Reads every page again, to the oldest row. */
  async function readAll(uid: string, signal: AbortSignal): Promise<void> {
    await walk(uid, 1, () => false, signal);
    closeAllGaps(cache, uid);
  }

  /** Reads what is missing, newest first, until the history is complete. */
  async function fillGaps(uid: string, signal: AbortSignal): Promise<void> {
    for (let gap = newestGap(cache, uid); gap; gap = newestGap(cache, uid)) {
      const { tid, newerRows } = gap;
      const firstPage = Math.floor(newerRows / PAGE_ROWS) + 1;
      const isDone = (saved: SavedPage) => !saved.openBelow && !hasGapBelow(cache, uid, tid);
      const atEnd = await walk(uid, firstPage, isDone, signal);
      // The row with the gap is not where it must be: the server dropped or moved rows.
      if (atEnd && hasGapBelow(cache, uid, tid)) await readAll(uid, signal);
    }
  }

  /** Asks for rows that can still change and were not read since `sinceMs`; all of them, or those due. */
  async function readSettling(
    uid: string,
    which: { sinceMs: number; all: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    for (const row of settlingTransactions(cache, uid)) {
      if (row.fetchedAtMs >= which.sinceMs || !(which.all || isDue(row, now()))) continue;
      const sent = await client.transaction(uid, row.tid, signal).catch(nullWhenNotFound);
      signal.throwIfAborted();
      if (sent) onSaved(uid, saveTransactions(cache, uid, [sent], now()), 0);
    }
  }

  return { readNewest, fillGaps, readAll, readSettling };
}

function isDue(row: SettlingTransaction, nowMs: number): boolean {
  const waitMs = Math.min((nowMs - row.createdAtMs) / SETTLING_AGE_SHARE, SETTLING_MAX_WAIT_MS);
  return nowMs - row.fetchedAtMs >= waitMs;
}

function nullWhenNotFound(error: unknown): null {
  if (error instanceof AppError && error.code === 'not_found') return null;
  throw error;
}
