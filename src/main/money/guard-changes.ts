import type { GuardPolicy } from '#shared/domain/guards.ts';
import { AppError } from '#shared/errors.ts';
import { formatBtc } from '#shared/money.ts';
import { isSamePerson } from './person.ts';

/** A change of what guards a withdrawal, as it is asked for. */
export type GuardChange =
  | { kind: 'policy'; before: GuardPolicy; after: GuardPolicy }
  | { kind: 'add_approver' | 'remove_approver'; name: string };

export type ChangeFacts = {
  /** Who makes the change. */
  actor: string;
  /** Names, as they are now. */
  approvers: readonly string[];
  /** Which approver agrees to it; null while nobody does. */
  approvedBy: string | null;
};

/**
 * Why the guards may not be changed so; null when they may. What adds protection needs nobody else. What takes
 * some away needs an approver who is not the one that makes the change, as a payment above the limit does.
 * Before there is an approver nobody could agree: then the operator decides alone, and adds the first one.
 */
export function refuseChange(change: GuardChange, facts: ChangeFacts): AppError | null {
  const { actor, approvers, approvedBy } = facts;
  const lost = protectionLost(change);
  if (lost.length === 0) return null;
  if (approvers.length === 0) return refuseOwnApproval(change, actor);
  if (approvedBy === null) {
    return new AppError('approval_needed', `${lost.join(' ')} A second person has to agree.`);
  }
  if (isSamePerson(approvedBy, actor)) {
    return new AppError(
      'forbidden',
      'Who makes this change cannot agree to it. Ask another approver.',
    );
  }
  return null;
}

/** Who is alone may not be the second person too: nobody else could ever agree to another one. */
function refuseOwnApproval(change: GuardChange, actor: string): AppError | null {
  if (change.kind !== 'add_approver' || !isSamePerson(change.name, actor)) return null;
  const message = `The first approver is someone else than you, ${actor}.`;
  return new AppError('invalid_input', message, { field: 'name' });
}

/** A sentence for each protection that the change takes away; none when it only adds. */
export function protectionLost(change: GuardChange): string[] {
  switch (change.kind) {
    case 'add_approver':
      return [`${change.name} could approve from now on.`];
    case 'remove_approver':
      return [`${change.name} could no longer approve.`];
    case 'policy':
      return loweredBy(change.before, change.after).map((name) =>
        describeLoss(name, change.before, change.after),
      );
  }
}

/** The higher, the less they protect. */
const upperLimits = [
  'maxWithdrawalSats',
  'maxDailySats',
  'approvalAboveSats',
  'approvalMs',
  'buyTolerancePercent',
] as const;

/** Which protection a change of the policy takes away, as the names of its fields; none when it only adds. */
export function loweredBy(before: GuardPolicy, after: GuardPolicy): (keyof GuardPolicy)[] {
  const raised = upperLimits.filter(
    (name) => (after[name] ?? Infinity) > (before[name] ?? Infinity),
  );
  return [
    ...raised,
    ...(before.addressBookOnly && !after.addressBookOnly ? (['addressBookOnly'] as const) : []),
    ...(after.coolingMs < before.coolingMs ? (['coolingMs'] as const) : []),
    ...((after.settleDelayMinutes ?? Infinity) < (before.settleDelayMinutes ?? Infinity)
      ? (['settleDelayMinutes'] as const)
      : []),
  ];
}

function describeLoss(name: keyof GuardPolicy, before: GuardPolicy, after: GuardPolicy): string {
  switch (name) {
    case 'maxWithdrawalSats':
      return describeRise('The limit for one withdrawal', before[name], after[name]);
    case 'maxDailySats':
      return describeRise('The limit for 24 hours', before[name], after[name]);
    case 'approvalAboveSats':
      return describeRise('The amount up to which nobody approves', before[name], after[name]);
    case 'addressBookOnly':
      return 'Addresses outside the address book could be paid.';
    case 'coolingMs':
      return `A new entry of the address book would wait ${hours(after[name])} instead of ${hours(before[name])}.`;
    case 'approvalMs':
      return `An approval would hold ${hours(after[name])} instead of ${hours(before[name])}.`;
    case 'buyTolerancePercent':
      return `A buy could bring ${after[name]} % less or more than expected without a word; it is ${before[name]} %.`;
    case 'settleDelayMinutes':
      return describeSooner(before[name], after[name]);
  }
}

function describeSooner(from: number | null, to: number | null): string {
  const now = from === null ? 'a person decides' : `that takes ${minutes(from)}`;
  return `A request of unknown outcome would be taken as not executed after ${minutes(to ?? 0)}; now ${now}.`;
}

function minutes(count: number): string {
  return `${count} ${count === 1 ? 'minute' : 'minutes'}`;
}

function describeRise(what: string, from: number | null, to: number | null): string {
  if (to === null) return `${what} would have no end; it is ${formatBtc(from ?? 0)} BTC.`;
  return `${what} would rise from ${formatBtc(from ?? 0)} to ${formatBtc(to)} BTC.`;
}

function hours(ms: number): string {
  const count = Math.round((ms / 3_600_000) * 100) / 100;
  return `${count} ${count === 1 ? 'hour' : 'hours'}`;
}

const FREE_TRIES = 3;
const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 3_600_000;

/**
 * Milliseconds from one wrong passphrase to the next try, after so many wrong ones in a row: none at first, then
 * doubled each time up to an hour, which leaves about 9,000 guesses a year.
 */
export function waitAfter(failures: number): number {
  if (failures < FREE_TRIES) return 0;
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - FREE_TRIES));
}
