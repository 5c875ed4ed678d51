import { linkAbort } from '../bitpro/linked-abort.ts';
import { HISTORY_PAGE_ROWS } from '#shared/domain/transaction.ts';
import type { HistoryPageRead } from './history-reader.ts';

/** The last page, as soon as one was seen to be it. */
export type HistoryEnd = { page: number };

/** Pages asked for and not taken yet: twice what is read at once, so that one slow answer does not hold up the rest. */
export const MAX_PAGES_AHEAD = 16;

const FIRST_PAGES = 2;

/** Taken at once, to be written in one transaction of about 2 ms on the main thread. */
const MAX_PAGES_TAKEN = 4;

type Outcome = { read: HistoryPageRead } | { error: unknown };

/**
 * Reads one client's pages in order, ahead of what was taken by as many pages as were taken already, so that
 * little is asked for in vain when few are missing. Below the row with a gap is at least one more page: two to begin.
 */
export function readPagesAhead(options: {
  firstPage: number;
  /** Notes the end of the history, and does not ask for what lies beyond it. */
  fetch: (page: number, end: HistoryEnd, signal: AbortSignal) => Promise<HistoryPageRead>;
  signal: AbortSignal;
}) {
  const { firstPage, fetch, signal } = options;
  const link = linkAbort(signal);
  const stop = link.signal;
  const arrived = new Map<number, Outcome>();
  let nextTaken = firstPage;
  let nextAsked = firstPage;
  const end: HistoryEnd = { page: Infinity };
  let ended = false;
  const checking = new Set<number>();
  const checked: Outcome[] = [];
  let wake = () => {};

  function outcomeOf(page: number, until: HistoryEnd): Promise<Outcome> {
    return fetch(page, until, stop).then(
      (read) => ({ read }),
      (error: unknown) => ({ error }),
    );
  }

  async function ask(page: number): Promise<void> {
    arrived.set(page, await outcomeOf(page, end));
    askMore();
    wake();
  }

  async function check(page: number): Promise<void> {
    checked.push(await outcomeOf(page, { page: Infinity }));
    wake();
  }

  function askMore(): void {
    const ahead = Math.min(MAX_PAGES_AHEAD, Math.max(FIRST_PAGES, nextTaken - firstPage));
    while (!stop.aborted && nextAsked < nextTaken + ahead && nextAsked <= end.page) {
      void ask(nextAsked);
      nextAsked += 1;
    }
  }

  function hasNews(): boolean {
    return checked.length > 0 || (!ended && arrived.has(nextTaken));
  }

  async function waitForNews(): Promise<void> {
    while (!hasNews()) {
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      await promise;
    }
    signal.throwIfAborted();
  }

  function takeInOrder(): HistoryPageRead[] {
    const taken: HistoryPageRead[] = [];
    while (!ended && taken.length < MAX_PAGES_TAKEN) {
      const outcome = arrived.get(nextTaken);
      if (!outcome || ('error' in outcome && taken.length > 0)) break;
      const read = readOf(outcome);
      arrived.delete(nextTaken);
      nextTaken += 1;
      taken.push(read);
      ended = read.rows.length < HISTORY_PAGE_ROWS;
    }
    return taken;
  }

  return {
    /** A page read again, or the next ones in order. @throws what reading threw */
    async take(): Promise<{ reads: HistoryPageRead[]; isAgain: boolean }> {
      askMore();
      await waitForNews();
      const outcome = checked.shift();
      if (!outcome) return { reads: takeInOrder(), isAgain: false };
      const read = readOf(outcome);
      checking.delete(read.page);
      return { reads: [read], isAgain: true };
    },
    /** Has a page read again, unless that is under way. */
    readAgain(page: number): void {
      if (checking.has(page)) return;
      checking.add(page);
      void check(page);
    },
    isReadingAgain: (): boolean => checking.size > 0,
    /** Calls off what is still under way. */
    stop(): void {
      link.abort();
      link.unlink();
    },
  };
}

function readOf(outcome: Outcome): HistoryPageRead {
  if ('error' in outcome) throw outcome.error;
  return outcome.read;
}
