import { PAGE_ROWS } from '../storage/cache/coverage-repo.ts';
import type { SentTransaction } from '../storage/cache/transactions-repo.ts';
import type { PageRead } from './contiguity.ts';

export type HistoryPageRead = PageRead<SentTransaction>;

/** The last page, as soon as one was seen to be it. */
export type HistoryEnd = { page: number };

/** Pages asked for and not taken yet: twice what is read at once, so that one slow answer does not hold up the rest. */
export const MAX_PAGES_AHEAD = 16;

/** Taken at once, to be written in one transaction of about 2 ms on the main thread. */
const MAX_PAGES_TAKEN = 4;

type Outcome = { read: HistoryPageRead } | { error: unknown };

/**
 * Reads one client's pages in order, ahead of what was taken by as many pages as were taken already, so that
 * little is asked for in vain when few are missing.
 */
export function readPagesAhead(options: {
  firstPage: number;
  /** Notes the end of the history, and does not ask for what lies beyond it. */
  fetch: (page: number, end: HistoryEnd, signal: AbortSignal) => Promise<HistoryPageRead>;
  signal: AbortSignal;
}) {
  const { firstPage, fetch, signal } = options;
  const stopped = new AbortController();
  const stop = AbortSignal.any([signal, stopped.signal]);
  const arrived = new Map<number, Outcome>();
  let nextTaken = firstPage;
  let nextAsked = firstPage;
  const end: HistoryEnd = { page: Infinity };
  let wake = () => {};

  async function ask(page: number): Promise<void> {
    try {
      arrived.set(page, { read: await fetch(page, end, stop) });
    } catch (error) {
      arrived.set(page, { error });
    }
    askMore();
    wake();
  }

  function askMore(): void {
    const ahead = Math.min(MAX_PAGES_AHEAD, Math.max(1, nextTaken - firstPage));
    while (!stop.aborted && nextAsked < nextTaken + ahead && nextAsked <= end.page) {
      void ask(nextAsked);
      nextAsked += 1;
    }
  }

  return {
    /** The next pages in order, at least one; ends with the last. @throws what reading the next one threw */
    async take(): Promise<HistoryPageRead[]> {
      askMore();
      while (!arrived.has(nextTaken)) {
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        await promise;
      }
      signal.throwIfAborted();
      const taken: HistoryPageRead[] = [];
      for (;;) {
        const outcome = arrived.get(nextTaken);
        if (!outcome || taken.length === MAX_PAGES_TAKEN) return taken;
        if ('error' in outcome) {
          if (taken.length > 0) return taken;
          throw outcome.error;
        }
        arrived.delete(nextTaken);
        nextTaken += 1;
        taken.push(outcome.read);
        if (outcome.read.rows.length < PAGE_ROWS) return taken;
      }
    },
    /** Calls off what is still under way. */
    stop(): void {
      stopped.abort();
    },
  };
}
