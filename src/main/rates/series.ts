import { setImmediate as nextTurn } from 'node:timers/promises';
import { RATE_PERIOD_MS } from '#shared/domain/constants.ts';
import type { RatePeriod, RateSeries } from '#shared/domain/rate.ts';
import { AppError } from '#shared/errors.ts';
import { ownTrades } from '../storage/cache/trades-repo.ts';
import type { CacheDb, RecordsDb } from '../storage/open.ts';
import {
  firstRateAtMs,
  hasMoreRates,
  rateEnds,
  rateSummaries,
  recentSpacingsMs,
  type RatePoint,
  type RateSummary,
  type TimeRange,
} from '../storage/records/rates-repo.ts';

const HOUR_MS = 3_600_000;

/**
 * About as many as the chart has pixels in a row: two a bucket, the lowest and the highest price, and the two ends.
 * What a chart costs to draw is the length of its line.
 */
const MAX_POINTS = 1000;
const BUCKETS = MAX_POINTS / 2 - 1;
/** From here on a bucket is made of whole hours, of which the records know what they come to; a month is not. */
const HOURLY_FROM_MS = 4 * HOUR_MS;
const BUCKETS_A_READING = 100;
/** How long the event loop is kept in one go. */
const TURN_MS = 4;
const MAX_GAP_MS = 15 * 60_000;
const GAP_SPACINGS = 3;
const MAX_TRADES = 500;

/**
 * The observed rates of a period that ends now, at most 1,000 points, with nulls where nothing was
 * observed, and the app's own buys at the price they came to. Many are read in short turns, between which the
 * program goes on.
 * @throws AppError cancelled when the profile is closed meanwhile
 */
export async function rateSeries(
  records: RecordsDb,
  cache: CacheDb,
  period: RatePeriod,
  nowMs: number,
): Promise<RateSeries> {
  const firstMs = firstRateAtMs(records) ?? nowMs;
  const fromMs = period === 'all' ? firstMs : Math.max(firstMs, nowMs - RATE_PERIOD_MS[period]);
  const range = { fromMs, toMs: nowMs + 1 };
  const gapMs = usualGapMs(records, range);
  const trades = ownTrades(cache, range, MAX_TRADES);
  if (!hasMoreRates(records, range, MAX_POINTS)) {
    const rates = rateSummaries(records, 'observation', range);
    return { ...toColumns(rates.map(stretchOf), gapMs), trades, observations: rates.length };
  }
  const buckets = bucketsOf(range);
  const summaries = await thinned(records, range, buckets);
  const stretches = withEnds(summaries.map(stretchOf), rateEnds(records, range));
  const observations = summaries.reduce((sum, { count }) => sum + count, 0);
  // A hole narrower than a bucket is narrower than the chart can show.
  return { ...toColumns(stretches, Math.max(gapMs, buckets.widthMs)), trades, observations };
}

/** Of whole hours where `hourly`, which then begin with an hour. */
type Buckets = { originMs: number; widthMs: number; hourly: boolean };

function bucketsOf({ fromMs, toMs }: TimeRange): Buckets {
  const hourly = (toMs - fromMs) / BUCKETS > HOURLY_FROM_MS;
  const unitMs = hourly ? HOUR_MS : 1;
  const originMs = Math.floor(fromMs / unitMs) * unitMs;
  const widthMs = Math.ceil((toMs - originMs) / BUCKETS / unitMs) * unitMs;
  return { originMs, widthMs, hourly };
}

type Reading = TimeRange & { by: 'observation' | 'hour' };

/** What to read, in order of time: whole hours, and what lies in the range of those at its ends. */
function* readingsOf(range: TimeRange, { widthMs, hourly }: Buckets): Generator<Reading> {
  const hoursFromMs = hourly ? Math.ceil(range.fromMs / HOUR_MS) * HOUR_MS : range.toMs;
  const hoursToMs = hourly ? Math.floor(range.toMs / HOUR_MS) * HOUR_MS : range.toMs;
  const stepMs = BUCKETS_A_READING * widthMs;
  const parts: Reading[] = [
    { by: 'observation', fromMs: range.fromMs, toMs: hoursFromMs },
    { by: 'hour', fromMs: hoursFromMs, toMs: hoursToMs },
    { by: 'observation', fromMs: hoursToMs, toMs: range.toMs },
  ];
  for (const { by, fromMs, toMs } of parts) {
    for (let startMs = fromMs; startMs < toMs; startMs += stepMs) {
      yield { by, fromMs: startMs, toMs: Math.min(startMs + stepMs, toMs) };
    }
  }
}

/** One summary a bucket in which anything was observed. */
async function thinned(
  records: RecordsDb,
  range: TimeRange,
  buckets: Buckets,
): Promise<RateSummary[]> {
  const thinnedOnes: RateSummary[] = [];
  let last = -1;
  let turnEndsMs = performance.now() + TURN_MS;
  for (const { by, ...part } of readingsOf(range, buckets)) {
    if (performance.now() > turnEndsMs) {
      await nextTurn();
      if (!records.open) throw new AppError('cancelled', 'The profile was closed.');
      turnEndsMs = performance.now() + TURN_MS;
    }
    for (const summary of rateSummaries(records, by, part)) {
      const index = Math.floor((summary.fromMs - buckets.originMs) / buckets.widthMs);
      const former = index === last ? thinnedOnes.pop() : undefined;
      thinnedOnes.push(former ? merged(former, summary) : summary);
      last = index;
    }
  }
  return thinnedOnes;
}

function merged(a: RateSummary, b: RateSummary): RateSummary {
  return {
    fromMs: a.fromMs,
    coveredToMs: Math.max(a.coveredToMs, b.coveredToMs),
    count: a.count + b.count,
    lowest: b.lowest.priceCents < a.lowest.priceCents ? b.lowest : a.lowest,
    highest: b.highest.priceCents > a.highest.priceCents ? b.highest : a.highest,
  };
}

/** Observations without a hole that shows, as the points that stand for them. */
type Stretch = { points: RatePoint[]; fromMs: number; coveredToMs: number };

/** From the oldest to the newest is the change that the screen tells. */
function withEnds(
  stretches: readonly Stretch[],
  ends: ReturnType<typeof rateEnds>,
): readonly Stretch[] {
  const [first, last] = [stretches.at(0), stretches.at(-1)];
  if (ends && first && last) {
    addPoint(first, ends.oldest);
    addPoint(last, ends.newest);
  }
  return stretches;
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
function usualGapMs(records: RecordsDb, range: TimeRange): number {
  const spacings = recentSpacingsMs(records, range).toSorted((a, b) => a - b);
  const medianMs = spacings[Math.floor(spacings.length / 2)];
  return medianMs === undefined ? MAX_GAP_MS : Math.min(GAP_SPACINGS * medianMs, MAX_GAP_MS);
}
