import { directionOf, transactionTypes, type TransactionType } from '#shared/domain/transaction.ts';
import { addUnits, centsForSats, impliedPriceCents, toDecimal } from '#shared/money.ts';
import { createLocalIso, createUtcIso } from '#shared/time-zone.ts';
import { historySummary } from '../storage/cache/history-repo.ts';
import type { CacheDb } from '../storage/open.ts';
import { listReportClients, netSats, prepareClientSums } from './client-figures.ts';
import { createUtcCell, numberCell, ROW_END, textCell } from './csv.ts';
import { prepareRateLookup } from './rate-lookup.ts';
import type { ReportRows, ReportSource } from './report-source.ts';
import { createSums, type AddUnits, type ReportSums } from './report-sums.ts';
import { loadSettledIntents, type SettledIntent } from './settled-intents.ts';
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
] as const;

const SCHEMA = 'transactions/1';
const NOT_KNOWN = '';
const directions = { '1': 'in', '-1': 'out', '0': '' } as const;

/**
 * Every transaction of the range, by time and then tid. Amounts, balances and fiat values are signed by
 * direction; where the service named a type the app does not know they are empty, and so is the client's
 * running balance from there on.
 *
 * A row is one concatenation, and what many rows share is written out once: a million rows are to take no longer
 * than SQLite's own CSV (performance.md, 1).
 */
export function transactionsReport(source: ReportSource): ReportRows {
  const { db, request, range } = source;
  const { clientUid } = request;
  const sums = createSums(transactionTypes);
  const types = transactionTypes.map((type) => typeOf(type, sums));
  const unknownType = typeOf('unknown', sums);
  const clientOf = prepareClients(source);
  const stateCell = prepareStateCells(db);
  const valueOf = prepareValuation(source);
  const zone = textCell(request.timeZone);
  const utc = createUtcIso();
  const local = createLocalIso(request.timeZone);
  const observed = createUtcCell();
  const fetched = createUtcCell();
  const rateCell = createRateCell();

  function rowOf(raw: RawTransaction): string {
    // By index: an array pattern would walk an iterator for each row.
    const { 0: clientId, 1: clientUid, 2: tid, 3: typeId, 4: amountSats, 5: createdAtMs } = raw;
    const {
      6: stateId,
      7: confirmations,
      8: txId,
      9: address,
      10: settling,
      11: fetchedAtMs,
      12: note,
      13: tags,
    } = raw;
    const type = types[typeId] ?? unknownType;
    const client = clientOf(clientId, clientUid);
    const intent = client.intents?.get(tid);
    const sats = type.direction === 0 ? null : type.direction * amountSats;
    const balanceSats = addToBalance(client, type, sats, settling);
    const value = valueOf(amountSats, createdAtMs, type.name === 'buy' ? intent : undefined);
    const fiatCents = value && type.direction !== 0 ? type.direction * value.cents : null;
    type.addSats(sats);
    type.addCents(fiatCents);
    return (
      `${client.start},${textCell(tid)},${type.cells},${stateCell(stateId)},` +
      `${utc(createdAtMs)},${local(createdAtMs)},${zone},` +
      `${sats === null ? NOT_KNOWN : toDecimal(sats, 8, true)},${numberCell(sats)},` +
      `${numberCell(balanceSats)},${NOT_KNOWN},` +
      `${fiatCents === null ? ',' : `USD,${toDecimal(fiatCents, 2, true)}`},` +
      `${value ? `${rateCell(value.priceCents)},${value.basis}` : ',none'},` +
      `${observed(value?.observedAtMs ?? null)},` +
      `${textCell(address)},${NOT_KNOWN},${textCell(txId)},${numberCell(confirmations)},` +
      `${textCell(note)},${textCell(tags)},` +
      `${intent ? `${intent.id},${textCell(intent.requestedBy)}` : ','},${NOT_KNOWN},` +
      `${fetched(fetchedAtMs)}${ROW_END}`
    );
  }

  function* chunks() {
    for (const rows of readTransactions(db, range, clientUid)) {
      let text = '';
      for (const raw of rows) text += rowOf(raw);
      yield { text, rows: rows.length };
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
  cells: string;
  addSats: AddUnits;
  addCents: AddUnits;
};

function typeOf(name: TransactionType, sums: ReportSums): Type {
  const direction = directionOf(name);
  const cells = `${name},${directions[direction]}`;
  const addSats = sums.of(name, 'BTC');
  return { name, direction, cells, addSats, addCents: sums.of(name, 'USD') };
}

type Client = {
  /** The cells up to its label. */
  start: string;
  /** After its last row written; null where it is not known. */
  balanceSats: number | null;
  /** By tid. */
  intents: ReadonlyMap<string, SettledIntent> | undefined;
};

/** The clients of the rows, each looked up at its first row. */
function prepareClients(source: ReportSource): (id: number, uid: string) => Client {
  const { db, profile, range, request } = source;
  const start = [SCHEMA, profile.environment, textCell(profile.name)].join(',');
  const sumsOf = prepareClientSums(db);
  const intents = loadSettledIntents(db);
  const registered = new Map(
    listReportClients(db, request.clientUid).map((client) => [client.uid, client]),
  );
  const clients = new Map<number, Client>();

  /** Before its first row. Known where the whole history is. */
  function openingSats(id: number, uid: string): number | null {
    if (!registered.get(uid)?.historyComplete) return null;
    return netSats(sumsOf(id, Number.MIN_SAFE_INTEGER, range.fromMs));
  }

  return (id, uid) => {
    const known = clients.get(id);
    if (known) return known;
    const label = textCell(registered.get(uid)?.label ?? null);
    const client: Client = {
      start: `${start},${uid},${label}`,
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

function prepareStateCells(db: CacheDb): (id: number | null) => string {
  const states = db.prepare<[], { id: number; name: string }>('SELECT id, name FROM main.states');
  const cells = new Map(states.all().map(({ id, name }) => [id, textCell(name)]));
  return (id) => (id === null ? NOT_KNOWN : (cells.get(id) ?? NOT_KNOWN));
}

/** Rows that follow one another mostly share their rate. */
function createRateCell(): (priceCents: number) => string {
  let lastCents = Number.NaN;
  let lastText = '';
  return (priceCents) => {
    if (priceCents !== lastCents) {
      lastCents = priceCents;
      lastText = toDecimal(priceCents, 2, true);
    }
    return lastText;
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
