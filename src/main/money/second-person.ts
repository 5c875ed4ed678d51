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
  /** Waits are counted with it: a clock that is set does not shorten them. */
  clock: Pick<ServerClock, 'nowMs' | 'keep' | 'monotonicMs' | 'hasBegun'>;
  actor: () => string;
};

/**
 * When a try was counted before the service ever told its time: until then the guarded time begins anew with each start,
 * from this machine's clock. Such a wait is measured by the monotonic clock, and begins anew with each start too.
 */
const BEFORE_ANY_TIME = 8_640_000_000_000_000;

type Run = { openedAtMs: number; triedAtMs: Map<string, number> };
const runs = new WeakMap<RecordsDb, Run>();

/** By the monotonic clock, since these records were opened. */
export function startWaits({ records, clock }: Pick<SecondPersonDeps, 'records' | 'clock'>): Run {
  const known = runs.get(records);
  if (known) return known;
  const run = { openedAtMs: clock.monotonicMs(), triedAtMs: new Map<string, number>() };
  runs.set(records, run);
  return run;
}

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
  deps: SecondPersonDeps,
  { approver: name, passphrase, subject }: SecondPerson & { subject: string },
): Promise<ApproverRow> {
  const { records, now, clock, actor } = deps;
  const approver = keep(records, () => {
    const approver = mustFindApprover(records, name, 'approver');
    refuseTooEarly(deps, approver);
    clock.keep();
    countTry(records, approver.key, clock.hasBegun() ? clock.nowMs() : BEFORE_ANY_TIME);
    startWaits(deps).triedAtMs.set(approver.key, clock.monotonicMs());
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
function refuseTooEarly(
  deps: SecondPersonDeps,
  { key, failures, triedAtMs, name }: ApproverRow,
): void {
  if (triedAtMs === null) return;
  const run = startWaits(deps);
  const passedMs =
    triedAtMs === BEFORE_ANY_TIME
      ? deps.clock.monotonicMs() - (run.triedAtMs.get(key) ?? run.openedAtMs)
      : deps.clock.nowMs() - triedAtMs;
  const waitMs = waitAfter(failures);
  const leftMs = Math.min(waitMs, waitMs - passedMs);
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
