import type { ClientView } from '#shared/domain/client.ts';
import type { GuardPolicy } from '#shared/domain/guards.ts';
import type { Intent, KnownAddress } from '#shared/domain/intent.ts';
import type { ProfileView } from '#shared/domain/profile.ts';
import { AppError } from '#shared/errors.ts';
import { formatBtc } from '#shared/money.ts';
import type { NewIntent } from '../storage/records/intents-repo.ts';
import type { ClearedPayment } from '../storage/records/outcomes-repo.ts';
import { looksAlike } from './look-alike.ts';
import type { Paid } from './paid.ts';
import { refuseWithoutSecret } from './usable-secret.ts';
import { quoteWarnings, refuseQuote, type QuoteFacts } from './quotes.ts';

/**
 * The guards before money moves, as pure functions of the intent and what is known when it is asked.
 * A refusal stops; a warning is a whole sentence the operator reads in the review.
 */
export type PolicyFacts = {
  profile: Pick<ProfileView, 'name' | 'locked' | 'secret'>;
  /** Null for a client that does not exist yet. */
  client: Pick<ClientView, 'depositAddress' | 'conflictingAddress'> | null;
  /** Confirmed balance as last read; null when never read. */
  balanceSats: number | null;
  /** Of that, what withdrawals took or may have taken that it does not show yet. */
  onItsWaySats: number;
  /** Open intents of the same client, without the one asked about. */
  otherOpen: readonly Intent[];
  quote: QuoteFacts;
  guards: GuardFacts;
};

/** What the profile's own guards look at. */
export type GuardFacts = {
  policy: GuardPolicy;
  /** Within the last 24 hours, newest first, whichever client paid. */
  paidWithinDay: readonly Paid[];
  /** How long ago an equal buy of this client was sent within 24 hours; null when none was. */
  equalBuyAgoMs: number | null;
  /** An equal one that was taken for not carried out a short while ago; null without one. */
  clearedEqual: ClearedPayment | null;
  /** The book's entry for the address; null when it is not in it. */
  bookEntry: { label: string; ageMs: number } | null;
  /** A valid approval of exactly this intent by neither who prepared it nor who confirms it. */
  approvedBy: string | null;
};

type PolicyIntent = Pick<
  NewIntent,
  | 'kind'
  | 'amountSats'
  | 'address'
  | 'quotedPriceCents'
  | 'quoteObservedAtMs'
  | 'quoteExpiresAtMs'
  | 'repeatReason'
>;

/** The reference's error text is the rule (api-readings.md, 14). */
const MIN_WITHDRAWAL_SATS = 5_000_000;

/** Why this may not even be journaled; null when it may. */
export function refuseToJournal(intent: PolicyIntent, facts: PolicyFacts): AppError | null {
  if (facts.profile.locked) {
    return new AppError(
      'profile_locked',
      `${facts.profile.name} is locked. Unlock it under Settings before money can move.`,
    );
  }
  if (facts.client && facts.client.conflictingAddress !== null) {
    return new AppError(
      'conflict',
      'Bitpro now reports another deposit address for this client. Look at it on the client’s page first.',
    );
  }
  return refuseBeyondBalance(intent, facts) ?? refuseByGuards(intent, facts);
}

/** What is on its way, or may be, cannot be spent again: two requests for all there is are one payment. */
function refuseBeyondBalance({ amountSats }: PolicyIntent, facts: PolicyFacts): AppError | null {
  const { balanceSats, onItsWaySats } = facts;
  if (amountSats === null || balanceSats === null) return null;
  const leftSats = Math.max(0, balanceSats - onItsWaySats);
  if (amountSats <= leftSats) return null;
  const balance = `The confirmed balance is ${formatBtc(balanceSats)} BTC`;
  const message =
    onItsWaySats === 0
      ? `${balance}. Enter at most that.`
      : `${balance}, of which ${formatBtc(Math.min(onItsWaySats, balanceSats))} BTC are on their way or may be. ` +
        `${formatBtc(leftSats)} BTC are left.`;
  return new AppError('invalid_input', message, { field: 'amountBtc' });
}

