import type { GuardPolicy } from '#shared/domain/guards.ts';
import type { KnownAddress } from '#shared/domain/intent.ts';
import { AppError } from '#shared/errors.ts';
import { formatBtc } from '#shared/money.ts';
import type { NewIntent } from '../storage/records/intents-repo.ts';
import type { ClearedPayment } from '../storage/records/outcomes-repo.ts';
import { looksAlike } from './look-alike.ts';
import type { Paid } from './paid.ts';

/** What the profile's own guards look at. */
export type GuardFacts = {
  policy: GuardPolicy;
  /** Within the last 24 hours, newest first, whichever client paid. */
  paidWithinDay: readonly Paid[];
  /** How long ago an equal buy of this client was sent within 24 hours; null when none was. */
  equalBuyAgoMs: number | null;
  /** An equal one that was taken for not carried out a short while ago; null without one. */
  clearedEqual: ClearedPayment | null;
  /** The client whose equal withdrawal has no known outcome yet, however old it is; null without one. */
  unsettledEqualOf: string | null;
  /** The book's entry for the address; null when it is not in it. */
  bookEntry: { label: string; ageMs: number } | null;
  /** A valid approval of exactly this intent by neither who prepared it nor who confirms it. */
  approvedBy: string | null;
};

type GuardedIntent = Pick<NewIntent, 'kind' | 'amountSats' | 'address' | 'repeatReason'>;

/** Limits, the address book and payments made again; in the order in which the form shows their fields. */
export function refuseByGuards(intent: GuardedIntent, guards: GuardFacts): AppError | null {
  const { kind, amountSats, address } = intent;
  if (kind === 'buy') return refuseAfterCleared(intent, guards);
  if (kind !== 'withdrawal' || amountSats === null || address === null) return null;
  return (
    refuseOutsideBook(guards) ??
    refuseAboveLimits(amountSats, guards) ??
    refuseRepeated({ address, amountSats, repeatReason: intent.repeatReason }, guards) ??
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
  { paidWithinDay, unsettledEqualOf }: GuardFacts,
): AppError | null {
  if (payment.repeatReason !== null) return null;
  const before = paidWithinDay.find(
    ({ address, amountSats }) =>
      // Where the history does not say to whom it went, it may have been to this one.
      (address === null || address === payment.address) && amountSats === payment.amountSats,
  );
  if (!before) return unsettledEqualOf === null ? null : askWhyBeside(unsettledEqualOf);
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

/** An equal one of the same client is refused altogether. */
function askWhyBeside(clientUid: string): AppError {
  return new AppError(
    'invalid_input',
    `The same amount to this address, of client ${clientUid}, has no known outcome yet. ` +
      'Say why it is to be paid beside that.',
    { field: 'reason' },
  );
}

/** Somebody, or the history, found that the equal one did not go. Should that be wrong, this one is the second. */
function refuseAfterCleared(
  { repeatReason }: GuardedIntent,
  { clearedEqual }: GuardFacts,
): AppError | null {
  if (repeatReason !== null || clearedEqual === null) return null;
  const named = clearedEqual.wasNamed
    ? ', though Bitpro itself had named a transaction for it'
    : '';
  return new AppError(
    'invalid_input',
    `The same was sent before and taken as not carried out${named}. Say why it is to be sent again.`,
    { field: 'reason' },
  );
}

/** Must a second person approve this? Only withdrawals leave the account. */
export function needsApproval(
  { kind, amountSats }: Pick<GuardedIntent, 'kind' | 'amountSats'>,
  { approvalAboveSats }: GuardPolicy,
): boolean {
  if (kind !== 'withdrawal' || amountSats === null || approvalAboveSats === null) return false;
  return amountSats > approvalAboveSats;
}

export function refuseUnapproved(intent: GuardedIntent, guards: GuardFacts): AppError | null {
  if (!needsApproval(intent, guards.policy) || guards.approvedBy !== null) return null;
  const limit = formatBtc(guards.policy.approvalAboveSats ?? 0);
  return new AppError(
    'approval_needed',
    `Above ${limit} BTC a second person approves. Nothing was sent.`,
  );
}

export function guardWarnings(
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
export function describeWait(ms: number): string {
  const minutes = Math.max(1, Math.ceil(ms / 60_000));
  const [count, unit] = minutes < 120 ? [minutes, 'minute'] : [Math.ceil(minutes / 60), 'hour'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
