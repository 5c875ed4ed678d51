import type { Rate } from '#shared/domain/rate.ts';
import type { RecordsDb } from '../open.ts';
import { statements } from '../statements.ts';

/** Half-open, in epoch ms of observation. */
export type TimeRange = { fromMs: number; toMs: number };

export type RatePoint = { atMs: number; priceCents: number };

/** `coveredToMs`: how long the observations speak for the price, since an unchanged quote is not kept twice. */
export type RateSummary = {
  lowest: RatePoint;
  highest: RatePoint;
  count: number;
  fromMs: number;
  coveredToMs: number;
};

const columns = `asset, buy_price_cents AS buyPriceCents, time_expires_ms AS timeExpiresMs,
  observed_at_ms AS observedAtMs, trigger`;
/** A quote is never believed for longer than an hour after it was seen. */
const coveredTo = 'max(observed_at_ms, min(time_expires_ms, observed_at_ms + 3600000))';
const inRange = 'observed_at_ms >= :fromMs AND observed_at_ms < :toMs';
const point = 'observed_at_ms AS atMs, buy_price_cents AS priceCents';

/** A column beside the only min() or max() comes from the row that holds it (sqlite.org/lang_select.html). */
const extreme = (which: 'min' | 'max') =>
  `SELECT observed_at_ms AS atMs, ${which}(buy_price_cents) AS priceCents FROM rates
   WHERE ${inRange}`;

const prepared = statements((db: RecordsDb) => ({
  insert: db.prepare<[Rate & { intentId: string | null }]>(
    `INSERT INTO rates
       (asset, buy_price_cents, time_expires_ms, observed_at_ms, trigger, intent_id)
     VALUES (:asset, :buyPriceCents, :timeExpiresMs, :observedAtMs, :trigger, :intentId)`,
  ),
  latest: db.prepare<[], Rate>(`SELECT ${columns} FROM rates ORDER BY id DESC LIMIT 1`),
  first: db.prepare<[], number | null>('SELECT min(observed_at_ms) FROM rates').pluck(),
  oldestIn: db.prepare<[TimeRange], RatePoint>(
    `SELECT ${point} FROM rates INDEXED BY rates_by_time WHERE ${inRange}
     ORDER BY observed_at_ms LIMIT 1`,
  ),
  newestIn: db.prepare<[TimeRange], RatePoint>(
    `SELECT ${point} FROM rates INDEXED BY rates_by_time WHERE ${inRange}
     ORDER BY observed_at_ms DESC LIMIT 1`,
  ),
  between: db.prepare<[TimeRange & { limit: number }], RatePoint & { coveredToMs: number }>(
    `SELECT ${point}, ${coveredTo} AS coveredToMs FROM rates WHERE ${inRange}
     ORDER BY observed_at_ms LIMIT :limit`,
  ),
  recent: db
    .prepare<[TimeRange], number>(
      `SELECT observed_at_ms FROM rates WHERE ${inRange} ORDER BY observed_at_ms DESC LIMIT 501`,
    )
    .pluck(),
  lowest: db.prepare<[TimeRange], RatePoint | { atMs: null }>(extreme('min')),
  highest: db.prepare<[TimeRange], RatePoint | { atMs: null }>(extreme('max')),
  span: db.prepare<[TimeRange], { count: number; fromMs: number; coveredToMs: number }>(
    `SELECT count(*) AS count, min(observed_at_ms) AS fromMs, max(${coveredTo}) AS coveredToMs FROM rates
     WHERE ${inRange}`,
  ),
}));

/** Keeps an observation. `intentId` names the trade it was made for. */
export function insertRate(db: RecordsDb, rate: Rate, intentId: string | null): void {
  prepared(db).insert.run({ ...rate, intentId });
}

/** The observation made last, or null before the first. */
export function latestRate(db: RecordsDb): Rate | null {
  return prepared(db).latest.get() ?? null;
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

/** In order of time, the first `limit` of them. */
export function ratesBetween(
  db: RecordsDb,
  range: TimeRange,
  limit: number,
): (RatePoint & { coveredToMs: number })[] {
  return prepared(db).between.all({ ...range, limit });
}

/** Times between the last 500 or so observations of the range, in ms, newest first. */
export function recentSpacingsMs(db: RecordsDb, range: TimeRange): number[] {
  const times = prepared(db).recent.all(range);
  return times.slice(1).map((atMs, index) => (times[index] ?? atMs) - atMs);
}

/** Lowest, highest, number and span of a range; null when nothing was observed in it. */
export function summarizeRates(db: RecordsDb, range: TimeRange): RateSummary | null {
  const lowest = prepared(db).lowest.get(range);
  const highest = prepared(db).highest.get(range);
  const span = prepared(db).span.get(range);
  if (!lowest || !highest || !span || lowest.atMs === null || highest.atMs === null) return null;
  return { lowest, highest, ...span };
}
