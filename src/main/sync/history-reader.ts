import { setImmediate as letOthersRun } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { HISTORY_PAGE_ROWS } from '#shared/domain/transaction.ts';
import { AppError } from '#shared/errors.ts';
import type { BitproClient } from '../bitpro/client.ts';
import { closeAllGaps, hasGapBelow, newestGap, savePages } from '../storage/cache/coverage-repo.ts';
import { noteUnusableRows } from '../storage/cache/problems-repo.ts';
import {
  saveTransactions,
  settlingTransactions,
  type SavedTransaction,
  type SettlingTransaction,
} from '../storage/cache/transactions-repo.ts';
import type { CacheDb } from '../storage/open.ts';
import { createContiguity, type PageRead } from './contiguity.ts';
import { contradiction, createAnchors, createWatch, repeats } from './history-watch.ts';
import { createMissingRows } from './missing-rows.ts';
import { takeApart, type SlotPage } from './page-slots.ts';
import { readPagesAhead, type HistoryEnd } from './pages-ahead.ts';
import type { ReadSlots, Turn } from './read-slots.ts';

const HOUR_MS = 3_600_000;
/** A settling row is asked for again after a sixtieth of its age: each minute at one hour, each 24 at a day. */
const SETTLING_AGE_SHARE = 60;
const SETTLING_MAX_WAIT_MS = 6 * HOUR_MS;
/** Pages read again in a row for a proof; only a server that drops rows or never rests needs so many. */
const MAX_CHECKS = 32;

export type HistoryPageRead = PageRead &
  Pick<SlotPage, 'slots' | 'unusable'> & { sent: SlotPage['rows'] };

export type HistoryReaderDeps = {
  client: Pick<BitproClient, 'historyPage' | 'transaction'>;
  cache: CacheDb;
  now: () => number;
  slots: ReadSlots;
  /** After every write, in the order of the writes. */
  onSaved: (clientUid: string, saved: readonly SavedTransaction[], pages: number) => void;
  /** What a proven reading did not show of the rows kept here. */
  onMissing: (clientUid: string, tids: readonly string[]) => void;
};

/**
 * Reads one client's history into the cache, several pages at once. New rows may arrive between two requests and
 * push all others down; what is missing is known from the gaps the pages leave (storage/cache/coverage-repo.ts),
 * and a gap closes only with a proof (contiguity.ts). So each function may be interrupted anywhere and called again.
 *
 * A server that shows the same pages again and again, or no end, is told as a contradiction: `bad_response`.
 */
