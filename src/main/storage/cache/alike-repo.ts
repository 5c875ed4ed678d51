import type { CacheDb } from '../open.ts';
import { statements } from '../statements.ts';
import { typeToId } from './ids.ts';

export type AlikeQuery = {
  clientUid: string;
  kind: 'withdrawal' | 'buy';
  /** Null: any. A row whose address is not told may be to any. */
  address: string | null;
  /** Both included. */
  fromSats: number;
  toSats: number;
  /** On the server's clock. */
  sinceMs: number;
};

const prepared = statements((db: CacheDb) => ({
  find: db.prepare<
    [Omit<AlikeQuery, 'kind'> & { type: number }],
    { tid: string; createdAtMs: number }
  >(
    `SELECT t.tid, t.created_at_ms AS createdAtMs
     FROM main.clients c
     JOIN main.transactions t ON t.client_id = c.id
     LEFT JOIN main.addresses a ON a.id = t.address_id
     WHERE c.uid = :clientUid AND t.created_at_ms >= :sinceMs AND t.type = :type
       AND t.amount_sats BETWEEN :fromSats AND :toSats
       AND (:address IS NULL OR a.address IS NULL OR a.address = :address)
       AND NOT EXISTS (SELECT 1 FROM records.intents i
                       WHERE i.client_uid = c.uid AND i.server_tid = t.tid)
     ORDER BY t.created_at_ms LIMIT 1`,
  ),
}));

/** A transaction of the history that no request of these records became, though it is like the one asked about. */
export function findAlike(
  db: CacheDb,
  { kind, ...query }: AlikeQuery,
): { tid: string; createdAtMs: number } | null {
  return prepared(db).find.get({ ...query, type: typeToId(kind) }) ?? null;
}
