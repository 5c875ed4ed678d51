import { HISTORY_PAGE_ROWS } from '#shared/domain/transaction.ts';
import { AppError } from '#shared/errors.ts';
import { createRowCheck, MAX_HISTORY_ROWS } from '../bitpro/paging.ts';
import { countRows } from '../storage/cache/coverage-repo.ts';
import { listUnusableRows } from '../storage/cache/problems-repo.ts';
import type { CacheDb } from '../storage/open.ts';
import type { HistoryPageRead } from './history-reader.ts';

/** Holds pages against one another as they come, and ends a reading that cannot come to an end. */
export function createWatch(cache: CacheDb, uid: string) {
  const check = createRowCheck();
  const unusableBefore = listUnusableRows(cache, uid).length;
  let unusable = 0;
  return {
    add(read: HistoryPageRead): void {
      for (const row of read.sent) {
        const difference = check.add(row);
        if (difference !== null) throw contradiction(`Transaction ${row.tid}: ${difference}.`);
      }
      unusable += read.rows.length - read.sent.length;
    },
    /** Above a full page lie as many rows as its number says, and all of them are kept or came in on top. */
    mustEnd(page: number, arrived: number): void {
      const kept = countRows(cache, uid);
      if (kept > MAX_HISTORY_ROWS) {
        throw contradiction(`The history of ${uid} shows no end after ${kept} transactions.`);
      }
      const above = (page - 1) * HISTORY_PAGE_ROWS;
      if (above > kept + unusable + unusableBefore + arrived) {
        throw contradiction(`Page ${page} of the history of ${uid} shows what was shown before.`);
      }
    },
  };
}

/**
 * Rows that cannot be used are not kept, so a gap below one is noted below the usable row above it. What is proven to
 * join there closes that gap.
 */
export function createAnchors() {
  const anchors = new Map<string, string>();
  let above: string | null = null;
  return {
    note(read: HistoryPageRead): HistoryPageRead {
      const usable = new Set(read.sent.map(({ tid }) => tid));
      for (const { tid } of read.rows) {
        if (usable.has(tid)) above = tid;
        else if (above !== null) anchors.set(tid, above);
      }
      return read;
    },
    tid: (tid: string): string => anchors.get(tid) ?? tid,
  };
}

export function repeats(uid: string, page: number): AppError {
  return contradiction(`Page ${page} of the history of ${uid} repeats the page before it.`);
}

export function contradiction(what: string, cause?: unknown): AppError {
  const message = `Bitpro contradicts itself. ${what} The history stays incomplete until it answers otherwise.`;
  return new AppError('bad_response', message, cause === undefined ? {} : { cause });
}
