import type { ClientView } from '#shared/domain/client.ts';
import type { Intent } from '#shared/domain/intent.ts';
import type { ProfileView, SecretState } from '#shared/domain/profile.ts';
import { AppError, type ErrorCode } from '#shared/errors.ts';
import { formatBtc } from '#shared/money.ts';
import type { NewIntent } from '../storage/records/intents-repo.ts';

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
};

type PolicyIntent = Pick<NewIntent, 'kind' | 'amountSats' | 'address' | 'quoteExpiresAtMs'>;

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
  return null;
}

/** Why a journaled intent may not be sent now; null when it may. */
export function refuseToSend(intent: PolicyIntent, facts: PolicyFacts): AppError | null {
  return (
    refuseToJournal(intent, facts) ??
    refuseWithoutSecret(facts.profile.secret) ??
    refuseExpiredQuote(intent.quoteExpiresAtMs, facts.serverNowMs)
  );
}

/** What the operator should know before deciding. */
export function warningsFor(intent: PolicyIntent, facts: PolicyFacts): string[] {
  const warnings: string[] = [];
  if (intent.kind === 'buy' && facts.rateAsset !== null && facts.rateAsset !== 'BTC') {
    warnings.push(
      `Bitpro names the rate’s asset “${facts.rateAsset}”, not BTC. Ask before buying.`,
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
