import { appendAudit } from '../../src/main/audit/chain.ts';
import type { RecordsDb } from '../../src/main/storage/open.ts';
import { getPolicy, putPolicy } from '../../src/main/storage/records/policy-repo.ts';

/** As if a second person had agreed to it, without the passphrase that this takes. */
export function setSettleDelay(
  records: RecordsDb,
  settleDelayMinutes: number,
  { atMs, actor }: { atMs: number; actor: string },
): void {
  const write = (): void => {
    const before = getPolicy(records);
    const after = { ...before, settleDelayMinutes };
    const detail = {
      before: JSON.stringify(before),
      after: JSON.stringify(after),
      lowered: '',
      approvedBy: null,
    };
    appendAudit(records, { atMs, actor, action: 'policy.saved', subject: 'policy', detail });
    putPolicy(records, after);
  };
  records.transaction(write).immediate();
}
