import { AppError } from '#shared/errors.ts';
import type { MoneyContext } from './context.ts';

/** From Confirm to sending: later than this nobody remembers what was confirmed. */
export const SEND_WITHIN_MS = 30_000;

export type SendLimit = {
  /** Waits for what has to be asked before sending, and no longer than the limit. */
  within: <T>(ask: (signal: AbortSignal) => Promise<T>) => Promise<T>;
  /** @throws AppError when it is over */
  check: () => void;
  /** When the service told its environment last, by the monotonic clock. */
  environmentAtMs: number;
  /** Nothing is waited for any more; `check` still tells. */
  end: () => void;
};

/**
 * The time a confirmed request has until it is sent. It is measured by the monotonic clock, which stands still while
 * the machine sleeps: that, or a clock that was set meanwhile, ends it too.
 */
export function startSendLimit({
  clock,
  schedule,
}: Pick<MoneyContext, 'clock' | 'schedule'>): SendLimit {
  const startedAtMs = clock.monotonicMs();
  const era = clock.era();
  const stop = new AbortController();
  const { promise: over, reject } = Promise.withResolvers<never>();
  // It is waited for only while something is asked.
  over.catch(() => {});
  const callOff = schedule(() => {
    stop.abort();
    reject(tooLate());
  }, SEND_WITHIN_MS);

  function refusal(): AppError | null {
    const isLate = stop.signal.aborted || clock.monotonicMs() - startedAtMs > SEND_WITHIN_MS;
    if (isLate) return tooLate();
    return clock.era() === era ? null : interrupted();
  }

  function check(): void {
    const refused = refusal();
    if (refused) throw refused;
  }

  return {
    async within(ask) {
      check();
      try {
        return await Promise.race([ask(stop.signal), over]);
      } catch (error) {
        throw refusal() ?? error;
      }
    },
    check,
    environmentAtMs: -Infinity,
    end: callOff,
  };
}

function tooLate(): AppError {
  const message =
    `More than ${SEND_WITHIN_MS / 1000} seconds went by between Confirm and sending. Nothing was sent. ` +
    'Look at it once more and confirm again.';
  return new AppError('timeout', message, { retryable: true });
}

function interrupted(): AppError {
  const message =
    'The computer slept or a clock was set between Confirm and sending. Nothing was sent. ' +
    'Look at it once more and confirm again.';
  return new AppError('timeout', message, { retryable: true });
}
