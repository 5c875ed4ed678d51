import type { SecondPerson } from '#shared/domain/guards.ts';
import { AppError } from '#shared/errors.ts';
import { appendAudit } from '../audit/chain.ts';
import type { ServerClock } from '../bitpro/clock.ts';
import type { RecordsDb } from '../storage/open.ts';
import {
  countTry,
  findApprover,
  forgiveTries,
  listApprovers,
  type ApproverRow,
} from '../storage/records/approvers-repo.ts';
import { refuseChange, waitAfter, type GuardChange } from './guard-changes.ts';
import { keep } from './keep.ts';
import { isPassphrase } from './passphrase.ts';
import { personKey } from './person.ts';

export type SecondPersonDeps = {
  records: RecordsDb;
  now: () => number;
  /** Waits are counted with the guarded time: a clock that is set does not shorten them. */
  clock: Pick<ServerClock, 'nowMs' | 'keep'>;
  actor: () => string;
};

/**
 * Changes the guards, with a second person where protection is lost. `change` says what is asked for as things
 * stand; it is judged again in the transaction of `write`, which gets the name of who agreed, or null.
 * @throws AppError what `refuseChange` and `authenticate` refuse with
 */
export async function changeGuards<T>(
  deps: SecondPersonDeps,
  change: () => GuardChange,
  second: SecondPerson | undefined,
  write: (approvedBy: string | null) => T,
): Promise<T> {
  const approver = await whoAgrees(deps, change(), second);
  return keep(deps.records, () => {
    // Comparing the passphrase took time: the guards and the approvers may be others by now.
    const still = approver && findApprover(deps.records, approver.key);
    const isStillOne = approver !== null && still?.hash.equals(approver.hash) === true;
    const approvedBy = isStillOne ? approver.name : null;
    const refusal = judge(deps, change(), approvedBy);
    if (refusal) throw refusal;
    return write(approvedBy);
  });
}

/** Null where nobody has to. */
async function whoAgrees(
  deps: SecondPersonDeps,
  change: GuardChange,
  second: SecondPerson | undefined,
): Promise<ApproverRow | null> {
  const alone = judge(deps, change, null);
  if (alone === null) return null;
  if (alone.code !== 'approval_needed' || second === undefined) throw alone;
  // Before the passphrase is tried: who may not agree has no try to lose.
  const refusal = judge(deps, change, second.approver);
  if (refusal) throw refusal;
  return authenticate(deps, { ...second, subject: change.kind });
}

function judge(
  { records, actor }: SecondPersonDeps,
  change: GuardChange,
  approvedBy: string | null,
): AppError | null {
  const approvers = listApprovers(records).map(({ name }) => name);
  return refuseChange(change, { actor: actor(), approvers, approvedBy });
}

/**
 * The approver of this name and passphrase. Every try is counted on the disk before the passphrase is looked
 * at, so that neither many tries at once nor a restart give more of them; wrong ones are audited under `subject`.
 * @throws AppError `invalid_input` (field `approver` or `passphrase`), `rate_limited`
 */
export async function authenticate(
  { records, now, clock, actor }: SecondPersonDeps,
  { approver: name, passphrase, subject }: SecondPerson & { subject: string },
): Promise<ApproverRow> {
  const approver = keep(records, () => {
    const approver = mustFindApprover(records, name, 'approver');
    refuseTooEarly(approver, clock.nowMs());
    clock.keep();
    countTry(records, approver.key, clock.nowMs());
    return approver;
  });
  const isRight = await isPassphrase(passphrase, approver);
  keep(records, () => {
    if (isRight) return forgiveTries(records, approver.key);
    const detail = { approver: approver.name };
    const action = 'approval.refused';
    appendAudit(records, { atMs: now(), actor: actor(), action, subject, detail });
  });
  if (isRight) return approver;
  const message = 'This is not the passphrase of this approver. The attempt is in the audit log.';
  throw new AppError('invalid_input', message, { field: 'passphrase' });
}

/** Never longer than the wait itself, also for a try that was counted by another clock. */
function refuseTooEarly({ failures, triedAtMs, name }: ApproverRow, nowMs: number): void {
  if (triedAtMs === null) return;
  const waitMs = waitAfter(failures);
  const leftMs = Math.min(waitMs, triedAtMs + waitMs - nowMs);
  if (leftMs <= 0) return;
  const left =
    leftMs < 60_000 ? `${Math.ceil(leftMs / 1000)} s` : `${Math.ceil(leftMs / 60_000)} min`;
  throw new AppError(
    'rate_limited',
    `Too many wrong passphrases for ${name}. The next one is looked at in ${left}.`,
  );
}

/** @throws AppError `invalid_input` */
export function mustFindApprover(records: RecordsDb, name: string, field: string): ApproverRow {
  const approver = findApprover(records, personKey(name));
  if (approver) return approver;
  throw new AppError('invalid_input', 'There is no approver of this name.', { field });
}
