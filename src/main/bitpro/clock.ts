/** The server's time as far as its answers tell it (api-readings.md, 8). */
export type ServerClock = {
  /** Epoch ms on the server's clock. */
  nowMs(): number;
  /** Server's clock minus this machine's; 0 until an answer was seen. */
  offsetMs(): number;
  /** Learns from the `Date` header of an answer; times are this machine's epoch ms. */
  observe(dateHeader: string | undefined, sentAtMs: number, receivedAtMs: number): void;
};

/** Beyond this the operator is told (api-readings.md, 8). */
export const CLOCK_WARNING_MS = 30_000;

const DATE_RESOLUTION_MS = 1000;

/**
 * Each answer bounds the offset: its Date was written between sending and receiving, and is cut to the
 * second. The bounds of successive answers are intersected, so quick answers sharpen the reading and slow ones
 * cannot spoil it. Bounds that do not meet mean that a clock was set: the newest answer counts alone.
 */
export function createServerClock(now: () => number): ServerClock {
  let bounds: { lowMs: number; highMs: number } | null = null;

  const offsetMs = () => (bounds === null ? 0 : Math.round((bounds.lowMs + bounds.highMs) / 2));

  return {
    nowMs: () => now() + offsetMs(),
    offsetMs,
    observe(dateHeader, sentAtMs, receivedAtMs) {
      const dateMs = Date.parse(dateHeader ?? '');
      if (Number.isNaN(dateMs) || receivedAtMs < sentAtMs) return;
      const seen = { lowMs: dateMs - receivedAtMs, highMs: dateMs + DATE_RESOLUTION_MS - sentAtMs };
      const lowMs = Math.max(seen.lowMs, bounds?.lowMs ?? seen.lowMs);
      const highMs = Math.min(seen.highMs, bounds?.highMs ?? seen.highMs);
      bounds = lowMs <= highMs ? { lowMs, highMs } : seen;
    },
  };
}
