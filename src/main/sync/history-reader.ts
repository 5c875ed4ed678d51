import { setImmediate as letOthersRun } from 'node:timers/promises';
import { AppError } from '#shared/errors.ts';
import type { BitproClient } from '../bitpro/client.ts';
import {
  closeAllGaps,
  hasGapBelow,
  newestGap,
  PAGE_ROWS,
  savePages,
} from '../storage/cache/coverage-repo.ts';
import {
  saveTransactions,
  settlingTransactions,
  type SavedTransaction,
  type SettlingTransaction,
} from '../storage/cache/transactions-repo.ts';
import type { CacheDb } from '../storage/open.ts';
import { createContiguity } from './contiguity.ts';
import { readPagesAhead, type HistoryEnd, type HistoryPageRead } from './pages-ahead.ts';
import type { ReadSlots } from './read-slots.ts';

const HOUR_MS = 3_600_000;
/** A settling row is asked for again after a sixtieth of its age: each minute at one hour, each 24 at a day. */
const SETTLING_AGE_SHARE = 60;
const SETTLING_MAX_WAIT_MS = 6 * HOUR_MS;
/** Pages read again in a row for a proof; only a server that drops rows or never rests needs so many. */
const MAX_CHECKS = 32;

export type HistoryReaderDeps = {
  client: Pick<BitproClient, 'transactions' | 'transaction'>;
  cache: CacheDb;
  now: () => number;
  slots: ReadSlots;
  /** After every write, in the order of the writes. */
  onSaved: (clientUid: string, saved: readonly SavedTransaction[], pages: number) => void;
};

/**
 * Reads one client's history into the cache, several pages at once. New rows may arrive between two requests and
 * push all others down; what is missing is known from the gaps the pages leave (storage/cache/coverage-repo.ts),
 * and a gap closes only with a proof (contiguity.ts). So each function may be interrupted anywhere and called again.
 */
export function createHistoryReader({ client, cache, now, slots, onSaved }: HistoryReaderDeps) {
  let tick = 0;

  function fetchPage(
    uid: string,
    page: number,
    end: HistoryEnd,
    signal: AbortSignal,
  ): Promise<HistoryPageRead> {
    return slots.use(uid, signal, async () => {
      const sentTick = ++tick;
      const rows = page > end.page ? [] : await client.transactions(uid, page, signal);
      signal.throwIfAborted();
      if (rows.length < PAGE_ROWS) end.page = Math.min(end.page, page);
      return { page, rows, sentTick, receivedTick: ++tick };
    });
  }

  /** Writes pages that follow one another; true when rows may be missing below the last. */
  function keep(uid: string, pages: readonly HistoryPageRead[], joinedTids: string[]): boolean {
    const saved = savePages(cache, { clientUid: uid, pages, joinedTids, readAtMs: now() });
    onSaved(
      uid,
      saved.flatMap((page) => page.saved),
      pages.length,
    );
    return saved.at(-1)?.openBelow ?? false;
  }

  /**
   * Reads page after page, to the last one or until `isDone`, which is asked whenever known rows were reached.
   * `isWhole`: nothing is missing between the first row and the last.
   */
  async function walk(
    uid: string,
    firstPage: number,
    isDone: () => boolean,
    signal: AbortSignal,
  ): Promise<{ atEnd: boolean; isWhole: boolean }> {
    const contiguity = createContiguity();
    const ahead = readPagesAhead({
      firstPage,
      signal,
      fetch: (page, end, stop) => fetchPage(uid, page, end, stop),
    });

    let checksLeft = MAX_CHECKS;
    let atEnd = false;
    let atKnown = false;
    try {
      for (;;) {
        const { reads, isAgain } = await ahead.take();
        const openBelow = keep(
          uid,
          reads,
          reads.flatMap((read) => contiguity.add(read)),
        );
        if (!isAgain) {
          atEnd = (reads.at(-1)?.rows.length ?? 0) < PAGE_ROWS;
          atKnown = !openBelow;
          checksLeft = Math.min(MAX_CHECKS, checksLeft + reads.length);
        }
        for (const page of contiguity.checks({ atEnd: atEnd || atKnown })) {
          if (checksLeft > 0) ahead.readAgain(page);
          checksLeft -= 1;
        }
        if (!ahead.isReadingAgain() && (atEnd || (atKnown && isDone()))) {
          return { atEnd, isWhole: contiguity.isWhole() };
        }
        // A write blocks this thread; what waits for it goes first.
        await letOthersRun();
      }
    } finally {
      ahead.stop();
    }
  }

  /** Page 1 alone. True when it reaches rows known before, or holds the whole history. */
  async function readNewest(uid: string, signal: AbortSignal): Promise<boolean> {
    return !keep(uid, [await fetchPage(uid, 1, { page: Infinity }, signal)], []);
  }

  /** Reads every page again, to the oldest row. */
  async function readAll(uid: string, signal: AbortSignal): Promise<void> {
    const { isWhole } = await walk(uid, 1, () => false, signal);
    // One after the other needs no proof: what moves meanwhile moves down, into the pages not read yet.
    for (let page = 1, more = !isWhole; more; page += 1) {
      const read = await fetchPage(uid, page, { page: Infinity }, signal);
      keep(uid, [read], []);
      more = read.rows.length === PAGE_ROWS;
    }
    closeAllGaps(cache, uid);
  }

  /** Reads what is missing, newest first, until the history is complete. */
  async function fillGaps(uid: string, signal: AbortSignal): Promise<void> {
    for (let gap = newestGap(cache, uid); gap; gap = newestGap(cache, uid)) {
      const { tid, newerRows } = gap;
      const firstPage = Math.floor(newerRows / PAGE_ROWS) + 1;
      const isOpen = () => hasGapBelow(cache, uid, tid);
      const { atEnd } = await walk(uid, firstPage, () => !isOpen(), signal);
      // The row with the gap is not where it must be: the server dropped or moved rows.
      if (atEnd && isOpen()) await readAll(uid, signal);
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
      const sent = await slots.use(uid, signal, () =>
        client.transaction(uid, row.tid, signal).catch(nullWhenNotFound),
      );
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
