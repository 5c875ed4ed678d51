import { defaultGuardPolicy, type GuardPolicy } from '#shared/domain/guards.ts';
import type { RecordsDb } from '../open.ts';
import { statements } from '../statements.ts';

type PolicyColumns = Omit<GuardPolicy, 'addressBookOnly' | 'settleDelayMinutes'> & {
  addressBookOnly: number;
};

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
  settleDelay: db.prepare<[], number | null>('SELECT minutes FROM settle_delay').pluck(),
  setSettleDelay: db.prepare<[number | null]>(
    `INSERT INTO settle_delay (id, minutes) VALUES (1, ?)
     ON CONFLICT DO UPDATE SET minutes = excluded.minutes`,
  ),
}));

/** The default until one was saved. */
export function getPolicy(db: RecordsDb): GuardPolicy {
  const { get, settleDelay } = prepared(db);
  const row = get.get();
  const policy = row ? { ...row, addressBookOnly: row.addressBookOnly === 1 } : defaultGuardPolicy;
  return { ...policy, settleDelayMinutes: settleDelay.get() ?? null };
}

/** Inside a transaction, right after its audit entry `policy.saved`. */
export function putPolicy(db: RecordsDb, policy: GuardPolicy): void {
  const { settleDelayMinutes, ...columns } = policy;
  const row = { ...columns, addressBookOnly: policy.addressBookOnly ? 1 : 0 };
  const { update, insert, setSettleDelay } = prepared(db);
  if (update.run(row).changes === 0) insert.run(row);
  setSettleDelay.run(settleDelayMinutes);
}
