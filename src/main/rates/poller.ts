import {
  QUOTE_GOOD_FOR_MS,
  type Rate,
  type RateStatus,
  type RateTrigger,
} from '#shared/domain/rate.ts';
import type { AppError } from '#shared/errors.ts';
import type { BitproClient } from '../bitpro/client.ts';
import type { ServerClock } from '../bitpro/clock.ts';
import type { RecordsDb } from '../storage/open.ts';
import { insertRate, latestRate } from '../storage/records/rates-repo.ts';
import { storageError } from '../storage/storage-error.ts';

/** A little after the expiry, so that the server has the next price. */
const AFTER_EXPIRY_MS = 500;
const MIN_DELAY_MS = 5_000;
const MAX_DELAY_MS = 60_000;
/** After the n-th failure in a row: 5 s · 2^(n−1), at most five minutes. */
const MAX_BACKOFF_MS = 300_000;

export type RatePollerDeps = {
  client: Pick<BitproClient, 'rates'>;
  records: RecordsDb;
  clock: Pick<ServerClock, 'dateMs' | 'offsetMs' | 'monotonicMs'>;
  now: () => number;
  /** After every answer and every failure. */
  onRate: (status: RateStatus) => void;
  /** Every failure with its cause, for the local log. */
  onFailure?: (error: AppError) => void;
  /** Runs something later; what it returns calls that off. */
  schedule?: (run: () => void, delayMs: number) => () => void;
};

export type RatePoller = {
  /** Asks now, and again whenever the rate has expired. */
  start(): void;
  /**
   * Asks now, whatever is known. Observations around a trade are kept with its intent even when nothing changed.
   * @throws AppError
   */
  refresh(trigger: RateTrigger, intentId?: string): Promise<Rate>;
  /** The line is back: asks now, when the last answer failed. */
  resume(): void;
  /**
   * Before the first answer: the last rate of the records. `readAgoMs` by the monotonic clock; null when it was not
   * read in this run.
   */
  status(): RateStatus & { readAgoMs: number | null };
  /** Stops polling; nothing is written once it resolved. */
  close(): Promise<void>;
};

export function createRatePoller(deps: RatePollerDeps): RatePoller {
  const { client, records, clock, now, onRate } = deps;
  const schedule = deps.schedule ?? scheduleTimeout;
  const stop = new AbortController();
  const pending = new Set<Promise<unknown>>();
  let rate = latestRate(records);
  /** When it was read; what is left of a former run ends as it said, and soon. */
  let read: { monotonicMs: number; dateMs: number } | null = null;
  let lastError: string | null = null;
  let failuresInARow = 0;
  let polling = false;
  let callOff: (() => void) | null = null;

  const status = () => ({
    rate: rate && { ...rate, timeExpiresMs: Math.min(rate.timeExpiresMs, goodUntilMs(rate)) },
    readAgoMs: read && Math.round(clock.monotonicMs() - read.monotonicMs),
    clockOffsetMs: clock.offsetMs(),
    lastError,
  });

  /** An end far away is none: the next price may come at any time. */
  function goodUntilMs({ observedAtMs }: Rate): number {
    return (read?.dateMs ?? observedAtMs + clock.offsetMs()) + QUOTE_GOOD_FOR_MS;
  }

  async function observe(trigger: RateTrigger, intentId: string | null): Promise<Rate> {
    const remote = await client.rates(stop.signal);
    stop.signal.throwIfAborted();
    const seen: Rate = { ...remote, observedAtMs: now(), trigger };
    const isNews = trigger !== 'poll' || !isSameQuote(seen, rate);
    // Damaged and unchecked records are only read: then the rate is shown, and not kept.
    if (isNews && records.isWritable) insertRate(records, seen, intentId);
    rate = seen;
    read = { monotonicMs: clock.monotonicMs(), dateMs: clock.dateMs() };
    return seen;
  }

  async function refresh(trigger: RateTrigger, intentId: string | null): Promise<Rate> {
    try {
      const seen = await observe(trigger, intentId);
      lastError = null;
      failuresInARow = 0;
      return seen;
    } catch (error) {
      const failure: AppError = storageError(error);
      lastError = failure.message;
      failuresInARow += 1;
      deps.onFailure?.(failure);
      throw failure;
    } finally {
      if (!stop.signal.aborted) {
        onRate(status());
        scheduleNext();
      }
    }
  }

  function track(trigger: RateTrigger, intentId: string | null): Promise<Rate> {
    const task = refresh(trigger, intentId);
    const settled: Promise<boolean> = task.then(
      () => pending.delete(settled),
      () => pending.delete(settled),
    );
    pending.add(settled);
    return task;
  }

  function scheduleNext(): void {
    callOff?.();
    if (polling) callOff = schedule(poll, nextDelayMs());
  }

  function nextDelayMs(): number {
    if (failuresInARow > 0) {
      return Math.min(MIN_DELAY_MS * 2 ** (failuresInARow - 1), MAX_BACKOFF_MS);
    }
    const untilExpiryMs = (rate?.timeExpiresMs ?? 0) - clock.dateMs() + AFTER_EXPIRY_MS;
    return Math.min(Math.max(untilExpiryMs, MIN_DELAY_MS), MAX_DELAY_MS);
  }

  /** Its failure is in the status already. */
  const poll = () => void track('poll', null).catch(() => {});

  return {
    start() {
      polling = true;
      poll();
    },
    resume() {
      if (polling && failuresInARow > 0) poll();
    },
    refresh: (trigger, intentId) => track(trigger, intentId ?? null),
    status,
    async close() {
      polling = false;
      callOff?.();
      stop.abort();
      await Promise.all(pending);
    },
  };
}

function isSameQuote(a: Rate, b: Rate | null): boolean {
  return (
    b !== null &&
    a.asset === b.asset &&
    a.buyPriceCents === b.buyPriceCents &&
    a.timeExpiresMs === b.timeExpiresMs
  );
}

function scheduleTimeout(run: () => void, delayMs: number): () => void {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
}
