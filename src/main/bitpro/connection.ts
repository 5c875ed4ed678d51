import type { ConnectionStatus } from '#shared/domain/sync.ts';
import { CLOCK_WARNING_MS, type ServerClock } from './clock.ts';

/** How one request of the client went, retries included. `answered`: Bitpro spoke, whatever it said. */
export type ConnectionEvent = { kind: 'answered' } | { kind: 'failed'; reason: string };

export type ConnectionMonitor = {
  /** Give this to the client as `onConnection`. */
  observe(event: ConnectionEvent): void;
  status(): ConnectionStatus;
};

/** A smaller move of the offset is the second's resolution of `Date`, not news. */
const OFFSET_NEWS_MS = 1000;

/** Online or offline, since when and why; tells `onChange` only when something the operator sees has changed. */
export function createConnectionMonitor(deps: {
  clock: ServerClock;
  now: () => number;
  onChange: (status: ConnectionStatus) => void;
}): ConnectionMonitor {
  const { clock, now, onChange } = deps;
  let seen: Pick<ConnectionStatus, 'state' | 'sinceMs' | 'reason'> = {
    state: 'unknown',
    sinceMs: now(),
    reason: null,
  };
  let told = status();

  function status(): ConnectionStatus {
    const clockOffsetMs = clock.offsetMs();
    return { ...seen, clockOffsetMs, clockWarning: Math.abs(clockOffsetMs) > CLOCK_WARNING_MS };
  }

  return {
    status,
    observe(event) {
      const state = event.kind === 'answered' ? 'online' : 'offline';
      const reason = event.kind === 'answered' ? null : event.reason;
      seen = { state, sinceMs: state === seen.state ? seen.sinceMs : now(), reason };
      const current = status();
      const isNews =
        current.state !== told.state ||
        current.reason !== told.reason ||
        current.clockWarning !== told.clockWarning ||
        Math.abs(current.clockOffsetMs - told.clockOffsetMs) > OFFSET_NEWS_MS;
      if (!isNews) return;
      told = current;
      onChange(current);
    },
  };
}
