import type { ClientBalance } from '#shared/domain/client.ts';
import type { Intent } from '#shared/domain/intent.ts';
import type { ProfileView } from '#shared/domain/profile.ts';
import type { RateStatus } from '#shared/domain/rate.ts';
import type { AppError } from '#shared/errors.ts';
import type { BitproClient } from '../bitpro/client.ts';
import type { ServerClock } from '../bitpro/clock.ts';
import { findBookEntry } from '../storage/records/address-book-repo.ts';
import { getRegisteredClient } from '../storage/records/clients-repo.ts';
import { listIntents, type NewIntent } from '../storage/records/intents-repo.ts';
import { equalBuySince, paymentsSince } from '../storage/records/payments-repo.ts';
import { clearedEqual } from '../storage/records/outcomes-repo.ts';
import { getPolicy } from '../storage/records/policy-repo.ts';
import type { Moment } from '../storage/records/settling-repo.ts';
import { approvalOf } from './approvals.ts';
import type { Journal, JournalDeps } from './journal.ts';
import type { KnownHistory } from './known-history.ts';
import { DAY_MS, type GuardFacts, type PolicyFacts } from './policy.ts';

/** Runs something later; what it returns calls that off. */
export type Schedule = (run: () => void, delayMs: number) => () => void;

export type MoneyDeps = JournalDeps & {
  client: Pick<
    BitproClient,
    'ping' | 'createClient' | 'buy' | 'withdraw' | 'transactions' | 'transaction' | 'getClient'
  >;
  clock: Pick<ServerClock, 'nowMs' | 'dateMs' | 'offsetMs' | 'monotonicMs' | 'era'>;
  /** What was read of the clients' histories before, for whatever purpose. */
  known: KnownHistory;
  /** The profile whose records these are, as it is now: it may be locked at any time. */
  profile: () => Pick<
    ProfileView,
    'id' | 'name' | 'environment' | 'network' | 'locked' | 'secret' | 'settleDelayMinutes'
  >;
  /** The keychain's answer, once it has one: null when requests can be signed, else what is in the way. */
  secretReady: () => Promise<AppError | null>;
  rateStatus: () => RateStatus;
  /** Reads the rate now; how it went is in `rateStatus`. */
  refreshRate: (trigger: 'before_trade' | 'after_trade', intentId?: string) => Promise<unknown>;
  /** Balance as last read; null before the first. */
  balanceOf: (clientUid: string) => ClientBalance | null;
  /** After every move of an intent, once it is kept. Must not throw. */
  onChanged: (intent: Intent) => void;
  /** A look at the history for an open outcome began or ended. Must not throw. */
  onSettling?: () => void;
  schedule?: Schedule;
  /** Whether these are still the records that were written last; without it, of tests, they are. */
  standing?: SendingGuard;
};

/** What the records' own standing demands of a sending (profiles/records-standing.ts). Each throws an AppError. */
export type SendingGuard = {
  /** Before anything is asked of the service. */
  admit(intent: Intent): Promise<void>;
  /** In the transaction that marks it as sent. */
  check(): void;
  /** `sent` is on the disk, and not a byte has left. */
  seal(): Promise<void>;
};

export type MoneyContext = MoneyDeps & {
  journal: Journal;
  schedule: Schedule;
  onSettling: () => void;
  /** Now, on clocks that nobody sets. */
  moment: () => Moment;
  /** What Bitpro said of intents that it refused, while the history is looked at, by their ids. */
  checking: Map<string, string>;
  /** What was answered and could not be written down, in words for the operator, by the intent's id. */
  unkept: Map<string, string>;
};

/** What the policy needs to know about an intent, read now. */
export function factsFor(context: MoneyContext, intent: NewIntent): PolicyFacts {
  const { records, profile, rateStatus, balanceOf, now } = context;
  const { id, clientUid } = intent;
  const { rate, clockOffsetMs } = rateStatus();
  const open = clientUid === null ? [] : listIntents(records, { openOnly: true });
  return {
    profile: profile(),
    client: clientUid === null ? null : getRegisteredClient(records, clientUid),
    balanceSats: clientUid === null ? null : (balanceOf(clientUid)?.balanceSats ?? null),
    otherOpen: open.filter((other) => other.clientUid === clientUid && other.id !== id),
    rateAsset: rate?.asset ?? null,
    serverNowMs: now() + clockOffsetMs,
    guards: guardFacts(context, intent),
  };
}

/** How long what Bitpro itself had named for a request is remembered after that was cleared. */
const NAMED_MS = 30 * DAY_MS;

function guardFacts(context: MoneyContext, intent: NewIntent): GuardFacts {
  const { records, now } = context;
  const { address } = intent;
  const nowMs = now();
  return {
    policy: getPolicy(records),
    nowMs,
    paidWithinDay: paymentsSince(records, nowMs - DAY_MS),
    equalBuyAtMs: equalBuySince(records, intent, nowMs - DAY_MS),
    clearedEqual: clearedEqual(records, intent, {
      sinceMs: nowMs - DAY_MS,
      namedSinceMs: nowMs - NAMED_MS,
    }),
    bookEntry: address === null ? null : findBookEntry(records, address),
    approvedBy: approvalOf(context, intent)?.name ?? null,
  };
}
