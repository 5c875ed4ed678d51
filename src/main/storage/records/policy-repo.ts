import { defaultGuardPolicy, type GuardPolicy } from '#shared/domain/guards.ts';
import type { RecordsDb } from '../open.ts';
import { statements } from '../statements.ts';

type PolicyColumns = Omit<GuardPolicy, 'addressBookOnly'> & { addressBookOnly: number };

const prepared = statements((db: RecordsDb) => ({
  get: db.prepare<[], PolicyColumns>(
    `SELECT max_withdrawal_sats AS maxWithdrawalSats, max_daily_sats AS maxDailySats,
       address_book_only AS addressBookOnly, cooling_ms AS coolingMs,
       approval_above_sats AS approvalAboveSats, approval_ms AS approvalMs,
       buy_tolerance_percent AS buyTolerancePercent FROM policy`,
  ),
  // Not an upsert: its INSERT would run the triggers of both.
  update: db.prepare<[PolicyColumns]>(
    `UPDATE policy SET max_withdrawal_sats = :maxWithdrawalSats, max_daily_sats = :maxDailySats,
       address_book_only = :addressBookOnly, cooling_ms = :coolingMs,
       approval_above_sats = :approvalAboveSats, approval_ms = :approvalMs,
       buy_tolerance_percent = :buyTolerancePercent`,
  ),
  insert: db.prepare<[PolicyColumns]>(
    `INSERT INTO policy (id, max_withdrawal_sats, max_daily_sats, address_book_only, cooling_ms,
       approval_above_sats, approval_ms, buy_tolerance_percent)
     VALUES (1, :maxWithdrawalSats, :maxDailySats, :addressBookOnly, :coolingMs, :approvalAboveSats,
       :approvalMs, :buyTolerancePercent)`,
  ),
}));

/** The default until one was saved. */
export function getPolicy(db: RecordsDb): GuardPolicy {
  const row = prepared(db).get.get();
  return row ? { ...row, addressBookOnly: row.addressBookOnly === 1 } : defaultGuardPolicy;
}

/** Inside a transaction, right after its audit entry `policy.saved`. */
export function putPolicy(db: RecordsDb, policy: GuardPolicy): void {
  const row = { ...policy, addressBookOnly: policy.addressBookOnly ? 1 : 0 };
  const { update, insert } = prepared(db);
  if (update.run(row).changes === 0) insert.run(row);
}
