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
}));

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
