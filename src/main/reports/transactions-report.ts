import { directionOf, transactionTypes, type TransactionType } from '#shared/domain/transaction.ts';
import { addUnits, centsForSats, impliedPriceCents, toDecimal } from '#shared/money.ts';
import { createLocalIso } from '#shared/time-zone.ts';
import { listReportClients, netSats, prepareClientSums } from './client-figures.ts';
import { createUtcCell, csvRow, numberCell, textCell, utcCell } from './csv.ts';
import { prepareRateLookup } from './rate-lookup.ts';
import type { ReportRows, ReportSource } from './report-source.ts';
import { createSums } from './report-sums.ts';
import { loadSettledIntents, type SettledIntent } from './settled-intents.ts';
import { countTransactions, readTransactions, type RawTransaction } from './transaction-rows.ts';

/** reports.md, Transactions; the order is part of the format. */
export const transactionColumns = [
  'schema',
  'environment',
  'profile',
  'client_uid',
  'client_label',
  'tid',
  'type',
  'direction',
  'state',
  'created_at_utc',
  'created_at_local',
  'time_zone',
  'amount_btc',
  'amount_sats',
  'running_balance_sats',
  'fee_btc',
  'fiat_currency',
  'fiat_amount',
  'rate',
  'rate_basis',
  'rate_observed_utc',
  'address',
  'address_label',
  'tx_id',
  'confirmations',
  'note',
  'tags',
  'intent_id',
  'requested_by',
  'approved_by',
  'fetched_at_utc',
] as const;

const SCHEMA = 'transactions/1';
const NOT_KNOWN = '';
const directions = { '1': 'in', '-1': 'out', '0': '' } as const;

/**
 * Every transaction of the range, by time and then tid. Amounts, balances and fiat values are signed by
 * direction; where the service named a type the app does not know they are empty, and so is the client's
 * running balance from there on.
 */
export function transactionsReport(source: ReportSource): ReportRows {
  const { request, range } = source;
  const sums = createSums(transactionTypes);
  const settledIntent = loadSettledIntents(source.db);
  const runningBalance = prepareRunningBalance(source);
  const valueOf = prepareValuation(source);
  const { start, zone } = constantCells(source);
  const local = createLocalIso(request.timeZone);
  const observed = createUtcCell();
  const fetched = createUtcCell();

  function rowOf(raw: RawTransaction): string {
    const type = transactionTypes[raw.type] ?? 'unknown';
    const direction = directionOf(type);
    const sats = direction === 0 ? null : direction * raw.amountSats;
    const intent = settledIntent(raw.clientUid, raw.tid);
    const value = valueOf(raw, type, intent);
    const fiatCents = value && direction !== 0 ? direction * value.cents : null;
    sums.add(type, 'BTC', sats);
    sums.add(type, 'USD', fiatCents);
    return csvRow([
      start,
      raw.clientUid,
      textCell(raw.clientLabel),
      textCell(raw.tid),
      type,
      directions[direction],
      textCell(raw.state),
      utcCell(raw.createdAtMs),
      local(raw.createdAtMs),
      zone,
      sats === null ? NOT_KNOWN : toDecimal(sats, 8, true),
      numberCell(sats),
      numberCell(runningBalance(raw, type)),
      NOT_KNOWN,
      fiatCents === null ? NOT_KNOWN : 'USD',
      fiatCents === null ? NOT_KNOWN : toDecimal(fiatCents, 2, true),
      value ? toDecimal(value.priceCents, 2, true) : NOT_KNOWN,
      value ? value.basis : 'none',
      observed(value?.observedAtMs ?? null),
      textCell(raw.address),
      NOT_KNOWN,
      textCell(raw.txId),
      numberCell(raw.confirmations),
      textCell(raw.note),
      textCell(raw.tags),
      intent?.id ?? '',
      textCell(intent?.requestedBy ?? null),
      NOT_KNOWN,
      fetched(raw.fetchedAtMs),
    ]);
  }

  function* chunks() {
    for (const rows of readTransactions(source.db, range, request.clientUid)) {
      yield { text: rows.map(rowOf).join(''), rows: rows.length };
    }
  }

  return {
    columns: transactionColumns,
    totalRows: countTransactions(source.db, range, request.clientUid),
    chunks: chunks(),
    sums: () => sums.list(),
  };
}

function constantCells({ profile, request }: ReportSource): { start: string; zone: string } {
  const start = [SCHEMA, profile.environment, textCell(profile.name)].join(',');
  return { start, zone: textCell(request.timeZone) };
}

/**
 * A client's balance after each of its rows: known where its whole history is. A deposit counts once it has its
 * six confirmations, as in `balance` (bitpro-api.md, Clients).
 */
function prepareRunningBalance({ db, range, request }: ReportSource) {
  const sumsOf = prepareClientSums(db);
  const isComplete = new Map(
    listReportClients(db, request.clientUid).map(({ uid, historyComplete }) => [
      uid,
      historyComplete,
    ]),
  );
  const balances = new Map<string, number | null>();

  return (raw: RawTransaction, type: TransactionType): number | null => {
    let balance = balances.get(raw.clientUid);
    if (balance === undefined) {
      balance = isComplete.get(raw.clientUid)
        ? netSats(sumsOf(raw.clientId, Number.MIN_SAFE_INTEGER, range.fromMs))
        : null;
    }
    if (balance !== null) {
      const isUnconfirmed = type === 'deposit' && raw.settling === 1;
      if (type === 'unknown') balance = null;
      else if (!isUnconfirmed) balance = addUnits(balance, directionOf(type) * raw.amountSats);
    }
    balances.set(raw.clientUid, balance);
    return balance;
  };
}

type Value = {
  /** Of the magnitude, in cents. */
  cents: number;
  priceCents: number;
  basis: 'trade' | 'snapshot';
  observedAtMs: number;
};

/**
 * What a row is worth: the dollars spent where the buy was made here, else at the rate observed last before it.
 */
function prepareValuation({ db }: ReportSource) {
  const rateAt = prepareRateLookup(db);
  return (
    { amountSats, createdAtMs }: RawTransaction,
    type: TransactionType,
    intent: SettledIntent | undefined,
  ): Value | null => {
    if (type === 'buy' && intent?.usdCents && amountSats > 0) {
      const cents = intent.usdCents;
      const priceCents = impliedPriceCents(cents, amountSats);
      return { cents, priceCents, basis: 'trade', observedAtMs: createdAtMs };
    }
    const rate = rateAt(createdAtMs);
    if (!rate) return null;
    const { priceCents, observedAtMs } = rate;
    const cents = centsForSats(amountSats, priceCents);
    return { cents, priceCents, basis: 'snapshot', observedAtMs };
  };
}