/** Why a journaled intent may not be sent now; null when it may. */
export function refuseToSend(intent: PolicyIntent, facts: PolicyFacts): AppError | null {
  return (
    refuseToJournal(intent, facts) ??
    refuseWithoutSecret(facts.profile.secret) ??
    refuseQuote(intent, facts.quote) ??
    refuseUnapproved(intent, facts.guards)
  );
}

/** What the operator should know before deciding; `known` is what the address could be mistaken for. */
export function warningsFor(
  intent: PolicyIntent,
  facts: PolicyFacts,
  known: readonly KnownAddress[],
): string[] {
  const warnings: string[] = [];
  const { equalBuyAgoMs, clearedEqual } = facts.guards;
  if (intent.kind === 'buy') {
    warnings.push(...quoteWarnings(intent, facts.quote));
    if (clearedEqual !== null) {
      warnings.push(`${describeCleared(clearedEqual)} Look at the history before you buy again.`);
    }
    if (equalBuyAgoMs !== null) {
      warnings.push(
        `The same buy was sent for this client ${describeWait(equalBuyAgoMs)} ago. This is another one.`,
      );
    }
  }
  if (intent.kind !== 'withdrawal' || intent.amountSats === null) return warnings;
  if (intent.amountSats < MIN_WITHDRAWAL_SATS) {
    warnings.push('This is below Bitpro’s minimum of 0.05 BTC. Bitpro will probably refuse it.');
  }
  if (facts.balanceSats === null) {
    warnings.push('The balance of this client was never read, so the amount is not checked.');
  }
  if (facts.client !== null && facts.client.depositAddress === intent.address) {
    warnings.push('This is the client’s own deposit address: the money would come back to Bitpro.');
  }
  warnings.push(...guardWarnings(intent.address ?? '', facts.guards, known));
  for (const other of facts.otherOpen) {
    if (other.kind === 'withdrawal') warnings.push(describeOther(other));
  }
  return warnings;
}

function describeOther({ state, amountSats, address }: Intent): string {
  const what = `${formatBtc(amountSats ?? 0)} BTC to …${address?.slice(-6) ?? ''}`;
  return state === 'journaled'
    ? `Another withdrawal of this client waits for a decision: ${what}.`
    : `Another withdrawal of this client has no known outcome yet: ${what}.`;
}

/** Limits, the address book and payments made again; in the order in which the form shows their fields. */
function refuseByGuards(intent: PolicyIntent, { guards, otherOpen }: PolicyFacts): AppError | null {
  const { kind, amountSats, address } = intent;
  if (kind !== 'withdrawal' || amountSats === null || address === null) return null;
  // An equal one that is still open is refused by the journal, whatever the reason.
  const settled = guards.paidWithinDay.filter(({ id }) =>
    otherOpen.every((open) => open.id !== id),
  );
  return (
    refuseOutsideBook(guards) ??
    refuseAboveLimits(amountSats, guards) ??
    refuseRepeated({ address, amountSats, repeatReason: intent.repeatReason }, settled) ??
    refuseAfterCleared(intent, guards)
  );
}

function refuseOutsideBook({ policy, bookEntry }: GuardFacts): AppError | null {
  if (!policy.addressBookOnly) return null;
  if (bookEntry === null) {
    return new AppError(
      'invalid_input',
      'This profile pays only addresses of its address book, and this one is not in it.',
      { field: 'address' },
    );
  }
  const leftMs = policy.coolingMs - bookEntry.ageMs;
  if (leftMs <= 0) return null;
  return new AppError(
    'invalid_input',
    `“${bookEntry.label}” is new in the address book. It can be paid in ${describeWait(leftMs)}.`,
    { field: 'address' },
  );
}

