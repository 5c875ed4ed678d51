import type { ApprovalView, GuardPolicy } from '#shared/domain/guards.ts';
import type { Profile } from '#shared/domain/profile.ts';
import { AppError } from '#shared/errors.ts';
import { appendAudit } from '../audit/chain.ts';
import type { RecordsDb } from '../storage/open.ts';
import { findApproval, listApprovers, putApproval } from '../storage/records/approvers-repo.ts';
import type { JournaledIntent, NewIntent } from '../storage/records/intents-repo.ts';
import { initiatorOf } from '../storage/records/payments-repo.ts';
import { getPolicy } from '../storage/records/policy-repo.ts';
import { authenticate, personKey } from './approvers.ts';
import { alreadyMoved, type Journal, type JournalDeps } from './journal.ts';
import { keep } from './keep.ts';
import { needsApproval } from './policy.ts';
import { reviewHash } from './review-hash.ts';

type ReviewedProfile = Pick<Profile, 'id' | 'environment'>;

/** What the second person gives: the review they saw, and who they are. */
export type Approving = { id: string; reviewHash: string; approver: string; passphrase: string };

type ApprovalDeps = JournalDeps & { journal: Journal; profile: () => ReviewedProfile };

/** The approval of exactly this intent by someone else than who prepared it; null without one. */
export function approvalOf(
  records: RecordsDb,
  intent: NewIntent,
  profile: ReviewedProfile,
): { name: string; atMs: number } | null {
  const approval = findApproval(records, intent.id);
  if (approval === null || approval.reviewHash !== reviewHash(intent, profile)) return null;
  return isInitiator(records, intent.id, approval.name) ? null : approval;
}

/** Null where the policy asks for no second person. */
export function approvalView(
  records: RecordsDb,
  intent: JournaledIntent,
  profile: ReviewedProfile,
  policy: GuardPolicy,
): ApprovalView | null {
  const { approvalAboveSats } = policy;
  if (approvalAboveSats === null || !needsApproval(intent, policy)) return null;
  const approval = approvalOf(records, intent, profile);
  const names = listApprovers(records).map(({ name }) => name);
  return {
    aboveSats: approvalAboveSats,
    initiator: initiatorOf(records, intent.id) ?? '',
    approvers: names.filter((name) => !isInitiator(records, intent.id, name)),
    approvedBy: approval?.name ?? null,
    approvedAtMs: approval?.atMs ?? null,
  };
}

/** See Money.approve. */
export async function approveIntent(
  deps: ApprovalDeps,
  { id, reviewHash: hash, approver: name, passphrase }: Approving,
): Promise<JournaledIntent> {
  const { records, now, actor } = deps;
  checkApprovable(deps, id, hash);
  if (isInitiator(records, id, name)) {
    throw new AppError(
      'forbidden',
      'Who prepared a withdrawal cannot approve it. A second person has to.',
    );
  }
  const approver = await authenticate(deps, { approver: name, passphrase, subject: id });
  return keep(records, () => {
    // Comparing the passphrase took time: it may have been sent or discarded since.
    const intent = checkApprovable(deps, id, hash);
    const atMs = now();
    const detail = { approver: approver.name, reviewHash: hash };
    appendAudit(records, { atMs, actor: actor(), action: 'intent.approved', subject: id, detail });
    putApproval(records, { intentId: id, approverKey: approver.key, reviewHash: hash, atMs });
    return intent;
  });
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

function isInitiator(records: RecordsDb, intentId: string, name: string): boolean {
  const initiator = initiatorOf(records, intentId);
  return initiator !== null && personKey(initiator) === personKey(name);
}
