import type { RatePeriod, RateSeries } from '#shared/domain/rate.ts';
import { ownTrades } from '../storage/cache/trades-repo.ts';
import type { CacheDb, RecordsDb } from '../storage/open.ts';
import {
  countRates,
  firstRateAtMs,
  ratesBetween,
  recentSpacingsMs,
  summarizeRates,
  type RatePoint,
  type RateSummary,
} from '../storage/records/rates-repo.ts';

const DAY_MS = 86_400_000;
const periodMs: Record<Exclude<RatePeriod, 'all'>, number> = {
  day: DAY_MS,
  week: 7 * DAY_MS,
  month: 30 * DAY_MS,
  year: 365 * DAY_MS,
};

/** Two points a bucket, the lowest and the highest price, so that thinning keeps every extreme. */
const MAX_POINTS = 2000;
const BUCKETS = MAX_POINTS / 2;
const MAX_GAP_MS = 15 * 60_000;
const GAP_SPACINGS = 3;
const MAX_TRADES = 500;

/**
 * The observed rates of a period that ends now, at most about 2,000 points, with nulls where nothing was
 * observed, and the app's own buys at the price they came to.
 */
export function rateSeries(
  records: RecordsDb,
  cache: CacheDb,
  period: RatePeriod,
  nowMs: number,
): RateSeries {
  const firstMs = firstRateAtMs(records) ?? nowMs;
  const fromMs = period === 'all' ? firstMs : Math.max(firstMs, nowMs - periodMs[period]);
  const range = { fromMs, toMs: nowMs + 1 };
  const observations = countRates(records, range);
  const bucketMs = Math.max(1, Math.ceil((range.toMs - fromMs) / BUCKETS));
  const gapMs = usualGapMs(records, range);
  const stretches =
    observations <= MAX_POINTS
      ? ratesBetween(records, range).map(stretchOfOne)
      : thinned(records, range, bucketMs);
  // A hole narrower than a bucket is narrower than the chart can show.
  const holeMs = observations <= MAX_POINTS ? gapMs : Math.max(gapMs, bucketMs);
  return {
    ...toColumns(stretches, holeMs),
    trades: ownTrades(cache, range, MAX_TRADES),
    observations,
  };
}

type Range = { fromMs: number; toMs: number };

/** Observations without a hole that shows, as the points that stand for them. */
type Stretch = { points: RatePoint[]; fromMs: number; coveredToMs: number };

function stretchOfOne(point: RatePoint & { coveredToMs: number }): Stretch {
  return { points: [point], fromMs: point.atMs, coveredToMs: point.coveredToMs };
}

function thinned(records: RecordsDb, { fromMs, toMs }: Range, bucketMs: number): Stretch[] {
  const stretches: Stretch[] = [];
  for (let startMs = fromMs; startMs < toMs; startMs += bucketMs) {
    const summary = summarizeRates(records, { fromMs: startMs, toMs: startMs + bucketMs });
    if (summary) stretches.push(stretchOf(summary));
  }
  return stretches;
}

function stretchOf({ lowest, highest, fromMs, coveredToMs }: RateSummary): Stretch {
  const points = lowest.atMs === highest.atMs ? [lowest] : [lowest, highest];
  return { points: points.toSorted((a, b) => a.atMs - b.atMs), fromMs, coveredToMs };
}

function toColumns(
  stretches: readonly Stretch[],
  holeMs: number,
): Pick<RateSeries, 'timesMs' | 'pricesCents'> {
  const timesMs: number[] = [];
  const pricesCents: (number | null)[] = [];
  let coveredToMs = Infinity;
  for (const stretch of stretches) {
    if (stretch.fromMs - coveredToMs > holeMs) {
      timesMs.push(coveredToMs + 1);
      pricesCents.push(null);
    }
    for (const { atMs, priceCents } of stretch.points) {
      timesMs.push(atMs);
      pricesCents.push(priceCents);
    }
    coveredToMs = stretch.coveredToMs;
  }
  return { timesMs, pricesCents };
}

/** More than three times the usual spacing, or more than a quarter of an hour, is a hole. */
function usualGapMs(records: RecordsDb, range: Range): number {
  const spacings = recentSpacingsMs(records, range).toSorted((a, b) => a - b);
  const medianMs = spacings[Math.floor(spacings.length / 2)];
  return medianMs === undefined ? MAX_GAP_MS : Math.min(GAP_SPACINGS * medianMs, MAX_GAP_MS);
}
