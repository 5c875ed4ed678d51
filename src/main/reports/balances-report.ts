import { addUnits, centsForSats, toDecimal } from '#shared/money.ts';
import {
  listReportClients,
  netSats,
  prepareClientSums,
  type ClientSums,
  type ReportClient,
} from './client-figures.ts';
import { csvRow, numberCell, textCell, utcCell } from './csv.ts';
import { prepareRateLookup } from './rate-lookup.ts';
import { CHUNK_ROWS, type ReportRows, type ReportSource } from './report-source.ts';
import { createSums } from './report-sums.ts';

/** reports.md, Balances; the order is part of the format. */
export const balanceColumns = [
  'schema',
  'environment',
  'profile',
  'client_uid',
  'client_label',
  'deposit_address',
  'as_of_utc',
  'age_s',
  'balance_btc',
  'balance_sats',
  'unconfirmed_sats',
  'opening_sats',
  'deposits_sats',
  'buys_sats',
  'withdrawals_sats',
  'computed_sats',
  'difference_sats',
  'reconciled',
  'history_complete',
  'usd_value',
  'rate',
  'rate_observed_utc',
] as const;

const SCHEMA = 'balances/1';
const NOT_KNOWN = '';

/**
 * Every registered client, by uid: what its history comes to at the end of the range, and the balance as last
 * read. The two are compared where the whole history is known and nothing of it lies after the range.
 */
export function balancesReport(source: ReportSource): ReportRows {
  const { db, request, profile, nowMs } = source;
  const clients = listReportClients(db, request.clientUid);
  const figuresOf = prepareFigures(source);
  const rateAt = prepareRateLookup(db);
  const sums = createSums(['balance', 'unconfirmed', 'computed', 'difference', 'value']);
  const sum = {
    balance: sums.of('balance', 'BTC'),
    unconfirmed: sums.of('unconfirmed', 'BTC'),
    computed: sums.of('computed', 'BTC'),
    difference: sums.of('difference', 'BTC'),
    value: sums.of('value', 'USD'),
  };
  const start = [SCHEMA, profile.environment, textCell(profile.name)].join(',');

  function rowOf(client: ReportClient): string {
    const { balance } = client;
    const figures = figuresOf(client);
    const rate = balance && rateAt(balance.asOfMs);
    const usdCents = rate ? centsForSats(balance.balanceSats, rate.priceCents) : null;
    sum.balance(balance?.balanceSats ?? null);
    sum.unconfirmed(balance?.unconfirmedSats ?? null);
    sum.computed(figures.computedSats);
    sum.difference(figures.differenceSats);
    sum.value(usdCents);
    return csvRow([
      start,
      textCell(client.uid),
      textCell(client.label),
      textCell(client.depositAddress),
      utcCell(balance?.asOfMs ?? null),
      numberCell(balance && Math.floor((nowMs - balance.asOfMs) / 1000)),
      balance ? toDecimal(balance.balanceSats, 8, true) : NOT_KNOWN,
      numberCell(balance?.balanceSats ?? null),
      numberCell(balance?.unconfirmedSats ?? null),
      numberCell(figures.openingSats),
      numberCell(figures.depositSats),
      numberCell(figures.buySats),
      numberCell(figures.withdrawalSats),
      numberCell(figures.computedSats),
      numberCell(figures.differenceSats),
      figures.differenceSats === null ? NOT_KNOWN : String(figures.differenceSats === 0),
      String(client.historyComplete),
      usdCents === null ? NOT_KNOWN : toDecimal(usdCents, 2, true),
      rate ? toDecimal(rate.priceCents, 2, true) : NOT_KNOWN,
      utcCell(rate?.observedAtMs ?? null),
    ]);
  }

  function* chunks() {
    for (let first = 0; first < clients.length; first += CHUNK_ROWS) {
      const rows = clients.slice(first, first + CHUNK_ROWS);
      yield { bytes: Buffer.from(rows.map(rowOf).join('')), rows: rows.length };
    }
  }

  return {
    columns: balanceColumns,
    totalRows: clients.length,
    chunks: chunks(),
    sums: () => sums.list(),
  };
}

/** Null where rows may be missing, or one of unknown direction is among them. */
type Figures = {
  openingSats: number | null;
  depositSats: number | null;
  buySats: number | null;
  withdrawalSats: number | null;
  computedSats: number | null;
  differenceSats: number | null;
};

const NOTHING_KNOWN: Figures = {
  openingSats: null,
  depositSats: null,
  buySats: null,
  withdrawalSats: null,
  computedSats: null,
  differenceSats: null,
};

function prepareFigures({ db, range }: ReportSource): (client: ReportClient) => Figures {
  const { fromMs, toMs } = range;
  const sumsOf = prepareClientSums(db);
  return ({ cacheId, historyComplete, balance }) => {
    if (!historyComplete) return NOTHING_KNOWN;
    const during = sumsOf(cacheId, fromMs, toMs);
    const change = netSats(during);
    const openingSats = netSats(sumsOf(cacheId, Number.MIN_SAFE_INTEGER, fromMs));
    const computedSats =
      openingSats === null || change === null ? null : addUnits(openingSats, change);
    const isUpToDate = hasNothing(sumsOf(cacheId, toMs, Number.MAX_SAFE_INTEGER));
    const isComparable = balance !== null && computedSats !== null && isUpToDate;
    const differenceSats = isComparable ? addUnits(balance.balanceSats, -computedSats) : null;
    const { depositSats, buySats, withdrawalSats } = during;
    return { openingSats, depositSats, buySats, withdrawalSats, computedSats, differenceSats };
  };
}

function hasNothing(sums: ClientSums): boolean {
  return netSats(sums) === 0 && sums.depositSats === 0 && sums.buySats === 0;
}
