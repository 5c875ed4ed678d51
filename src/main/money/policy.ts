import type { ClientView } from '#shared/domain/client.ts';
import type { Intent, KnownAddress } from '#shared/domain/intent.ts';
import type { ProfileView } from '#shared/domain/profile.ts';
import { AppError } from '#shared/errors.ts';
import { formatBtc } from '#shared/money.ts';
import type { NewIntent } from '../storage/records/intents-repo.ts';
import { equalIsOpen } from './journal-errors.ts';
import {
  describeWait,
  guardWarnings,
  refuseByGuards,
  refuseUnapproved,
  type GuardFacts,
} from './payment-guards.ts';
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

type PolicyIntent = Pick<
  NewIntent,
  | 'kind'
  | 'usdCents'
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
  // First of all: whoever asks while an equal one is open may take it for lost.
  if (facts.otherOpen.some((open) => isEqual(open, intent))) return equalIsOpen();
  return refuseBeyondBalance(intent, facts) ?? refuseByGuards(intent, facts.guards);
}

/** Of the same client: money-safety.md, invariant 3. */
function isEqual(open: Intent, asked: PolicyIntent): boolean {
  return (['kind', 'usdCents', 'amountSats', 'address'] as const).every(
    (term) => open[term] === asked[term],
  );
}

/** What is on its way, or may be, cannot be spent again: two requests for all there is are one payment. */
function refuseBeyondBalance({ amountSats }: PolicyIntent, facts: PolicyFacts): AppError | null {
  const { balanceSats, onItsWaySats } = facts;
  if (amountSats === null) return null;
  if (balanceSats === null) return refuseUnreadBalance(onItsWaySats);
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

/** Without a balance nobody knows whether there is enough for both. A first payment is only warned of (`warningsFor`). */
function refuseUnreadBalance(onItsWaySats: number): AppError | null {
  if (onItsWaySats === 0) return null;
  const message =
    `${formatBtc(onItsWaySats)} BTC of this client are on their way or may be, and its balance was never read. ` +
    'Refresh the client first.';
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
  const { equalBuyAgoMs } = facts.guards;
  if (intent.kind === 'buy') {
    warnings.push(...quoteWarnings(intent, facts.quote));
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
