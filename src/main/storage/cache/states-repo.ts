import { refusedCodes } from '#shared/domain/client-problem.ts';
import type { ErrorCode } from '#shared/errors.ts';
import type { CacheDb } from '../open.ts';
import { statements } from '../statements.ts';

/** When and how a client was last read, for the sync. */
export type StoredClientState = {
  id: number;
  clientUid: string;
  /** Newest page, and balance. */
  readAtMs: number | null;
  balanceAtMs: number | null;
  /** Of the newest transaction. */
  changedAtMs: number | null;
  /** No row is missing as far as the history was read. */
  isWhole: boolean;
  problem: ErrorCode | null;
};

type Columns = Omit<StoredClientState, 'isWhole'> & { gaps: number };

const prepared = statements((db: CacheDb) => ({
  after: db.prepare<[number, number], Columns>(
    `SELECT c.id, c.uid AS clientUid, v.as_of_ms AS readAtMs, b.as_of_ms AS balanceAtMs,
       (SELECT t.created_at_ms FROM main.transactions t INDEXED BY by_client_time
        WHERE t.client_id = c.id ORDER BY t.created_at_ms DESC LIMIT 1) AS changedAtMs,
       EXISTS (SELECT 1 FROM main.gaps g WHERE g.client_id = c.id) AS gaps, p.code AS problem
     FROM main.clients c
     LEFT JOIN main.coverage v ON v.client_id = c.id
     LEFT JOIN main.balances b ON b.client_id = c.id
     LEFT JOIN main.client_problems p ON p.client_id = c.id
     WHERE c.id > ? ORDER BY c.id LIMIT ?`,
  ),
  unread: db
    .prepare<[{ atMs: number; dayBeforeMs: number; refusals: string }], string>(
      `SELECT r.uid FROM records.clients r
       LEFT JOIN main.clients c ON c.uid = r.uid
       LEFT JOIN main.coverage v ON v.client_id = c.id
       LEFT JOIN main.client_problems p ON p.client_id = c.id
       WHERE r.archived = 0
         AND (p.code IS NULL OR p.code NOT IN (SELECT value FROM json_each(:refusals)))
         AND (v.as_of_ms IS NULL OR v.as_of_ms < :atMs OR EXISTS (
           SELECT 1 FROM main.gaps g JOIN main.transactions t ON t.id = g.transaction_id
           WHERE g.client_id = c.id AND t.created_at_ms > :dayBeforeMs))
       ORDER BY r.uid`,
    )
    .pluck(),
}));

/** Dates of the service may be off by as much, and a day counts. */
const TWO_DAYS_MS = 48 * 3_600_000;

/**
 * Listed clients whose newest rows, a day and more of them, were not read at that moment or later; without those that
 * Bitpro refuses.
 */
export function clientsUnreadSince(db: CacheDb, atMs: number): string[] {
  const refusals = JSON.stringify([...refusedCodes]);
  return prepared(db).unread.all({ atMs, dayBeforeMs: atMs - TWO_DAYS_MS, refusals });
}

/** In the order of their ids. */
export function readClientStates(
  db: CacheDb,
  { afterId, limit }: { afterId: number; limit: number },
): StoredClientState[] {
  const rows = prepared(db).after.all(afterId, limit);
  return rows.map(({ gaps, ...state }) => ({
    ...state,
    isWhole: state.readAtMs !== null && gaps === 0,
  }));
}