function refuseAboveLimits(amountSats: number, guards: GuardFacts): AppError | null {
  const { maxWithdrawalSats, maxDailySats } = guards.policy;
  const atAmount = { field: 'amountBtc' };
  if (maxWithdrawalSats !== null && amountSats > maxWithdrawalSats) {
    const limit = formatBtc(maxWithdrawalSats);
    const message = `This profile’s limit for one withdrawal is ${limit} BTC.`;
    return new AppError('invalid_input', message, atAmount);
  }
  if (maxDailySats === null) return null;
  const paidSats = guards.paidWithinDay.reduce((sum, paid) => sum + paid.amountSats, 0);
  if (paidSats + amountSats <= maxDailySats) return null;
  return new AppError(
    'invalid_input',
    `This profile’s limit for 24 hours is ${formatBtc(maxDailySats)} BTC, and ` +
      `${formatBtc(paidSats)} BTC were sent. Enter at most ` +
      `${formatBtc(Math.max(0, maxDailySats - paidSats))} BTC.`,
    atAmount,
  );
}

function refuseRepeated(
  payment: { address: string; amountSats: number; repeatReason: string | null },
  paidWithinDay: readonly Paid[],
): AppError | null {
  if (payment.repeatReason !== null) return null;
  const before = paidWithinDay.find(
    ({ address, amountSats }) =>
      // Where the history does not say to whom it went, it may have been to this one.
      (address === null || address === payment.address) && amountSats === payment.amountSats,
  );
  if (!before) return null;
  const where =
    before.address === null ? 'to an address that Bitpro does not name' : 'to this address';
  const whose = before.id === null ? ', though not by this profile' : '';
  return new AppError(
    'invalid_input',
    `The same amount was sent ${where} ${describeWait(before.agoMs)} ago${whose}. ` +
      'Say why it is to be paid again.',
    { field: 'reason' },
  );
}

/** Somebody, or the history, found that the equal one did not go. Should that be wrong, this one is the second. */
function refuseAfterCleared(
  { repeatReason }: PolicyIntent,
  { clearedEqual }: GuardFacts,
): AppError | null {
  if (repeatReason !== null || clearedEqual === null) return null;
  return new AppError(
    'invalid_input',
    `${describeCleared(clearedEqual)} Say why it is to be sent again.`,
    { field: 'reason' },
  );
}

function describeCleared({ wasNamed }: ClearedPayment): string {
  const named = wasNamed ? ', though Bitpro itself had named a transaction for it' : '';
  return `The same was sent before and taken as not carried out${named}.`;
}

/** Must a second person approve this? Only withdrawals leave the account. */
export function needsApproval(
  { kind, amountSats }: Pick<PolicyIntent, 'kind' | 'amountSats'>,
  { approvalAboveSats }: GuardPolicy,
): boolean {
  if (kind !== 'withdrawal' || amountSats === null || approvalAboveSats === null) return false;
  return amountSats > approvalAboveSats;
}

function refuseUnapproved(intent: PolicyIntent, guards: GuardFacts): AppError | null {
  if (!needsApproval(intent, guards.policy) || guards.approvedBy !== null) return null;
  const limit = formatBtc(guards.policy.approvalAboveSats ?? 0);
  return new AppError(
    'approval_needed',
    `Above ${limit} BTC a second person approves. Nothing was sent.`,
  );
}

function guardWarnings(
  address: string,
  guards: GuardFacts,
  known: readonly KnownAddress[],
): string[] {
  const { policy, bookEntry } = guards;
  // Who is in the book was looked at once; the likeness was said then.
  if (bookEntry === null) {
    const twin = lookAlikeOf(address, known);
    if (twin === null) return [];
    return [`This address looks like ${twin.what}, but is another one. Compare every character.`];
  }
  if (bookEntry.ageMs >= policy.coolingMs) return [];
  const since = describeWait(bookEntry.ageMs);
  return [`“${bookEntry.label}” was added to the address book ${since} ago.`];
}

/** The known address that this one could be mistaken for; null without one. */
export function lookAlikeOf(address: string, known: readonly KnownAddress[]): KnownAddress | null {
  return known.find((each) => looksAlike(each.address, address)) ?? null;
}

/** `3 hours`, `1 minute`: rounded up, so that what is waited for is over when it says so. */
function describeWait(ms: number): string {
  const minutes = Math.max(1, Math.ceil(ms / 60_000));
  const [count, unit] = minutes < 120 ? [minutes, 'minute'] : [Math.ceil(minutes / 60), 'hour'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
