import { QUOTE_GOOD_FOR_MS, type Rate } from '#shared/domain/rate.ts';
import { AppError } from '#shared/errors.ts';
import { formatUsd } from '#shared/money.ts';
import type { NewIntent } from '../storage/records/intents-repo.ts';

/** As many readings before the quote's say what is usual. */
export const RECENT_PRICES = 25;
/** Farther from their median, a price is pointed out. No rate moves so far within hours. */
const UNUSUAL_PERCENT = 20;
/** Outside of this, in cents for a bitcoin, a price is pointed out even if nothing is known to compare it with. */
const LOWEST_PLAUSIBLE_CENTS = 1000;
const HIGHEST_PLAUSIBLE_CENTS = 10_000_000_000;

/** What a buy's quote is held against. */
export type QuoteFacts = {
  /** As the server dates it: a quote ends on the server's clock. */
  dateMs: number;
  /** How long ago the quote was read; null for what has none, or where that was not kept. */
  ageMs: number | null;
  /** The newest reading. */
  rate: Pick<Rate, 'asset' | 'buyPriceCents' | 'observedAtMs' | 'timeExpiresMs'> | null;
  /** Prices read before the quote's, in cents. */
  recentPricesCents: readonly number[];
};

type Quoted = Pick<
  NewIntent,
  'kind' | 'quotedPriceCents' | 'quoteObservedAtMs' | 'quoteExpiresAtMs'
>;

/** Why a buy may not be sent at its quote; null when it may, and for what has none. */
export function refuseQuote(quoted: Quoted, facts: QuoteFacts): AppError | null {
  const { quoteExpiresAtMs, quotedPriceCents, quoteObservedAtMs } = quoted;
  if (quoteExpiresAtMs === null) return null;
  const isOld = facts.ageMs === null || facts.ageMs >= QUOTE_GOOD_FOR_MS;
  const { rate } = facts;
  const isNewer = rate !== null && rate.observedAtMs > (quoteObservedAtMs ?? 0);
  // As long as both say: the reading it was taken from, and the newest one.
  const endsAtMs = isNewer ? Math.min(quoteExpiresAtMs, rate.timeExpiresMs) : quoteExpiresAtMs;
  if (isOld || facts.dateMs >= endsAtMs) {
    return new AppError(
      'rate_expired',
      'The rate has expired. Refresh it and review the buy again. Nothing was sent.',
    );
  }
  if (rate === null || rate.observedAtMs === quoteObservedAtMs) return null;
  if (rate.buyPriceCents === quotedPriceCents) return null;
  return new AppError(
    'rate_expired',
    `The rate has changed since: 1 BTC = ${formatUsd(rate.buyPriceCents)} USD. Refresh it and review ` +
      'the buy again. Nothing was sent.',
  );
}

/** What is odd about the price of a buy, in sentences. */
export function quoteWarnings({ quotedPriceCents }: Quoted, facts: QuoteFacts): string[] {
  const warnings: string[] = [];
  const { rate, recentPricesCents } = facts;
  if (rate !== null && rate.asset !== 'BTC') {
    warnings.push(`Bitpro names the rate’s asset “${rate.asset}”, not BTC. Ask before buying.`);
  }
  if (quotedPriceCents === null) return warnings;
  const price = `1 BTC = ${formatUsd(quotedPriceCents)} USD`;
  const usualCents = median(recentPricesCents);
  if (quotedPriceCents < LOWEST_PLAUSIBLE_CENTS || quotedPriceCents > HIGHEST_PLAUSIBLE_CENTS) {
    warnings.push(`${price} cannot be a rate of today. Ask Bitpro before buying.`);
  } else if (usualCents !== null && isFarFrom(quotedPriceCents, usualCents)) {
    warnings.push(
      `${price} is far from the rates read before, about ${formatUsd(usualCents)} USD. ` +
        'Compare it elsewhere before buying.',
    );
  }
  return warnings;
}

/**
 * Is what a buy brought so far from what was expected that a person has to look? The rate binds nobody
 * (api-readings.md, 18), but it moves by less than this in minutes.
 */
export function isBeyondTolerance(
  expectedSats: number | null,
  receivedSats: number,
  tolerancePercent: number,
): boolean {
  const expected = BigInt(expectedSats ?? 0);
  const apart = BigInt(receivedSats) - expected;
  const apartSats = apart < 0n ? -apart : apart;
  // One satoshi is rounding, whatever it is in percent.
  return apartSats > 1n && apartSats * 100n > expected * BigInt(tolerancePercent);
}

function isFarFrom(cents: number, usualCents: number): boolean {
  return Math.abs(cents - usualCents) * 100 > usualCents * UNUSUAL_PERCENT;
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}
