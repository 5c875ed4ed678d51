import type { Transaction } from '#shared/domain/transaction.ts';
import type { CacheDb } from '../open.ts';
import { statements } from '../statements.ts';
import { typeToId } from './ids.ts';

/** A withdrawal as the history lists it. */
export type ListedWithdrawal = Pick<
  Transaction,
  'clientUid' | 'tid' | 'amountSats' | 'address' | 'createdAtMs' | 'state'
>;

/** Epoch ms, both ends included; `toMs` may be Infinity. */
type DateRange = { fromMs: number; toMs: number };

const prepared = statements((db: CacheDb) => ({
  unexplained: db.prepare<[DateRange], ListedWithdrawal>(
    `SELECT c.uid AS clientUid, t.tid, t.amount_sats AS amountSats, a.address,
       t.created_at_ms AS createdAtMs, s.name AS state
     FROM transactions t
     JOIN clients c ON c.id = t.client_id
     LEFT JOIN main.states s ON s.id = t.state_id
     LEFT JOIN main.addresses a ON a.id = t.address_id
     WHERE t.type = ${typeToId('withdrawal')}
       AND t.created_at_ms >= :fromMs AND t.created_at_ms <= :toMs
       AND NOT EXISTS (SELECT 1 FROM records.intents i
         WHERE i.client_uid = c.uid AND i.server_tid = t.tid)`,
  ),
  takenOff: db.prepare<[], { id: string; tid: string }>(
    `SELECT i.id, t.tid FROM main.removed r
     CROSS JOIN main.transactions t ON t.id = r.transaction_id
     CROSS JOIN main.clients c ON c.id = r.client_id
     CROSS JOIN records.intents i ON i.client_uid = c.uid AND i.server_tid = t.tid
     WHERE r.removed_at_ms IS NOT NULL AND i.state = 'confirmed'`,
  ),
}));

/** Withdrawals of all clients, dated within the ranges, that no request of this app is known to have become. */
export function unexplainedWithdrawals(
  db: CacheDb,
  ranges: readonly DateRange[],
): ListedWithdrawal[] {
  const { unexplained } = prepared(db);
  const each = ranges.flatMap(({ fromMs, toMs }) =>
    unexplained.all({ fromMs, toMs: Math.min(toMs, Number.MAX_SAFE_INTEGER) }),
  );
  return [...new Map(each.map((row) => [`${row.clientUid} ${row.tid}`, row])).values()];
}

/** Confirmed requests, by their id, whose transaction the service took off its list again. */
export function removedPayments(db: CacheDb): { id: string; tid: string }[] {
  return prepared(db).takenOff.all();
}
