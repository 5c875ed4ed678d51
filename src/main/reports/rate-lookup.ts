import type { CacheDb } from '../storage/open.ts';

export type ObservedRate = { priceCents: number; observedAtMs: number };

type RateRow = [observedAtMs: number, priceCents: number, id: number];

/** Read at once: where rows and rates are equally dense a lookup costs next to nothing, elsewhere not much more. */
const READ_AHEAD = 32;

/**
 * Made for moments in order of time, right for any.
 * @returns the nearest price of BTC observed at or before a moment, or null before the first; the same object
 * as long as it is the same observation
 */
export function prepareRateLookup(db: CacheDb): (atMs: number) => ObservedRate | null {
  // Named, or statistics of the table may talk SQLite into reading all of it for each lookup.
  const rates = "records.rates INDEXED BY rates_by_time WHERE asset = 'BTC'";
  const columns = 'observed_at_ms, buy_price_cents, id';
  const nearest = db
    .prepare<[number], RateRow>(
      `SELECT ${columns} FROM ${rates} AND observed_at_ms <= ?
       ORDER BY observed_at_ms DESC, id DESC LIMIT 1`,
    )
    .raw();
  const following = db
    .prepare<[{ atMs: number; id: number }], RateRow>(
      `SELECT ${columns} FROM ${rates}
         AND observed_at_ms >= :atMs AND (observed_at_ms > :atMs OR id > :id)
       ORDER BY observed_at_ms, id LIMIT ${READ_AHEAD}`,
    )
    .raw();
  let current: ObservedRate | null = null;
  let fromMs = Number.POSITIVE_INFINITY;
  let ahead: RateRow[] = [];
  let position = 0;

  function seek(atMs: number): void {
    const found = nearest.get(atMs);
    current = found ? rateOf(found) : null;
    fromMs = found?.[0] ?? Number.NEGATIVE_INFINITY;
    const [, , id = 0] = found ?? [];
    ahead = following.all({ atMs: current?.observedAtMs ?? Number.MIN_SAFE_INTEGER, id });
    position = 0;
  }

  /** Whether what was read ahead reaches beyond the moment. */
  function reaches(atMs: number): boolean {
    const [lastMs] = ahead.at(-1) ?? [Number.NEGATIVE_INFINITY];
    return atMs < lastMs || ahead.length < READ_AHEAD;
  }

  return (atMs) => {
    if (atMs < fromMs || !reaches(atMs)) seek(atMs);
    let passed: RateRow | undefined;
    for (let next = ahead[position]; next && next[0] <= atMs; next = ahead[position]) {
      passed = next;
      position += 1;
    }
    if (passed) {
      current = rateOf(passed);
      fromMs = current.observedAtMs;
    }
    return current;
  };
}

function rateOf([observedAtMs, priceCents]: RateRow): ObservedRate {
  return { observedAtMs, priceCents };
}