export function createHistoryReader(deps: HistoryReaderDeps) {
  const { client, cache, now, slots, onSaved, onMissing } = deps;
  let tick = 0;

  function fetchPage(
    uid: string,
    page: number,
    end: HistoryEnd,
    turn: Turn,
  ): Promise<HistoryPageRead> {
    return slots.use(uid, turn, async () => {
      const sentTick = ++tick;
      const listed = page > end.page ? [] : await client.historyPage(uid, page, turn.signal);
      turn.signal.throwIfAborted();
      if (listed.length < HISTORY_PAGE_ROWS) end.page = Math.min(end.page, page);
      const { slots: places, rows: sent, unusable } = takeApart(page, listed);
      return { page, rows: places, slots: places, sent, unusable, sentTick, receivedTick: ++tick };
    });
  }

  /** Writes pages that follow one another; true when rows may be missing below the last. */
  function keep(uid: string, reads: readonly HistoryPageRead[], joinedTids: string[]): boolean {
    const pages = reads.map(({ page, sent, rows }) => ({ page, rows: sent, places: rows.length }));
    const readAtMs = now();
    const saved = savingOf(uid, () =>
      savePages(cache, { clientUid: uid, pages, joinedTids, readAtMs }),
    );
    for (const { page, unusable, sent } of reads) {
      const tids = sent.map(({ tid }) => tid);
      noteUnusableRows(cache, uid, { page, unusable, tids, atMs: readAtMs });
    }
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
    const watch = createWatch(cache, uid);
    const missing = createMissingRows(cache, uid, { isFromTop: firstPage === 1 });
    const anchorOf = createAnchors();
    const turn: Turn = { signal, isDepth: true };
    const ahead = readPagesAhead({
      firstPage,
      signal,
      fetch: (page, end, stop) => fetchPage(uid, page, end, { ...turn, signal: stop }),
    });

    let checksLeft = MAX_CHECKS;
    let atEnd = false;
    let atKnown = false;
    try {
      for (;;) {
        const { reads, isAgain } = await ahead.take();
        const joined: string[] = [];
        for (const read of reads) {
          watch.add(read);
          if (!isAgain) missing.add(read.rows);
          for (const tid of contiguity.add(anchorOf.note(read))) joined.push(anchorOf.tid(tid));
          const doubtful = contiguity.doubtfulPage();
          if (doubtful !== null && !isAgain) {
            const above = await fetchPage(uid, doubtful, { page: Infinity }, turn);
            if (contiguity.isRepeated(above)) throw repeats(uid, read.page);
          }
        }
        const openBelow = keep(uid, reads, joined);
        const last = reads.at(-1);
        if (!isAgain && last) {
          atEnd = last.rows.length < HISTORY_PAGE_ROWS;
          atKnown = !openBelow;
          checksLeft = Math.min(MAX_CHECKS, checksLeft + reads.length);
          if (!atEnd) watch.mustEnd(last.page, contiguity.arrived());
        }
        for (const page of contiguity.checks({ atEnd: atEnd || atKnown })) {
          if (checksLeft > 0) ahead.readAgain(page);
          checksLeft -= 1;
        }
        if (!ahead.isReadingAgain() && (atEnd || (atKnown && isDone()))) {
          const isWhole = contiguity.isWhole();
          const found = isWhole ? missing.found({ atEnd }) : null;
          if (found) onMissing(uid, found);
          return { atEnd, isWhole };
        }
        // A write blocks this thread; what waits for it goes first.
        await letOthersRun();
      }
    } finally {
      ahead.stop();
    }
  }

  /** One after the other needs no proof: what moves meanwhile moves down, into the pages not read yet. */
  async function readInTurn(uid: string, signal: AbortSignal): Promise<void> {
    const contiguity = createContiguity();
    const watch = createWatch(cache, uid);
    const turn: Turn = { signal, isDepth: true };
    for (let page = 1, more = true; more; page += 1) {
      const read = await fetchPage(uid, page, { page: Infinity }, turn);
      watch.add(read);
      contiguity.add(read);
      const doubtful = contiguity.doubtfulPage();
      if (doubtful !== null) {
        const above = await fetchPage(uid, doubtful, { page: Infinity }, turn);
        if (contiguity.isRepeated(above)) throw repeats(uid, page);
      }
      keep(uid, [read], []);
      more = read.rows.length === HISTORY_PAGE_ROWS;
      if (more) watch.mustEnd(page, contiguity.arrived());
    }
  }

  /** Page 1 alone. True when it reaches rows known before, or holds the whole history. */
  async function readNewest(uid: string, signal: AbortSignal): Promise<boolean> {
    const missing = createMissingRows(cache, uid, { isFromTop: true });
    const read = await fetchPage(uid, 1, { page: Infinity }, { signal, isDepth: false });
    missing.add(read.rows);
    const found = missing.found({ atEnd: read.rows.length < HISTORY_PAGE_ROWS });
    const isJoined = !keep(uid, [read], []);
    if (found) onMissing(uid, found);
    return isJoined;
  }

  /** Reads every page again, to the oldest row. */
  async function readAll(uid: string, signal: AbortSignal): Promise<void> {
    const { isWhole } = await walk(uid, 1, () => false, signal);
    if (!isWhole) await readInTurn(uid, signal);
    closeAllGaps(cache, uid);
  }

  /** Reads what is missing, newest first, until the history is complete. */
  async function fillGaps(uid: string, signal: AbortSignal): Promise<void> {
    for (let gap = newestGap(cache, uid); gap; gap = newestGap(cache, uid)) {
      const { tid, newerRows } = gap;
      const firstPage = Math.floor(newerRows / HISTORY_PAGE_ROWS) + 1;
      const isOpen = () => hasGapBelow(cache, uid, tid);
      const { atEnd } = await walk(uid, firstPage, () => !isOpen(), signal);
      // The row with the gap is not where it must be: the server dropped or moved rows.
      if (atEnd && isOpen()) await readAll(uid, signal);
    }
  }

  /** One row by its tid; null when Bitpro does not know it. */
  async function readRow(uid: string, tid: string, signal: AbortSignal): Promise<boolean> {
    const sent = await slots.use(uid, { signal, isDepth: true }, () =>
      client.transaction(uid, tid, signal).catch(nullWhenNotFound),
    );
    signal.throwIfAborted();
    if (!sent) return false;
    onSaved(
      uid,
      savingOf(uid, () => saveTransactions(cache, uid, [sent], now())),
      0,
    );
    return true;
  }

  /** Asks for rows that can still change and were not read since `sinceMs`; all of them, or those due. */
  async function readSettling(
    uid: string,
    which: { sinceMs: number; all: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    for (const row of settlingTransactions(cache, uid)) {
      if (row.fetchedAtMs >= which.sinceMs || !(which.all || isDue(row, now()))) continue;
      if (!(await readRow(uid, row.tid, signal))) onMissing(uid, [row.tid]);
    }
  }

  return { readNewest, fillGaps, readAll, readSettling, readRow };
}

/** What a table refuses is no transaction: the client's problem, and nobody else's. */
function savingOf<T>(uid: string, save: () => T): T {
  try {
    return save();
  } catch (error) {
    if (!(error instanceof Database.SqliteError && error.code.startsWith('SQLITE_CONSTRAINT')))
      throw error;
    throw contradiction(`What is listed for ${uid} cannot be added up.`, error);
  }
}

function isDue(row: SettlingTransaction, nowMs: number): boolean {
  const waitMs = Math.min((nowMs - row.createdAtMs) / SETTLING_AGE_SHARE, SETTLING_MAX_WAIT_MS);
  return nowMs - row.fetchedAtMs >= waitMs;
}

function nullWhenNotFound(error: unknown): null {
  if (error instanceof AppError && error.code === 'not_found') return null;
  throw error;
}
