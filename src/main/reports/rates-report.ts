import type { RateTrigger } from '#shared/domain/rate.ts';
import { toDecimal } from '#shared/money.ts';
import { csvRow, textCell, utcCell } from './csv.ts';
import { CHUNK_ROWS, type ReportRows, type ReportSource } from './report-source.ts';

/** reports.md, Rates; the order is part of the format. */
export const rateColumns = [
  'schema',
  'environment',
  'asset',
  'quote_currency',
  'buy_price',
  'observed_at_utc',
  'time_expires_utc',
  'validity_s',
  'trigger',
  'intent_id',
  'gap_before_s',
] as const;

const SCHEMA = 'rates/1';

type RateRow = {
  id: number;
  asset: string;
  priceCents: number;
  expiresAtMs: number;
  observedAtMs: number;
  trigger: RateTrigger;
  intentId: string | null;
};

/**
 * Every observation of the range, in order of time. `gap_before_s` is how long no price was known before it:
 * from the end of the observation before to this one, 0 where that still held, empty for the first ever.
 */
export function ratesReport(source: ReportSource): ReportRows {
  const { db, range, profile } = source;
  const start = [SCHEMA, profile.environment].join(',');
  let knownUntilMs = expiryBefore(source);

  function rowOf(rate: RateRow): string {
    const gapMs = knownUntilMs === null ? null : Math.max(0, rate.observedAtMs - knownUntilMs);
    knownUntilMs = rate.expiresAtMs;
    return csvRow([
      start,
      textCell(rate.asset),
      'USD',
      toDecimal(rate.priceCents, 2, true),
      utcCell(rate.observedAtMs),
      utcCell(rate.expiresAtMs),
      secondsCell(rate.expiresAtMs - rate.observedAtMs),
      rate.trigger,
      textCell(rate.intentId),
      secondsCell(gapMs),
    ]);
  }

  function* chunks() {
    for (const rows of readRates(source)) {
      yield { bytes: Buffer.from(rows.map(rowOf).join('')), rows: rows.length };
    }
  }

  const count = db
    .prepare<[number, number], number>(
      'SELECT count(*) FROM records.rates WHERE observed_at_ms >= ? AND observed_at_ms < ?',
    )
    .pluck();
  return {
    columns: rateColumns,
    totalRows: count.get(range.fromMs, range.toMs) ?? 0,
    chunks: chunks(),
    // Prices do not add up.
    sums: () => [],
  };
}

function secondsCell(spanMs: number | null): string {
  return spanMs === null ? '' : toDecimal(spanMs, 3);
}

function expiryBefore({ db, range }: ReportSource): number | null {
  const before = db
    .prepare<[number], number>(
      `SELECT time_expires_ms FROM records.rates WHERE observed_at_ms < ?
       ORDER BY observed_at_ms DESC, id DESC LIMIT 1`,
    )
    .pluck();
  return before.get(range.fromMs) ?? null;
}

function* readRates({ db, range }: ReportSource): Generator<RateRow[]> {
  const select = db.prepare<[{ fromMs: number; toMs: number; id: number }], RateRow>(
    `SELECT id, asset, buy_price_cents AS priceCents, time_expires_ms AS expiresAtMs,
       observed_at_ms AS observedAtMs, trigger, intent_id AS intentId
     FROM records.rates
     WHERE observed_at_ms >= :fromMs AND observed_at_ms < :toMs
       AND (observed_at_ms > :fromMs OR id > :id)
     ORDER BY observed_at_ms, id LIMIT ${CHUNK_ROWS}`,
  );
  const page = { ...range, id: 0 };
  for (;;) {
    const rows = select.all(page);
    const last = rows.at(-1);
    if (!last) return;
    yield rows;
    if (rows.length < CHUNK_ROWS) return;
    page.fromMs = last.observedAtMs;
    page.id = last.id;
  }
}
