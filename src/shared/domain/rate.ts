import * as z from 'zod/mini';

export const rateTriggers = ['poll', 'before_trade', 'after_trade'] as const;
export type RateTrigger = (typeof rateTriggers)[number];

/** One observation of GET /rates. */
export type Rate = {
  /** BTC, or what the service named instead of XBT (api-readings.md, 19). */
  asset: string;
  /** US cents for one bitcoin. */
  buyPriceCents: number;
  /** End of validity on the server's clock (api-readings.md, 17). Of a status: at most `QUOTE_GOOD_FOR_MS` from its reading. */
  timeExpiresMs: number;
  observedAtMs: number;
  trigger: RateTrigger;
};

/** A quote holds as long as the service says, and no longer than this after it was read. */
export const QUOTE_GOOD_FOR_MS = 15 * 60_000;

/** `clockOffsetMs`: server's clock minus this machine's, to count down on the server's clock. */
export type RateStatus = {
  rate: Rate | null;
  clockOffsetMs: number;
  lastError: string | null;
};

export const ratePeriodSchema = z.enum(['day', 'week', 'month', 'year', 'all']);
export type RatePeriod = z.infer<typeof ratePeriodSchema>;

/** Columns as uPlot takes them; a null price is a gap. Times in ms, prices in cents. */
export type RateSeries = {
  timesMs: number[];
  pricesCents: (number | null)[];
  trades: { atMs: number; priceCents: number; clientUid: string; amountSats: number }[];
  observations: number;
};
