import { isSettling, type TransactionType } from '#shared/domain/transaction.ts';
import type { CacheDb } from '../open.ts';
import { statements } from '../statements.ts';
import { idToType, typeToId, unpackTxId } from './ids.ts';
import type { SentTransaction } from './transactions-repo.ts';

type Columns = [
  tid: string,
  type: number,
  amountSats: number,
  createdAtMs: number,
  state: string | null,
  confirmations: number | null,
  txId: Buffer | string | null,
  address: string | null,
];

const rows = `SELECT t.tid, t.type, t.amount_sats, t.created_at_ms, s.name, t.confirmations, t.tx_id,
    a.address
  FROM main.transactions t
  LEFT JOIN main.states s ON s.id = t.state_id
  LEFT JOIN main.addresses a ON a.id = t.address_id
  WHERE t.client_id = (SELECT id FROM main.clients WHERE uid = :uid)
    AND NOT EXISTS (SELECT 1 FROM main.removed r
      WHERE r.transaction_id = t.id AND r.removed_at_ms IS NOT NULL)`;

const prepared = statements((db: CacheDb) => ({
  since: db
    .prepare<[{ uid: string; sinceMs: number }], Columns>(`${rows} AND t.created_at_ms >= :sinceMs`)
    .raw(),
  withAmount: db
    .prepare<[{ uid: string; type: number; minSats: number; maxSats: number }], Columns>(
      `${rows} AND t.type = :type AND t.amount_sats BETWEEN :minSats AND :maxSats`,
    )
    .raw(),
  byTids: db
    .prepare<[{ uid: string; tids: string }], Columns>(
      `${rows} AND t.tid IN (SELECT value FROM json_each(:tids))`,
    )
    .raw(),
}));

/** What is kept of a client and was not taken off the list again, from `sinceMs` on (by the rows' own dates). */
export function rowsSince(db: CacheDb, clientUid: string, sinceMs: number): SentTransaction[] {
  return prepared(db).since.all({ uid: clientUid, sinceMs }).map(toRow);
}

/** What is kept of a client of one type and about one amount, of any date. */
export function rowsWithAmount(
  db: CacheDb,
  clientUid: string,
  { type, minSats, maxSats }: { type: TransactionType; minSats: number; maxSats: number },
): SentTransaction[] {
  const query = { uid: clientUid, type: typeToId(type), minSats, maxSats };
  return prepared(db).withAmount.all(query).map(toRow);
}

export function rowsWithTids(
  db: CacheDb,
  clientUid: string,
  tids: readonly string[],
): SentTransaction[] {
  return prepared(db)
    .byTids.all({ uid: clientUid, tids: JSON.stringify(tids) })
    .map(toRow);
}

/** An unconfirmed deposit may go away again; nothing else that was listed once does. */
export function mayVanish(row: SentTransaction): boolean {
  return row.type === 'deposit' && isSettling(row);
}

function toRow([tid, type, amountSats, createdAtMs, state, confirmations, txId, address]: Columns) {
  const base = { tid, type: idToType(type), amountSats, createdAtMs, state, confirmations };
  return { ...base, txId: unpackTxId(txId), address };
}
