import type { Intent } from '#shared/domain/intent.ts';
import { impliedPriceCents } from '#shared/money.ts';

export type Execution = {
  expectedSats: number;
  receivedSats: number;
  /** What was paid for one bitcoin. */
  impliedPriceCents: number;
  quotedPriceCents: number;
  /** received − expected, in basis points of expected; below zero is worse than quoted. Two decimals. */
  slippageBasisPoints: number;
};

/** How a buy was carried out, against what its review promised; null until both are known. */
export function executionOf(intent: Intent): Execution | null {
  const { usdCents, expectedSats, receivedSats, quotedPriceCents } = intent;
  if (usdCents === null || quotedPriceCents === null) return null;
  if (!expectedSats || !receivedSats) return null;
  return {
    expectedSats,
    receivedSats,
    quotedPriceCents,
    impliedPriceCents: impliedPriceCents(usdCents, receivedSats),
    slippageBasisPoints: basisPoints(receivedSats - expectedSats, expectedSats),
  };
}

/** Hundredths of a basis point are counted in whole numbers, rounded half away from zero. */
function basisPoints(differenceSats: number, baseSats: number): number {
  const scaled = BigInt(Math.abs(differenceSats)) * 1_000_000n;
  const hundredths = Number((scaled + BigInt(baseSats) / 2n) / BigInt(baseSats));
  return (differenceSats < 0 ? -hundredths : hundredths) / 100;
}

/** `+1.25 bp`, `−0.40 bp`, `0.00 bp`. */
export function formatBasisPoints(value: number): string {
  const sign = value > 0 ? '+' : value < 0 ? '\u2212' : '';
  return `${sign}${Math.abs(value).toFixed(2)} bp`;
}
