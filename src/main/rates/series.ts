import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RatePeriod, RateSeries } from '#shared/domain/rate.ts';
import { AppError } from '#shared/errors.ts';
import { ownTrades } from '../storage/cache/trades-repo.ts';
import type { CacheDb, RecordsDb } from '../storage/open.ts';
import {
  firstRateAtMs,
  rateEnds,
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

/** Two points a bucket, the lowest and the highest price, and the two ends: thinning keeps them all. */
const MAX_POINTS = 2000;
const BUCKETS = MAX_POINTS / 2 - 1;
/** How long the event loop is kept in one go. */
const TURN_MS = 4;
const MAX_GAP_MS = 15 * 60_000;
const GAP_SPACINGS = 3;
const MAX_TRADES = 500;

/**
 * The observed rates of a period that ends now, at most about 2,000 points, with nulls where nothing was
 * observed, and the app's own buys at the price they came to. A year of minutes is read in short turns, between
 * which the program goes on.
 * @throws AppError cancelled when the profile is closed meanwhile
 */
export async function rateSeries(
  records: RecordsDb,
  cache: CacheDb,
  period: RatePeriod,
  nowMs: number,
): Promise<RateSeries> {
  const firstMs = firstRateAtMs(records) ?? nowMs;
  const fromMs = period === 'all' ? firstMs : Math.max(firstMs, nowMs - periodMs[period]);
  const range = { fromMs, toMs: nowMs + 1 };
  const gapMs = usualGapMs(records, range);
  const trades = ownTrades(cache, range, MAX_TRADES);
  const rates = ratesBetween(records, range, MAX_POINTS + 1);
  if (rates.length <= MAX_POINTS) {
    return { ...toColumns(rates.map(stretchOfOne), gapMs), trades, observations: rates.length };
  }
  const bucketMs = Math.max(1, Math.ceil((range.toMs - fromMs) / BUCKETS));
  const { stretches, observations } = await thinned(records, range, bucketMs);
  // A hole narrower than a bucket is narrower than the chart can show.
  return { ...toColumns(stretches, Math.max(gapMs, bucketMs)), trades, observations };
}

type Range = { fromMs: number; toMs: number };

/** Observations without a hole that shows, as the points that stand for them. */
type Stretch = { points: RatePoint[]; fromMs: number; coveredToMs: number };

function stretchOfOne(point: RatePoint & { coveredToMs: number }): Stretch {
  return { points: [point], fromMs: point.atMs, coveredToMs: point.coveredToMs };
}

async function thinned(
  records: RecordsDb,
  range: Range,
  bucketMs: number,
): Promise<{ stretches: Stretch[]; observations: number }> {
  const stretches: Stretch[] = [];
  let observations = 0;
  let turnEndsMs = performance.now() + TURN_MS;
  for (let startMs = range.fromMs; startMs < range.toMs; startMs += bucketMs) {
    if (performance.now() > turnEndsMs) {
      await nextTurn();
      if (!records.open) throw new AppError('cancelled', 'The profile was closed.');
      turnEndsMs = performance.now() + TURN_MS;
    }
    const bucket = { fromMs: startMs, toMs: Math.min(startMs + bucketMs, range.toMs) };
    const summary = summarizeRates(records, bucket);
    if (!summary) continue;
    observations += summary.count;
    stretches.push(stretchOf(summary));
  }
  const ends = rateEnds(records, range);
  const [first, last] = [stretches.at(0), stretches.at(-1)];
  // From the oldest to the newest is the change that the screen tells.
  if (ends && first && last) {
    addPoint(first, ends.oldest);
    addPoint(last, ends.newest);
  }
  return { stretches, observations };
}

function stretchOf({ lowest, highest, fromMs, coveredToMs }: RateSummary): Stretch {
  const stretch: Stretch = { points: [lowest], fromMs, coveredToMs };
  addPoint(stretch, highest);
  return stretch;
}

function addPoint(stretch: Stretch, { atMs, priceCents }: RatePoint): void {
  const isThere = stretch.points.some(
    (point) => point.atMs === atMs && point.priceCents === priceCents,
  );
  if (isThere) return;
  stretch.points.push({ atMs, priceCents });
  stretch.points.sort((a, b) => a.atMs - b.atMs);
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
