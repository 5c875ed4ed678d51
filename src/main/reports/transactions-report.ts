import { directionOf, transactionTypes, type TransactionType } from '#shared/domain/transaction.ts';
import { addUnits, centsForSats, impliedPriceCents } from '#shared/money.ts';
import { createLocalClock, createUtcClock } from '#shared/time-zone.ts';
import { historySummary } from '../storage/cache/history-repo.ts';
import { removedRows } from '../storage/cache/removed-repo.ts';
import { listReportClients, netSats, prepareClientSums } from './client-figures.ts';
import { CsvBytes, prepareCells } from './csv-bytes.ts';
import { textCell } from './csv.ts';
import { prepareRateLookup } from './rate-lookup.ts';
import type { ReportRows, ReportSource } from './report-source.ts';
import { createSums, type AddUnits, type ReportSums } from './report-sums.ts';
import { loadSettledIntents, type SettledIntent } from './settled-intents.ts';
import { prepareAddressCells, prepareAnnotations, prepareStateCells } from './transaction-cells.ts';
import { readTransactions, type RawTransaction } from './transaction-rows.ts';

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
  'removed_at_utc',
] as const;

const SCHEMA = 'transactions/1';
const directions = { '1': 'in', '-1': 'out', '0': '' } as const;

/**
 * Every transaction of the range, by time and then tid. Amounts, balances and fiat values are signed by
 * direction; where the service named a type the app does not know they are empty, and so is the client's
 * running balance from there on. Rows that the service no longer lists say since when, and are in no sum.
 *
 * What many rows share is written out once, and the rest goes straight into bytes: a million rows are to take no
 * longer than SQLite's own CSV (performance.md, 1).
 */
export function transactionsReport(source: ReportSource): ReportRows {
  const { db, request, range } = source;
  const { clientUid } = request;
  const sums = createSums(transactionTypes);
  const types = transactionTypes.map((type) => typeOf(type, sums));
  const unknownType = typeOf('unknown', sums);
  const clientOf = prepareClients(source);
  const uidOf = (id: number) => clientOf(id).uid;
  const stateCell = prepareStateCells(db);
  const addressCells = prepareAddressCells(db);
  const annotationOf = prepareAnnotations(db);
  const removedAtMs = removedRows(db);
  const valueOf = prepareValuation(source);
  const zone = prepareCells(textCell(request.timeZone));
  const utc = createUtcClock();
  const local = createLocalClock(request.timeZone);
  const observed = createUtcClock();
  const fetched = createUtcClock();
  const out = new CsvBytes();

  function writeValue(value: Value | null, fiatCents: number | null): void {
    out.written(fiatCents === null ? '' : 'USD');
    out.decimal(fiatCents, 2);
    out.decimal(value?.priceCents ?? null, 2);
    out.written(value?.basis ?? 'none');
    if (value) out.time(observed(value.observedAtMs));
    else out.empty();
  }

  function writeRow(raw: RawTransaction): void {
    // By index: an array pattern would walk an iterator for each row.
    const { 1: clientId, 2: tid, 3: typeId, 4: amountSats, 5: createdAtMs } = raw;
    const { 6: stateId, 7: confirmations, 8: txId, 9: addressId, 10: settling } = raw;
    const { 11: fetchedAtMs, 12: annotated } = raw;
    const type = types[typeId] ?? unknownType;
    const client = clientOf(clientId);
    const annotation = annotated === 1 ? annotationOf(client.uid, tid) : null;
    const intent = client.intents?.get(tid);
    const sats = type.direction === 0 ? null : type.direction * amountSats;
    const removed = removedAtMs.size === 0 ? undefined : removedAtMs.get(raw[0]);
    const isListed = removed === undefined;
    const balanceSats = isListed ? addToBalance(client, type, sats, settling) : client.balanceSats;
    const value = valueOf(amountSats, createdAtMs, type.name === 'buy' ? intent : undefined);
    const fiatCents = value && type.direction !== 0 ? type.direction * value.cents : null;
    if (isListed) {
      type.addSats(sats);
      type.addCents(fiatCents);
    }
    out.cells(client.start);
    out.text(tid);
    out.cells(type.cells);
    out.written(stateCell(stateId));
    out.time(utc(createdAtMs));
    out.time(local(createdAtMs));
    out.cells(zone);
    out.decimal(sats, 8);
    out.integer(sats);
    out.integer(balanceSats);
    out.empty();
    writeValue(value, fiatCents);
    out.written(addressCells(addressId));
    out.text(txId);
    out.integer(confirmations);
    out.text(annotation?.note ?? null);
    out.text(annotation?.tags ?? null);
    out.written(intent?.id ?? '');
    out.text(intent?.requestedBy ?? null);
    out.text(intent?.approvedBy ?? null);
    out.time(fetched(fetchedAtMs));
    if (isListed) out.empty();
    else out.time(fetched(removed));
    out.endRow();
  }

  function* chunks() {
    for (const rows of readTransactions(db, range, { clientUid, uidOf })) {
      for (const raw of rows) writeRow(raw);
      yield { bytes: out.take(), rows: rows.length };
    }
  }

  return {
    columns: transactionColumns,
    // From totals: counting a million rows one by one could not be cancelled.
    totalRows: historySummary(db, clientUid === undefined ? range : { ...range, clientUid }).count,
    chunks: chunks(),
    sums: () => sums.list(),
  };
}

