import type { RateSeries } from '#shared/domain/rate.ts';

export type SeriesFacts = {
  readings: number;
  minCents: number;
  maxCents: number;
  firstCents: number;
  lastCents: number;
};

/** The extremes and ends of what was observed; null when nothing was. */
export function factsOf({ pricesCents, observations }: RateSeries): SeriesFacts | null {
  const seen = pricesCents.filter((price) => price !== null);
  const [firstCents] = seen;
  const lastCents = seen.at(-1);
  if (firstCents === undefined || lastCents === undefined) return null;
  // A year of minutes is too many arguments for Math.min(...).
  const minCents = seen.reduce((min, price) => Math.min(min, price));
  const maxCents = seen.reduce((max, price) => Math.max(max, price));
  return { readings: observations, minCents, maxCents, firstCents, lastCents };
}

/** In per cent from the first to the last; null where there are no two readings. */
export function changeText(facts: SeriesFacts | null): string | null {
  if (facts === null || facts.readings < 2) return null;
  const percent = ((facts.lastCents - facts.firstCents) / facts.firstCents) * 100;
  const sign = percent > 0 ? '+' : percent < 0 ? '\u2212' : '';
  return `${sign}${Math.abs(percent).toFixed(2)}`;
}

/** Prices with a gap, or nothing, on both sides: no line leads to them, so each is a dot. */
export function lonePrices(prices: ArrayLike<number | null | undefined>): number[] {
  const lone: number[] = [];
  let before: number | null = null;
  let wasAlone = false;
  // A trade between two readings has no price of its own, and is no gap.
  for (let index = 0; index < prices.length; index += 1) {
    const price = prices[index];
    if (price === undefined) continue;
    if (price === null) {
      if (wasAlone && before !== null) lone.push(before);
      before = null;
      continue;
    }
    wasAlone = before === null;
    before = index;
  }
  if (wasAlone && before !== null) lone.push(before);
  return lone;
}

/** As many marks as lie beside each other without hiding the line. */
export const MOST_MARKS = 60;

/** Of those that would lie upon each other, the first. */
function apart(trades: RateSeries['trades'], timesMs: readonly number[]): RateSeries['trades'] {
  if (trades.length <= MOST_MARKS) return trades;
  const fromMs = timesMs[0] ?? 0;
  const slotMs = Math.max(1, ((timesMs.at(-1) ?? 0) - fromMs) / MOST_MARKS);
  const slots = Map.groupBy(trades, ({ atMs }) => Math.floor((atMs - fromMs) / slotMs));
  return [...slots.values()].flatMap(([first]) => first ?? []);
}

type Columns = [timesS: number[], prices: (number | null)[], trades: (number | null)[]];

/**
 * uPlot's columns: seconds and dollars, with own trades as a series of their own. A trade between two
 * observations gets a time of its own, at which the price has no point but is no gap either.
 */
export function chartColumns({ timesMs, pricesCents, trades }: RateSeries): Columns {
  const columns: Columns = [[], [], []];
  const push = (atMs: number, price: number | null | undefined, trade: number | null): void => {
    columns[0].push(atMs / 1000);
    columns[1].push(price as number | null);
    columns[2].push(trade);
  };
  const sorted = apart(trades, timesMs).toSorted((a, b) => a.atMs - b.atMs);
  let nextTrade = 0;
  timesMs.forEach((atMs, index) => {
    for (let trade = sorted[nextTrade]; trade && trade.atMs < atMs; trade = sorted[nextTrade]) {
      push(trade.atMs, undefined, trade.priceCents / 100);
      nextTrade += 1;
    }
    const price = pricesCents[index] ?? null;
    push(atMs, price === null ? null : price / 100, null);
  });
  for (const trade of sorted.slice(nextTrade)) {
    push(trade.atMs, undefined, trade.priceCents / 100);
  }
  return columns;
}
