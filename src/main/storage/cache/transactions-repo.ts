import { isSettling, type Transaction } from '#shared/domain/transaction.ts';
import type { CacheDb } from '../open.ts';
import { inTransaction, statements } from '../statements.ts';
import { indexAnnotationsOf } from './annotation-index.ts';
import {
  ensureAddressId,
  ensureClientId,
  ensureStateId,
  findClientId,
  idToType,
  packTxId,
  typeToId,
  unpackTxId,
} from './ids.ts';
import { listAgain } from './removed-repo.ts';
import { count, emptyTally, writeTally } from './totals-repo.ts';

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

type Known = { rowId: number; row: SentTransaction };

type FoundColumns = [
  rowId: number,
  tid: string,
  type: number,
  amountSats: number,
  createdAtMs: number,
  state: string | null,
  confirmations: number | null,
  txId: Buffer | string | null,
  address: string | null,
];

/** In the order of the columns of `insert` and `update`. */
type Content = [
  type: number,
  amountSats: number,
  createdAtMs: number,
  stateId: number | null,
  confirmations: number | null,
  txId: Buffer | string | null,
  addressId: number | null,
  settling: number,
  fetchedAtMs: number,
];

const prepared = statements((db: CacheDb) => ({
  // The plus as in LIMIT of conditions.ts.
  find: db
    .prepare<[string, number], FoundColumns>(
      `SELECT t.id, t.tid, t.type, t.amount_sats, t.created_at_ms, s.name, t.confirmations, t.tx_id,
         a.address
       FROM json_each(?) j
       CROSS JOIN main.transactions t ON t.tid = j.value AND t.client_id = +?
       LEFT JOIN main.states s ON s.id = t.state_id
       LEFT JOIN main.addresses a ON a.id = t.address_id`,
    )
    .raw(),
  insert: db.prepare<[number, string, ...Content]>(
    `INSERT INTO main.transactions (client_id, tid, type, amount_sats, created_at_ms, state_id,
       confirmations, tx_id, address_id, settling, fetched_at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ),
  update: db.prepare<[...Content, rowId: number]>(
    `UPDATE main.transactions SET type = ?, amount_sats = ?, created_at_ms = ?, state_id = ?,
       confirmations = ?, tx_id = ?, address_id = ?, settling = ?, fetched_at_ms = ?
     WHERE id = ?`,
  ),
  touch: db.prepare<[number, number]>(
    'UPDATE main.transactions SET fetched_at_ms = ? WHERE id = ?',
  ),
  settling: db.prepare<[string], SettlingTransaction>(
    `SELECT tid, created_at_ms AS createdAtMs, fetched_at_ms AS fetchedAtMs FROM main.transactions
     WHERE settling = 1 AND client_id = (SELECT id FROM main.clients WHERE uid = ?)`,
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
  return inTransaction(db, () => {
    // Of a client that is new no row can be known.
    const known = findKnown(db, findClientId(db, clientUid), rows);
    const clientId = ensureClientId(db, clientUid);
    const rowIds = [...known.values()].map(({ rowId }) => rowId);
    const isBack = listAgain(db, clientId, rowIds);
    const batch = createBatch(db, { clientId, clientUid, known, isBack, fetchedAtMs });
    const saved = rows.map((row) => batch.save(row));
    batch.end();
    return saved;
  });
}

/** The rows as they are kept, where a reading brings nothing of them to be written; else null. */
export function keptAsSent(
  db: CacheDb,
  clientId: number,
  rows: readonly SentTransaction[],
): SavedTransaction[] | null {
  const known = findKnown(db, clientId, rows);
  const kept: SavedTransaction[] = [];
  for (const sent of rows) {
    const found = known.get(sent.tid);
    if (!found) return null;
    const { rowId, row: before } = found;
    const after = merge(before, sent);
    // A row that still settles notes every reading.
    if (!isSame(before, after) || isSettling(after)) return null;
    kept.push({ rowId, tid: sent.tid, before, after, changed: false });
  }
  return kept;
}

/** What rows saved together share: one look for those known before, one change of each total. */
function createBatch(
  db: CacheDb,
  {
    clientId,
    clientUid,
    known,
    isBack,
    fetchedAtMs,
  }: {
    clientId: number;
    clientUid: string;
    known: Map<string, Known>;
    /** Rows that were taken for removed until now. */
    isBack: ReadonlySet<number>;
    fetchedAtMs: number;
  },
) {
  const { insert, update, touch } = prepared(db);
  const tally = emptyTally();
  const toIndex: string[] = [];
  const stateIds = new Map<string | null, number | null>();
  const addressIds = new Map<string | null, number | null>();

  function contentOf(row: SentTransaction): Content {
    return [
      typeToId(row.type),
      row.amountSats,
      row.createdAtMs,
      once(stateIds, row.state, () => ensureStateId(db, row.state)),
      row.confirmations,
      packTxId(row.txId),
      once(addressIds, row.address, () => ensureAddressId(db, row.address)),
      isSettling(row) ? 1 : 0,
      fetchedAtMs,
    ];
  }

  function tell(row: SentTransaction, times: 1 | -1): void {
    const settling = isSettling(row) ? 1 : 0;
    count(tally, { ...row, type: typeToId(row.type), settling }, times);
  }

  function saveNew(sent: SentTransaction): SavedTransaction {
    const { lastInsertRowid } = insert.run(clientId, sent.tid, ...contentOf(sent));
    const rowId = Number(lastInsertRowid);
    tell(sent, 1);
    toIndex.push(sent.tid);
    known.set(sent.tid, { rowId, row: sent });
    return { rowId, tid: sent.tid, before: null, after: sent, changed: true };
  }

  function saveAgain({ rowId, row: before }: Known, sent: SentTransaction): SavedTransaction {
    const after = merge(before, sent);
    const changed = !isSame(before, after);
    if (changed) {
      // Notes are found by the time of their transaction.
      if (after.createdAtMs !== before.createdAtMs) toIndex.push(sent.tid);
      update.run(...contentOf(after), rowId);
      tell(before, -1);
      tell(after, 1);
      known.set(sent.tid, { rowId, row: after });
    } else if (isSettling(after)) {
      touch.run(fetchedAtMs, rowId);
    }
    return { rowId, tid: sent.tid, before, after, changed: changed || isBack.has(rowId) };
  }

  return {
    save(sent: SentTransaction): SavedTransaction {
      const found = known.get(sent.tid);
      return found ? saveAgain(found, sent) : saveNew(sent);
    },
    end(): void {
      writeTally(db, clientId, tally);
      indexAnnotationsOf(db, clientUid, toIndex);
    },
  };
}

function findKnown(
  db: CacheDb,
  clientId: number | null,
  rows: readonly SentTransaction[],
): Map<string, Known> {
  if (clientId === null) return new Map();
  const tids = JSON.stringify(rows.map(({ tid }) => tid));
  const found = prepared(db).find.all(tids, clientId);
  return new Map(
    found.map(
      ([rowId, tid, type, amountSats, createdAtMs, state, confirmations, txId, address]) => [
        tid,
        {
          rowId,
          row: {
            tid,
            type: idToType(type),
            amountSats,
            createdAtMs,
            state,
            confirmations,
            txId: unpackTxId(txId),
            address,
          },
        },
      ],
    ),
  );
}

function once<Key, Value>(known: Map<Key, Value>, key: Key, find: () => Value): Value {
  const value = known.get(key);
  if (value !== undefined) return value;
  const found = find();
  known.set(key, found);
  return found;
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

export type SettlingTransaction = { tid: string; createdAtMs: number; fetchedAtMs: number };

/** Transactions of a client that can still change on the server. */
export function settlingTransactions(db: CacheDb, clientUid: string): SettlingTransaction[] {
  return prepared(db).settling.all(clientUid);
}
