import { appendAudit } from '../audit/chain.ts';
import type { RecordsDb } from '../storage/open.ts';
import { getPolicy, isSettleDelayKept, putSettleDelay } from '../storage/records/policy-repo.ts';
import { keep } from './keep.ts';

/**
 * Once for records that do not keep the settle delay yet: they take the one of profiles.json, where older versions
 * kept it. From then on that file says nothing about it.
 * @throws AppError as `keep` does
 */
export function takeSettleDelay(
  records: RecordsDb,
  minutes: number | null,
  { atMs, actor }: { atMs: number; actor: string },
): void {
  if (isSettleDelayKept(records)) return;
  keep(records, () => {
    if (minutes !== null) {
      const before = getPolicy(records);
      const detail = {
        before: JSON.stringify(before),
        after: JSON.stringify({ ...before, settleDelayMinutes: minutes }),
        lowered: '',
        approvedBy: null,
        takenFrom: 'profiles.json',
      };
      appendAudit(records, { atMs, actor, action: 'policy.saved', subject: 'policy', detail });
    }
    putSettleDelay(records, minutes);
  });
}
