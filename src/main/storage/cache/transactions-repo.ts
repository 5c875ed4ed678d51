import { isSettling, type Transaction, type TransactionType } from '#shared/domain/transaction.ts';
import { addUnits } from '#shared/money.ts';
import type { CacheDb } from '../open.ts';
import { statements } from '../statements.ts';
import { ensureClientId, ensureStateId, idToType, packTxId, typeToId, unpackTxId } from './ids.ts';

/** A transaction as the service sent it, in the app's units. */
export type SentTransaction = Omit<Transaction, 'clientUid' | 'fetchedAtMs'>;

/** What saving did to one row; `before` is null for a new one. */
export type SavedTransaction = {
  rowId: number;
  tid: string;
  before: SentTransaction | null;
  after: SentTransaction;
  changed: boolean;
};

type Stored = {
  id: number;
  tid: string;
  type: number;
  amountSats: number;
  createdAtMs: number;
  state: string | null;
  confirmations: number | null;
  txId: Buffer | string | null;
  address: string | null;
};

type Written = {
  clientId: number;
  tid: string;
  type: number;
  amountSats: number;
  createdAtMs: number;
  stateId: number | null;
  confirmations: number | null;
  txId: Buffer | string | null;
  address: string | null;
  settling: number;
  fetchedAtMs: number;
};

const prepared = statements((db: CacheDb) => ({
  find: db.prepare<[number, string], Stored>(
    `SELECT t.id, t.tid, t.type, t.amount_sats AS amountSats, t.created_at_ms AS createdAtMs,
       s.name AS state, t.confirmations, t.tx_id AS txId, t.address
     FROM transactions t LEFT JOIN states s ON s.id = t.state_id
     WHERE t.client_id = ? AND t.tid = ?`,
  ),
  insert: db
    .prepare<[Written], number>(
      `INSERT INTO transactions (client_id, tid, type, amount_sats, created_at_ms, state_id,
         confirmations, tx_id, address, settling, fetched_at_ms)
       VALUES (:clientId, :tid, :type, :amountSats, :createdAtMs, :stateId,
         :confirmations, :txId, :address, :settling, :fetchedAtMs)
       RETURNING id`,
    )
    .pluck(),
  update: db.prepare<[Written]>(
    `UPDATE transactions SET type = :type, amount_sats = :amountSats, created_at_ms = :createdAtMs,
       state_id = :stateId, confirmations = :confirmations, tx_id = :txId, address = :address,
       settling = :settling, fetched_at_ms = :fetchedAtMs
     WHERE client_id = :clientId AND tid = :tid`,
  ),
  touch: db.prepare<[number, number]>('UPDATE transactions SET fetched_at_ms = ? WHERE id = ?'),
  addTotal: db.prepare<[number, number, number, number]>(
    `INSERT INTO totals (client_id, type, settling, rows, sats) VALUES (?, ?, ?, 1, ?)
     ON CONFLICT DO UPDATE SET rows = rows + 1, sats = sats + excluded.sats`,
  ),
  takeTotal: db.prepare<[number, number, number, number]>(
    `UPDATE totals SET rows = rows - 1, sats = sats - ?
     WHERE client_id = ? AND type = ? AND settling = ?`,
  ),
  settling: db.prepare<[string], SettlingTransaction>(
    `SELECT tid, created_at_ms AS createdAtMs, fetched_at_ms AS fetchedAtMs FROM transactions
     WHERE settling = 1 AND client_id = (SELECT id FROM clients WHERE uid = ?)`,
  ),
  sums: db.prepare<
    [],
    { clientUid: string; type: number; settling: number; rows: number; sats: number }
  >(
    `SELECT c.uid AS clientUid, t.type, t.settling, t.rows, t.sats
     FROM totals t JOIN clients c ON c.id = t.client_id WHERE t.rows > 0 ORDER BY c.uid, t.type`,
  ),
}));

/**
 * Inserts or updates transactions of one client, by tid. A field the service now leaves out keeps its value. A
 * row that did not change is not written again, so its `fetchedAtMs` stays the time its present content was
 * first seen; only rows that still settle note every reading.
 * @returns one entry a row, in the order given
 */
export function saveTransactions(
  db: CacheDb,
  clientUid: string,
  rows: readonly SentTransaction[],
  fetchedAtMs: number,
): SavedTransaction[] {
  const save = db.transaction(() => {
    const clientId = ensureClientId(db, clientUid);
    return rows.map((row) => saveOne(db, clientId, row, fetchedAtMs));
  });
  return save.immediate();
}

function saveOne(
  db: CacheDb,
  clientId: number,
  sent: SentTransaction,
  fetchedAtMs: number,
): SavedTransaction {
  const { find, insert, update, touch } = prepared(db);
  const stored = find.get(clientId, sent.tid);
  if (!stored) {
    const rowId = insert.get(toWritten(db, clientId, sent, fetchedAtMs));
    if (rowId === undefined) throw new Error('INSERT … RETURNING returned nothing');
    addToTotals(db, clientId, sent);
    return { rowId, tid: sent.tid, before: null, after: sent, changed: true };
  }
  const before = fromStored(stored);
  const after = merge(before, sent);
  const changed = !isSame(before, after);
  if (changed) {
    update.run(toWritten(db, clientId, after, fetchedAtMs));
    takeFromTotals(db, clientId, before);
    addToTotals(db, clientId, after);
  } else if (isSettling(after)) {
    touch.run(fetchedAtMs, stored.id);
  }
  return { rowId: stored.id, tid: sent.tid, before, after, changed };
}

function fromStored(row: Stored): SentTransaction {
  const { tid, amountSats, createdAtMs, state, confirmations, address } = row;
  const type = idToType(row.type);
  const txId = unpackTxId(row.txId);
  return { tid, type, amountSats, createdAtMs, state, confirmations, txId, address };
}

function toWritten(
  db: CacheDb,
  clientId: number,
  { state, type, txId, ...rest }: SentTransaction,
  fetchedAtMs: number,
): Written {
  return {
    ...rest,
    clientId,
    type: typeToId(type),
    stateId: ensureStateId(db, state),
    txId: packTxId(txId),
    settling: settlingId({ ...rest, type, state }),
    fetchedAtMs,
  };
}

function merge(known: SentTransaction, sent: SentTransaction): SentTransaction {
  return {
    ...sent,
    txId: sent.txId ?? known.txId,
    address: sent.address ?? known.address,
    state: sent.state ?? known.state,
    confirmations: sent.confirmations ?? known.confirmations,
  };
}

function isSame(a: SentTransaction, b: SentTransaction): boolean {
  return (
    a.type === b.type &&
    a.amountSats === b.amountSats &&
    a.createdAtMs === b.createdAtMs &&
    a.state === b.state &&
    a.confirmations === b.confirmations &&
    a.txId === b.txId &&
    a.address === b.address
  );
}

function settlingId(row: Parameters<typeof isSettling>[0]): number {
  return isSettling(row) ? 1 : 0;
}

function addToTotals(db: CacheDb, clientId: number, row: SentTransaction): void {
  prepared(db).addTotal.run(clientId, typeToId(row.type), settlingId(row), row.amountSats);
}

function takeFromTotals(db: CacheDb, clientId: number, row: SentTransaction): void {
  prepared(db).takeTotal.run(row.amountSats, clientId, typeToId(row.type), settlingId(row));
}

export type SettlingTransaction = { tid: string; createdAtMs: number; fetchedAtMs: number };

/** Transactions of a client that can still change on the server. */
export function settlingTransactions(db: CacheDb, clientUid: string): SettlingTransaction[] {
  return prepared(db).settling.all(clientUid);
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
