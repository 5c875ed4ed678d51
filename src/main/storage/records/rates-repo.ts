import type { Rate } from '#shared/domain/rate.ts';
import type { RecordsDb } from '../open.ts';
import { statements } from '../statements.ts';

/** Half-open, in epoch ms of observation. */
export type TimeRange = { fromMs: number; toMs: number };

export type RatePoint = { atMs: number; priceCents: number };

/**
 * One observation, or all of an hour. `coveredToMs`: how long they speak for the price, since an unchanged quote is
 * not kept twice.
 */
export type RateSummary = {
  fromMs: number;
  coveredToMs: number;
  count: number;
  lowest: RatePoint;
  highest: RatePoint;
};

type SummaryRow = [
  fromMs: number,
  coveredToMs: number,
  count: number,
  lowestCents: number,
  lowestAtMs: number,
  highestCents: number,
  highestAtMs: number,
];

const columns = `asset, buy_price_cents AS buyPriceCents, time_expires_ms AS timeExpiresMs,
  observed_at_ms AS observedAtMs, trigger`;
/** A quote is never believed for longer than an hour after it was seen. */
const coveredTo = 'max(observed_at_ms, min(time_expires_ms, observed_at_ms + 3600000))';
const inRange = 'observed_at_ms >= :fromMs AND observed_at_ms < :toMs';
const point = 'observed_at_ms AS atMs, buy_price_cents AS priceCents';

const prepared = statements((db: RecordsDb) => ({
  insert: db.prepare<[Rate & { intentId: string | null }]>(
    `INSERT INTO rates
       (asset, buy_price_cents, time_expires_ms, observed_at_ms, trigger, intent_id)
     VALUES (:asset, :buyPriceCents, :timeExpiresMs, :observedAtMs, :trigger, :intentId)`,
  ),
  latest: db.prepare<[], Rate>(`SELECT ${columns} FROM rates ORDER BY id DESC LIMIT 1`),
  prices: db
    .prepare<[number | null, number], number>(
      `SELECT buy_price_cents FROM rates WHERE observed_at_ms IS NOT ? ORDER BY id DESC LIMIT ?`,
    )
    .pluck(),
  first: db.prepare<[], number | null>('SELECT min(observed_at_ms) FROM rates').pluck(),
  oldestIn: db.prepare<[TimeRange], RatePoint>(
    `SELECT ${point} FROM rates INDEXED BY rates_by_time WHERE ${inRange}
     ORDER BY observed_at_ms LIMIT 1`,
  ),
  newestIn: db.prepare<[TimeRange], RatePoint>(
    `SELECT ${point} FROM rates INDEXED BY rates_by_time WHERE ${inRange}
     ORDER BY observed_at_ms DESC LIMIT 1`,
  ),
  more: db
    .prepare<[TimeRange & { limit: number }], 1>(
      `SELECT 1 FROM rates WHERE ${inRange} LIMIT 1 OFFSET :limit`,
    )
    .pluck(),
  recent: db
    .prepare<[TimeRange], number>(
      `SELECT observed_at_ms FROM rates WHERE ${inRange} ORDER BY observed_at_ms DESC LIMIT 501`,
    )
    .pluck(),
  each: db
    .prepare<[TimeRange], SummaryRow>(
      `SELECT observed_at_ms, ${coveredTo}, 1,
         buy_price_cents, observed_at_ms, buy_price_cents, observed_at_ms
       FROM rates WHERE ${inRange} ORDER BY observed_at_ms`,
    )
    .raw(),
  hours: db
    .prepare<[TimeRange], SummaryRow>(
      `SELECT first_at_ms, covered_to_ms, observations,
         lowest_cents, lowest_at_ms, highest_cents, highest_at_ms
       FROM rate_hours WHERE hour_ms >= :fromMs AND hour_ms < :toMs ORDER BY hour_ms`,
    )
    .raw(),
}));

/** Keeps an observation. `intentId` names the trade it was made for. */
export function insertRate(db: RecordsDb, rate: Rate, intentId: string | null): void {
  prepared(db).insert.run({ ...rate, intentId });
}

/** The observation made last, or null before the first. */
export function latestRate(db: RecordsDb): Rate | null {
  return prepared(db).latest.get() ?? null;
}

/** In cents, newest first: the last prices that were observed at another time than `exceptAtMs`. */
export function recentPrices(db: RecordsDb, exceptAtMs: number | null, limit: number): number[] {
  return prepared(db).prices.all(exceptAtMs, limit);
}

export function firstRateAtMs(db: RecordsDb): number | null {
  return prepared(db).first.get() ?? null;
}

/** The first and the last observation of a range; null when nothing was observed in it. */
export function rateEnds(
  db: RecordsDb,
  range: TimeRange,
): { oldest: RatePoint; newest: RatePoint } | null {
  const oldest = prepared(db).oldestIn.get(range);
  const newest = prepared(db).newestIn.get(range);
  return oldest && newest ? { oldest, newest } : null;
}

/** Are there more than `limit` in the range? */
export function hasMoreRates(db: RecordsDb, range: TimeRange, limit: number): boolean {
  return prepared(db).more.get({ ...range, limit }) !== undefined;
}

/** Times between the last 500 or so observations of the range, in ms, newest first. */
export function recentSpacingsMs(db: RecordsDb, range: TimeRange): number[] {
  const times = prepared(db).recent.all(range);
  return times.slice(1).map((atMs, index) => (times[index] ?? atMs) - atMs);
}

/** In order of time: each observation of the range, or each of its hours, from the first that begins in it. */
export function rateSummaries(
  db: RecordsDb,
  by: 'observation' | 'hour',
  range: TimeRange,
): RateSummary[] {
  const { each, hours } = prepared(db);
  return (by === 'hour' ? hours : each)
    .all(range)
    .map(([fromMs, coveredToMs, count, lowestCents, lowestAtMs, highestCents, highestAtMs]) => ({
      fromMs,
      coveredToMs,
      count,
      lowest: { atMs: lowestAtMs, priceCents: lowestCents },
      highest: { atMs: highestAtMs, priceCents: highestCents },
    }));
}
