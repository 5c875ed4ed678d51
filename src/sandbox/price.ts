import { deriveFraction } from './derive.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export interface Quote {
  priceCents: number;
  expiresAtMs: number;
}

export interface PriceConfig {
  seed: number;
  basePriceCents: number;
  quoteMs: number;
}

/**
 * The price of one BTC in USD cents at a moment: waves of several lengths around the base price,
 * a pure function of time, so that restarts and history agree. It changes once a quote.
 */
export function quoteAt(atMs: number, config: PriceConfig): Quote {
  const { seed, basePriceCents, quoteMs } = config;
  // The reference's time_expires carries a fraction of a second; so do these.
  const phaseMs = Math.floor(deriveFraction(seed, 'phase') * 999) + 1;
  const startMs = Math.floor((atMs - phaseMs) / quoteMs) * quoteMs + phaseMs;

  const waves = [
    { lengthMs: 45 * dayMs, swing: 0.16 },
    { lengthMs: 8 * dayMs, swing: 0.05 },
    { lengthMs: dayMs, swing: 0.02 },
    { lengthMs: 2 * hourMs, swing: 0.006 },
    { lengthMs: quoteMs, swing: 0.0006 },
  ];
  const drift = waves.reduce(
    (sum, { lengthMs, swing }, index) =>
      sum + swing * smoothNoise(startMs / lengthMs, (point) => deriveFraction(seed, index, point)),
    0,
  );
  return {
    priceCents: Math.max(1, Math.round(basePriceCents * (1 + drift))),
    expiresAtMs: startMs + quoteMs,
  };
}

/** Noise in [-1, 1] that runs smoothly through random values at the whole numbers. */
function smoothNoise(position: number, valueAt: (point: number) => number): number {
  const left = Math.floor(position);
  const offset = position - left;
  const weight = offset * offset * (3 - 2 * offset);
  const value = valueAt(left) * (1 - weight) + valueAt(left + 1) * weight;
  return value * 2 - 1;
}
