import { useConnection, useRateStatus } from './profile.tsx';
import { useNow } from './now.ts';

const MINUTE_MS = 60_000;
/** Whatever end a quote names, nobody should reckon with one older than this as the price of now. */
const CURRENT_FOR_MS = 15 * MINUTE_MS;
/** Quotes hold for minutes. An end this far off is a mistake, in seconds taken for milliseconds or the like. */
const MAX_LEFT_MS = 48 * 60 * MINUTE_MS;

export type RateNow = {
  priceCents: number;
  observedAtMs: number;
  /** Until its end on the server's clock, 0 or less after it; null when the end it names cannot be right. */
  leftMs: number | null;
  /** The price of now: not expired, and the service is there. */
  isCurrent: boolean;
};

/** The last observed rate; null before the first. */
export function useRateNow(stepMs?: number): RateNow | null {
  const status = useRateStatus();
  const isOffline = useConnection()?.state === 'offline';
  const now = useNow(stepMs);
  if (!status?.rate) return null;
  const { buyPriceCents, timeExpiresMs, observedAtMs } = status.rate;
  const leftMs = timeLeft(timeExpiresMs, now + status.clockOffsetMs);
  const isYoung = now - observedAtMs < CURRENT_FOR_MS;
  return {
    priceCents: buyPriceCents,
    observedAtMs,
    leftMs,
    isCurrent: !isOffline && isYoung && (leftMs === null || leftMs > 0),
  };
}

/** Both on the server's clock. Null when the end is too far off to be one. */
export function timeLeft(expiresMs: number, nowMs: number): number | null {
  const leftMs = expiresMs - nowMs;
  return leftMs <= MAX_LEFT_MS ? leftMs : null;
}
