import type { TransactionType } from '#shared/domain/transaction.ts';
import { addUnits } from '#shared/money.ts';
import type { CacheDb } from '../open.ts';
import { statements } from '../statements.ts';
import { idToType } from './ids.ts';

export const DAY_MS = 86_400_000;
/** More than there are types. */
const TYPES = 4;

type Delta = { rows: number; sats: number };

/** What a batch of writes to one client changes in the running totals, gathered to be written once. */
export type Tally = {
  /** By `2 * type + settling`. */
  totals: Map<number, Delta>;
  /** By `TYPES * day + type`; days count from 1970 in UTC. */
  days: Map<number, Delta>;
};

type Counted = { type: number; settling: number; amountSats: number; createdAtMs: number };
type SumColumns = { clientUid: string; type: number; settling: number; rows: number; sats: number };

const prepared = statements((db: CacheDb) => ({
  changeTotal: db.prepare<[number, number, number, number, number]>(
    `UPDATE main.totals SET rows = rows + ?, sats = sats + ?
     WHERE client_id = ? AND type = ? AND settling = ?`,
  ),
  addTotal: db.prepare<[number, number, number, number, number]>(
    'INSERT INTO main.totals (rows, sats, client_id, type, settling) VALUES (?, ?, ?, ?, ?)',
  ),
  changeDay: db.prepare<[number, number, number, number]>(
    'UPDATE main.days SET rows = rows + ?, sats = sats + ? WHERE day = ? AND type = ?',
  ),
  addDay: db.prepare<[number, number, number, number]>(
    'INSERT INTO main.days (rows, sats, day, type) VALUES (?, ?, ?, ?)',
  ),
  sums: db.prepare<[], SumColumns>(
    `SELECT c.uid AS clientUid, t.type, t.settling, t.rows, t.sats
     FROM main.totals t JOIN main.clients c ON c.id = t.client_id
     WHERE t.rows > 0 ORDER BY c.uid, t.type`,
  ),
}));

export function emptyTally(): Tally {
  return { totals: new Map(), days: new Map() };
}

/** `times` is 1 for a row that is there now, −1 for one that was. */
export function count({ totals, days }: Tally, row: Counted, times: 1 | -1): void {
  const { type, settling, amountSats, createdAtMs } = row;
  const day = Math.floor(createdAtMs / DAY_MS);
  for (const [deltas, key] of [
    [totals, 2 * type + settling],
    [days, TYPES * day + type],
  ] as const) {
    const { rows, sats } = deltas.get(key) ?? { rows: 0, sats: 0 };
    deltas.set(key, { rows: rows + times, sats: sats + times * amountSats });
  }
}

/**
 * To be called inside the transaction that wrote the rows.
 * @throws SqliteError SQLITE_CONSTRAINT when a sum leaves the safe integers
 */
export function writeTally(db: CacheDb, clientId: number, { totals, days }: Tally): void {
  const { changeTotal, addTotal, changeDay, addDay } = prepared(db);
  for (const [key, { rows, sats }] of totals) {
    if (rows === 0 && sats === 0) continue;
    const total = [rows, sats, clientId, Math.floor(key / 2), key % 2] as const;
    if (changeTotal.run(...total).changes === 0) addTotal.run(...total);
  }
  for (const [key, { rows, sats }] of days) {
    if (rows === 0 && sats === 0) continue;
    const day = Math.floor(key / TYPES);
    const total = [rows, sats, day, key - TYPES * day] as const;
    if (changeDay.run(...total).changes === 0) addDay.run(...total);
  }
}

/**
 * Sums of magnitudes by type, all rows and those that still settle (deposits short of their confirmations,
 * withdrawals not processed yet), in satoshis.
 */
export type ClientSums = {
  clientUid: string;
  rows: number;
  byType: Record<TransactionType, { rows: number; sats: number; settlingSats: number }>;
};

/** One entry a client with at least one row, read from running totals and not from the rows. */
export function sumsByClient(db: CacheDb): ClientSums[] {
  const clients = new Map<string, ClientSums>();
  for (const { clientUid, type, settling, rows, sats } of prepared(db).sums.all()) {
    const sums = clients.get(clientUid) ?? emptySums(clientUid);
    clients.set(clientUid, sums);
    const ofType = sums.byType[idToType(type)];
    sums.rows += rows;
    ofType.rows += rows;
    ofType.sats = addUnits(ofType.sats, sats);
    if (settling === 1) ofType.settlingSats = sats;
  }
  return [...clients.values()];
}

function emptySums(clientUid: string): ClientSums {
  const none = () => ({ rows: 0, sats: 0, settlingSats: 0 });
  return {
    clientUid,
    rows: 0,
    byType: { deposit: none(), buy: none(), withdrawal: none(), unknown: none() },
  };
}
