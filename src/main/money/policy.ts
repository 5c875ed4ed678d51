import type { ClientView } from '#shared/domain/client.ts';
import type { GuardPolicy } from '#shared/domain/guards.ts';
import type { Intent, KnownAddress } from '#shared/domain/intent.ts';
import type { ProfileView, SecretState } from '#shared/domain/profile.ts';
import { AppError, type ErrorCode } from '#shared/errors.ts';
import { formatBtc } from '#shared/money.ts';
import type { NewIntent } from '../storage/records/intents-repo.ts';
import type { ClearedPayment } from '../storage/records/outcomes-repo.ts';
import type { Payment } from '../storage/records/payments-repo.ts';
import { looksAlike } from './look-alike.ts';

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
  /** Open intents of the same client, without the one asked about. */
  otherOpen: readonly Intent[];
  rateAsset: string | null;
  /** Corrected by the clock offset: quotes end on the server's clock. */
  serverNowMs: number;
  guards: GuardFacts;
};

/** What the profile's own guards look at. */
export type GuardFacts = {
  policy: GuardPolicy;
  nowMs: number;
  /** Sent within the last `DAY_MS`, newest first, whichever client paid. */
  paidWithinDay: readonly Payment[];
  /** When an equal buy of this client was sent within `DAY_MS`; null when none was. */
  equalBuyAtMs: number | null;
  /** An equal one that was taken for not carried out a short while ago; null without one. */
  clearedEqual: ClearedPayment | null;
  /** The book's entry for the address; null when it is not in it. */
  bookEntry: { label: string; addedAtMs: number } | null;
  /** A valid approval of exactly this intent by neither who prepared it nor who confirms it. */
  approvedBy: string | null;
};

type PolicyIntent = Pick<
  NewIntent,
  'kind' | 'amountSats' | 'address' | 'quoteExpiresAtMs' | 'repeatReason'
>;

/** "A day" is any 24 hours: midnight, and whose, does not matter. */
export const DAY_MS = 24 * 3_600_000;

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
  const { amountSats } = intent;
  if (amountSats !== null && facts.balanceSats !== null && amountSats > facts.balanceSats) {
    return new AppError(
      'invalid_input',
      `The confirmed balance is ${formatBtc(facts.balanceSats)} BTC. Enter at most that.`,
      { field: 'amountBtc' },
    );
  }
  return refuseByGuards(intent, facts);
}

/** Why a journaled intent may not be sent now; null when it may. */
export function refuseToSend(intent: PolicyIntent, facts: PolicyFacts): AppError | null {
  return (
    refuseToJournal(intent, facts) ??
    refuseWithoutSecret(facts.profile.secret) ??
    refuseExpiredQuote(intent.quoteExpiresAtMs, facts.serverNowMs) ??
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
  if (intent.kind === 'buy' && facts.rateAsset !== null && facts.rateAsset !== 'BTC') {
    warnings.push(
      `Bitpro names the rate’s asset “${facts.rateAsset}”, not BTC. Ask before buying.`,
    );
  }
  const { equalBuyAtMs, clearedEqual, nowMs } = facts.guards;
  if (intent.kind === 'buy' && clearedEqual !== null) {
    warnings.push(`${describeCleared(clearedEqual)} Look at the history before you buy again.`);
  }
  if (intent.kind === 'buy' && equalBuyAtMs !== null) {
    warnings.push(
      `The same buy was sent for this client ${describeWait(nowMs - equalBuyAtMs)} ago. This is another one.`,
    );
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
    refuseRepeated(
      { address, amountSats, repeatReason: intent.repeatReason },
      { ...guards, paidWithinDay: settled },
    )
  );
}

function refuseOutsideBook({ policy, bookEntry, nowMs }: GuardFacts): AppError | null {
  if (!policy.addressBookOnly) return null;
  if (bookEntry === null) {
    return new AppError(
      'invalid_input',
      'This profile pays only addresses of its address book, and this one is not in it.',
      { field: 'address' },
    );
  }
  const leftMs = bookEntry.addedAtMs + policy.coolingMs - nowMs;
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
  { paidWithinDay, clearedEqual, nowMs }: GuardFacts,
): AppError | null {
  if (payment.repeatReason !== null) return null;
  if (clearedEqual !== null) {
    return new AppError(
      'invalid_input',
      `${describeCleared(clearedEqual)} Say why it is to be paid again.`,
      {
        field: 'reason',
      },
    );
  }
  const before = paidWithinDay.find(
    ({ address, amountSats }) => address === payment.address && amountSats === payment.amountSats,
  );
  if (!before) return null;
  return new AppError(
    'invalid_input',
    `The same amount was sent to this address ${describeWait(nowMs - before.sentAtMs)} ago. ` +
      'Say why it is to be paid again.',
    { field: 'reason' },
  );
}

function describeCleared({ wasNamed }: ClearedPayment): string {
  const named = wasNamed ? ', though Bitpro itself had named a transaction for it' : '';
  return `The same payment was sent before and taken as not carried out${named}.`;
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
  const { policy, bookEntry, nowMs } = guards;
  // Who is in the book was looked at once; the likeness was said then.
  if (bookEntry === null) {
    const twin = lookAlikeOf(address, known);
    if (twin === null) return [];
    return [`This address looks like ${twin.what}, but is another one. Compare every character.`];
  }
  const ageMs = nowMs - bookEntry.addedAtMs;
  if (ageMs >= policy.coolingMs) return [];
  return [`“${bookEntry.label}” was added to the address book ${describeWait(ageMs)} ago.`];
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

/** Without a usable secret nothing can be signed: the intent stays journaled. */
function refuseWithoutSecret(secret: SecretState): AppError | null {
  const refusals: Record<SecretState, [ErrorCode, string] | null> = {
    ready: null,
    session: null,
    empty: ['keychain_empty', 'This profile has no secret key yet. Enter it under Settings.'],
    locked: ['keychain_locked', 'The keychain is locked. Unlock it, then confirm again.'],
    no_service: [
      'keychain_no_service',
      'No keychain is running. Start it, or enter the secret key.',
    ],
    no_library: ['keychain_no_library', 'The keychain cannot be used. Enter the secret key again.'],
    hung: ['keychain_hung', 'The keychain does not answer. Unlock it, then confirm again.'],
  };
  const refusal = refusals[secret];
  return refusal === null ? null : new AppError(refusal[0], `${refusal[1]} Nothing was sent.`);
}

function refuseExpiredQuote(expiresAtMs: number | null, serverNowMs: number): AppError | null {
  if (expiresAtMs === null || serverNowMs < expiresAtMs) return null;
  return new AppError(
    'rate_expired',
    'The rate has expired. Refresh it and review the buy again. Nothing was sent.',
  );
}
