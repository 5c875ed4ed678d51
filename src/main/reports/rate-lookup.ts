import type { CacheDb } from '../storage/open.ts';

export type ObservedRate = { priceCents: number; observedAtMs: number };

/** @returns the nearest price of BTC observed at or before a moment, or null before the first */
export function prepareRateLookup(db: CacheDb): (atMs: number) => ObservedRate | null {
  const nearest = db.prepare<[number], ObservedRate>(
    `SELECT buy_price_cents AS priceCents, observed_at_ms AS observedAtMs FROM records.rates
     WHERE observed_at_ms <= ? AND asset = 'BTC' ORDER BY observed_at_ms DESC, id DESC LIMIT 1`,
  );
  const next = db
    .prepare<[number], number>(
      `SELECT observed_at_ms FROM records.rates WHERE observed_at_ms > ? AND asset = 'BTC'
       ORDER BY observed_at_ms LIMIT 1`,
    )
    .pluck();
  // Rows come in order of time, and many share a rate: it is looked up again only past its end.
  let current: ObservedRate | null = null;
  let fromMs = Number.POSITIVE_INFINITY;
  let untilMs = Number.NEGATIVE_INFINITY;
  return (atMs) => {
    if (atMs >= fromMs && atMs < untilMs) return current;
    current = nearest.get(atMs) ?? null;
    fromMs = current?.observedAtMs ?? Number.NEGATIVE_INFINITY;
    untilMs = next.get(atMs) ?? Number.POSITIVE_INFINITY;
    return current;
  };
}