type Type = {
  name: TransactionType;
  direction: 1 | -1 | 0;
  /** Type and direction. */
  cells: Uint8Array;
  addSats: AddUnits;
  addCents: AddUnits;
};

function typeOf(name: TransactionType, sums: ReportSums): Type {
  const direction = directionOf(name);
  const cells = prepareCells(name, directions[direction]);
  const addSats = sums.of(name, 'BTC');
  return { name, direction, cells, addSats, addCents: sums.of(name, 'USD') };
}

type Client = {
  uid: string;
  /** The cells up to its label. */
  start: Uint8Array;
  /** After its last row written; null where it is not known. */
  balanceSats: number | null;
  /** By tid. */
  intents: ReadonlyMap<string, SettledIntent> | undefined;
};

/** The clients of the rows, each looked up at its first row. */
function prepareClients(source: ReportSource): (id: number) => Client {
  const { db, profile, range, request } = source;
  const start = [SCHEMA, profile.environment, textCell(profile.name)].join(',');
  const sumsOf = prepareClientSums(db);
  const intents = loadSettledIntents(db);
  const registered = new Map(
    listReportClients(db, request.clientUid).map((client) => [client.uid, client]),
  );
  const uids = db.prepare<[number], string>('SELECT uid FROM main.clients WHERE id = ?').pluck();
  const clients = new Map<number, Client>();

  /** Before its first row. Known where the whole history is. */
  function openingSats(id: number, uid: string): number | null {
    if (!registered.get(uid)?.historyComplete) return null;
    return netSats(sumsOf(id, Number.MIN_SAFE_INTEGER, range.fromMs));
  }

  return (id) => {
    const known = clients.get(id);
    if (known) return known;
    const uid = uids.get(id) ?? '';
    const label = textCell(registered.get(uid)?.label ?? null);
    const client: Client = {
      uid,
      start: prepareCells(start, textCell(uid), label),
      balanceSats: openingSats(id, uid),
      intents: intents.get(uid),
    };
    clients.set(id, client);
    return client;
  };
}

/** A deposit counts once it has its six confirmations, as in `balance` (bitpro-api.md, Clients). */
function addToBalance(
  client: Client,
  { name }: Type,
  sats: number | null,
  settling: number,
): number | null {
  const isUnconfirmed = name === 'deposit' && settling === 1;
  if (client.balanceSats === null || isUnconfirmed) return client.balanceSats;
  client.balanceSats = sats === null ? null : addUnits(client.balanceSats, sats);
  return client.balanceSats;
}

type Value = {
  /** Of the magnitude, in cents. */
  cents: number;
  priceCents: number;
  basis: 'trade' | 'snapshot';
  observedAtMs: number;
};

/**
 * What a row is worth: the dollars spent where it is a buy made here, else at the rate observed last before it.
 */
function prepareValuation({ db }: ReportSource) {
  const rateAt = prepareRateLookup(db);
  return (
    amountSats: number,
    createdAtMs: number,
    buy: SettledIntent | undefined,
  ): Value | null => {
    if (buy?.usdCents && amountSats > 0) {
      const cents = buy.usdCents;
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
