import { isSettling, type TransactionType } from '#shared/domain/transaction.ts';
import type { CacheDb } from '../open.ts';
import { inTransaction, statements } from '../statements.ts';
import { findClientId, idToType } from './ids.ts';
import { countSats, emptyTally, writeTally } from './totals-repo.ts';

/** A transaction that was known and that whole readings of the history no longer show. */
export type MissingTransaction = {
  tid: string;
  createdAtMs: number;
  /** The first reading without it. */
  missingSinceMs: number;
  /** Null while the history may lag. */
  removedAtMs: number | null;
};

type CountedColumns = {
  id: number;
  type: number;
  amountSats: number;
  createdAtMs: number;
  state: string | null;
  confirmations: number | null;
};

const prepared = statements((db: CacheDb) => ({
  ofClient: db.prepare<[number], MissingTransaction>(
    `SELECT t.tid, t.created_at_ms AS createdAtMs, r.missing_since_ms AS missingSinceMs,
       r.removed_at_ms AS removedAtMs
     FROM main.removed r JOIN main.transactions t ON t.id = r.transaction_id
     WHERE r.client_id = ? ORDER BY t.created_at_ms DESC, t.id`,
  ),
  hasAny: db.prepare<[number], number>('SELECT 1 FROM main.removed WHERE client_id = ? LIMIT 1'),
  between: db
    .prepare<[number, number, number], string>(
      `SELECT tid FROM main.transactions INDEXED BY by_client_time
       WHERE client_id = ? AND created_at_ms > ? AND created_at_ms < ?`,
    )
    .pluck(),
  miss: db.prepare<[{ clientId: number; tids: string; atMs: number }]>(
    `INSERT INTO main.removed (transaction_id, client_id, missing_since_ms)
     SELECT t.id, :clientId, :atMs FROM json_each(:tids) j
     JOIN main.transactions t ON t.tid = j.value AND t.client_id = +:clientId
     WHERE true ON CONFLICT DO NOTHING`,
  ),
  remove: db
    .prepare<[{ clientId: number; tid: string; atMs: number }], number>(
      `UPDATE main.removed SET removed_at_ms = max(missing_since_ms, :atMs)
       WHERE removed_at_ms IS NULL AND transaction_id =
         (SELECT id FROM main.transactions WHERE tid = :tid AND client_id = :clientId)
       RETURNING transaction_id`,
    )
    .pluck(),
  listAgain: db.prepare<[string], { id: number; removedAtMs: number | null }>(
    `DELETE FROM main.removed WHERE transaction_id IN (SELECT value FROM json_each(?))
     RETURNING transaction_id AS id, removed_at_ms AS removedAtMs`,
  ),
  removed: db
    .prepare<[], [id: number, atMs: number]>(
      'SELECT transaction_id, removed_at_ms FROM main.removed WHERE removed_at_ms IS NOT NULL',
    )
    .raw(),
  counted: db.prepare<[string], CountedColumns>(
    `SELECT t.id, t.type, t.amount_sats AS amountSats, t.created_at_ms AS createdAtMs,
       s.name AS state, t.confirmations
     FROM main.transactions t LEFT JOIN main.states s ON s.id = t.state_id
     WHERE t.id IN (SELECT value FROM json_each(?))`,
  ),
}));

/** Newest first. */
export function listMissing(db: CacheDb, clientUid: string): MissingTransaction[] {
  const clientId = findClientId(db, clientUid);
  return clientId === null ? [] : prepared(db).ofClient.all(clientId);
}

/** Of all clients: since when a row is removed, by its id. */
export function removedRows(db: CacheDb): Map<number, number> {
  return new Map(prepared(db).removed.all());
}

/** Tids kept of a client with a time in the open range (fromMs, toMs). */
export function tidsBetween(
  db: CacheDb,
  clientUid: string,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): string[] {
  const clientId = findClientId(db, clientUid);
  const bound = (ms: number) =>
    Math.max(-Number.MAX_SAFE_INTEGER, Math.min(ms, Number.MAX_SAFE_INTEGER));
  return clientId === null ? [] : prepared(db).between.all(clientId, bound(fromMs), bound(toMs));
}

/** A whole reading did not show these. Those that it missed before stay missing since then. */
export function noteMissing(
  db: CacheDb,
  clientUid: string,
  tids: readonly string[],
  atMs: number,
): void {
  const clientId = findClientId(db, clientUid);
  if (clientId === null || tids.length === 0) return;
  inTransaction(db, () => prepared(db).miss.run({ clientId, tids: JSON.stringify(tids), atMs }));
}

/** Takes a missing transaction for removed and out of all sums. It stays, with its notes. */
export function markRemoved(db: CacheDb, clientUid: string, tid: string, atMs: number): boolean {
  const clientId = findClientId(db, clientUid);
  if (clientId === null) return false;
  return inTransaction(db, () => {
    const rowId = prepared(db).remove.get({ clientId, tid, atMs });
    if (rowId === undefined) return false;
    sum(db, clientId, [rowId], -1);
    return true;
  });
}

/**
 * These rows are listed: what was missing of them is there again. To be called before they are changed.
 * @returns row ids of those that were taken for removed
 */
export function listAgain(db: CacheDb, clientId: number, rowIds: readonly number[]): Set<number> {
  if (rowIds.length === 0 || prepared(db).hasAny.get(clientId) === undefined) return new Set();
  const back = prepared(db).listAgain.all(JSON.stringify(rowIds));
  const removed = back.filter(({ removedAtMs }) => removedAtMs !== null).map(({ id }) => id);
  if (removed.length > 0) sum(db, clientId, removed, 1);
  return new Set(removed);
}

function sum(db: CacheDb, clientId: number, rowIds: readonly number[], times: 1 | -1): void {
  const tally = emptyTally();
  for (const row of prepared(db).counted.all(JSON.stringify(rowIds))) {
    const type: TransactionType = idToType(row.type);
    countSats(tally, { ...row, settling: isSettling({ ...row, type }) ? 1 : 0 }, times);
  }
  writeTally(db, clientId, tally);
}
