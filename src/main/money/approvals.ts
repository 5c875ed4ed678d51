import type { ApprovalView, GuardPolicy, SecondPerson } from '#shared/domain/guards.ts';
import type { Profile } from '#shared/domain/profile.ts';
import { AppError } from '#shared/errors.ts';
import { appendAudit } from '../audit/chain.ts';
import type { ServerClock } from '../bitpro/clock.ts';
import {
  findApproval,
  findApprover,
  listApprovers,
  putApproval,
  type ApprovalRow,
} from '../storage/records/approvers-repo.ts';
import type { JournaledIntent, NewIntent } from '../storage/records/intents-repo.ts';
import { initiatorOf } from '../storage/records/payments-repo.ts';
import { getPolicy } from '../storage/records/policy-repo.ts';
import { alreadyMoved } from './journal-errors.ts';
import type { Journal, JournalDeps } from './journal.ts';
import { keep } from './keep.ts';
import { isSamePerson } from './person.ts';
import { needsApproval } from './payment-guards.ts';
import { reviewHash } from './review-hash.ts';
import { authenticate } from './second-person.ts';

type ReviewedProfile = Pick<Profile, 'id' | 'environment'>;

/** What the second person gives: the review they saw, and who they are. */
export type Approving = SecondPerson & { id: string; reviewHash: string };

type Desk = Pick<JournalDeps, 'records' | 'actor'> & {
  profile: () => ReviewedProfile;
  clock: Pick<ServerClock, 'nowMs' | 'dateMs'>;
};

type ApprovalDeps = JournalDeps & {
  journal: Journal;
  profile: () => ReviewedProfile;
  clock: Pick<ServerClock, 'nowMs' | 'dateMs' | 'keep' | 'monotonicMs' | 'hasBegun'>;
};

/** The approval of exactly this intent by someone who has no other part in it; null without one. */
export function approvalOf(desk: Desk, intent: NewIntent): { name: string; atMs: number } | null {
  const approval = findApproval(desk.records, intent.id);
  if (approval === null) return null;
  if (approval.reviewHash !== reviewHash(intent, desk.profile())) return null;
  if (isOver(desk, approval)) return null;
  return refuseApprover(desk, intent.id, approval.name) === null ? approval : null;
}

/** It ends by whichever of the two times ends it first: neither clock that is set makes it hold for longer. */
function isOver(
  { records, clock }: Pick<Desk, 'records' | 'clock'>,
  { guardMs, dateMs }: Pick<ApprovalRow, 'guardMs' | 'dateMs'>,
): boolean {
  if (guardMs === null || dateMs === null) return true;
  const ageMs = Math.max(clock.nowMs() - guardMs, clock.dateMs() - dateMs);
  return ageMs >= getPolicy(records).approvalMs;
}

/** Null where the policy asks for no second person. */
export function approvalView(
  desk: Desk,
  intent: JournaledIntent,
  policy: GuardPolicy,
): ApprovalView | null {
  const { approvalAboveSats } = policy;
  if (approvalAboveSats === null || !needsApproval(intent, policy)) return null;
  const approval = approvalOf(desk, intent);
  const names = listApprovers(desk.records).map(({ name }) => name);
  return {
    aboveSats: approvalAboveSats,
    initiator: initiatorOf(desk.records, intent.id) ?? '',
    operator: desk.actor(),
    approvers: names.filter((name) => refuseApprover(desk, intent.id, name) === null),
    approvedBy: approval?.name ?? null,
    approvedAtMs: approval?.atMs ?? null,
    endsAtMs: approval === null ? null : approval.atMs + policy.approvalMs,
  };
}

/** See Money.approve. */
export async function approveIntent(
  deps: ApprovalDeps,
  { id, reviewHash: hash, approver: name, passphrase }: Approving,
): Promise<JournaledIntent> {
  const { records, now, actor, clock } = deps;
  checkApprovable(deps, id, hash);
  const refusal = refuseApprover(deps, id, name);
  if (refusal) throw refusal;
  const approver = await authenticate(deps, { approver: name, passphrase, subject: id });
  return keep(records, () => {
    // Comparing the passphrase took time: it may have been sent or discarded since.
    const intent = checkApprovable(deps, id, hash);
    const still = findApprover(records, approver.key);
    if (still === null || !still.hash.equals(approver.hash))
      throw noLongerAnApprover(approver.name);
    const refused = refuseApprover(deps, id, approver.name);
    if (refused) throw refused;
    const atMs = now();
    const detail = { approver: approver.name, reviewHash: hash };
    appendAudit(records, { atMs, actor: actor(), action: 'intent.approved', subject: id, detail });
    clock.keep();
    putApproval(records, {
      intentId: id,
      approverKey: approver.key,
      reviewHash: hash,
      atMs,
      guardMs: clock.nowMs(),
      dateMs: clock.dateMs(),
    });
    return intent;
  });
}

function noLongerAnApprover(name: string): AppError {
  const message = `${name} was removed, or got another passphrase, meanwhile. Nothing was approved.`;
  return new AppError('conflict', message);
}

function checkApprovable(
  { journal, records, profile }: ApprovalDeps,
  id: string,
  hash: string,
): JournaledIntent {
  const intent = journal.get(id);
  if (intent.state !== 'journaled') throw alreadyMoved();
  if (hash !== reviewHash(intent, profile())) {
    throw new AppError('review_changed', 'This is not what was reviewed. Review it again.');
  }
  if (!needsApproval(intent, getPolicy(records))) {
    throw new AppError('conflict', 'This withdrawal needs no approval.');
  }
  return intent;
}

/** Neither who prepared the intent nor who sits at the desk, and so confirms it, is a second person. */
function refuseApprover({ records, actor }: Desk, intentId: string, name: string): AppError | null {
  const initiator = initiatorOf(records, intentId);
  if (initiator !== null && isSamePerson(initiator, name)) {
    const message = 'Who prepared a withdrawal cannot approve it. A second person has to.';
    return new AppError('forbidden', message);
  }
  if (!isSamePerson(actor(), name)) return null;
  const message = 'Who confirms a withdrawal cannot approve it. A second person has to.';
  return new AppError('forbidden', message);
}
