import type { TransactionType } from '#shared/domain/transaction.ts';
import type { CacheDb } from '../open.ts';
import { statements } from '../statements.ts';
import { typeToId } from './ids.ts';

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

/**
 * What a client's rows come to of what is in its balance, in satoshis: deposits once they have their confirmations,
 * buys and withdrawals in any state.
 */
export type BalanceSums = {
  depositSats: number;
  buySats: number;
  withdrawalSats: number;
  /** Rows of a type that the app does not know, which are in no sum, and that Bitpro still lists. */
  unknownRows: number;
};

const ofType = (type: TransactionType, also = '') =>
  `sum(iif(t.type = ${typeToId(type)} ${also}, t.sats, 0))`;
const unknownRows = `sum(iif(t.type = ${typeToId('unknown')}, t.rows, 0))`;
/** Columns of BalanceSums in its order; all null of a client without a row. */
export const balanceSums = `${ofType('deposit', 'AND t.settling = 0')} AS depositSats,
  ${ofType('buy')} AS buySats, ${ofType('withdrawal')} AS withdrawalSats,
  iif(${unknownRows} = 0, 0, ${unknownRows} - (
    SELECT count(*) FROM main.removed r JOIN main.transactions x ON x.id = r.transaction_id
    WHERE r.client_id = t.client_id AND r.removed_at_ms IS NOT NULL
      AND x.type = ${typeToId('unknown')})) AS unknownRows`;

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
  balanceSums: db.prepare<[], BalanceSums & { clientUid: string }>(
    `SELECT c.uid AS clientUid, ${balanceSums}
     FROM main.totals t JOIN main.clients c ON c.id = t.client_id GROUP BY t.client_id`,
  ),
  balanceSumsOf: db.prepare<[string], BalanceSums>(
    `SELECT ${balanceSums} FROM main.totals t
     WHERE t.client_id = (SELECT id FROM main.clients WHERE uid = ?) GROUP BY t.client_id`,
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

/** A row that is still counted and no longer summed (−1), or summed again (1). */
export function countSats(tally: Tally, row: Counted, times: 1 | -1): void {
  count(tally, row, times);
  count(tally, { ...row, amountSats: 0 }, times === 1 ? -1 : 1);
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

/** By client uid; read from running totals and not from the rows. */
export function listBalanceSums(db: CacheDb): Map<string, BalanceSums> {
  const rows = prepared(db).balanceSums.all();
  return new Map(rows.map(({ clientUid, ...sums }) => [clientUid, sums]));
}

/** Of a client without a row. */
export const NO_SUMS: BalanceSums = {
  depositSats: 0,
  buySats: 0,
  withdrawalSats: 0,
  unknownRows: 0,
};

export function getBalanceSums(db: CacheDb, clientUid: string): BalanceSums {
  return prepared(db).balanceSumsOf.get(clientUid) ?? NO_SUMS;
}
