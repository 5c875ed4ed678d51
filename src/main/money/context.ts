import type { ClientBalance } from '#shared/domain/client.ts';
import type { Intent } from '#shared/domain/intent.ts';
import type { ProfileView } from '#shared/domain/profile.ts';
import type { RateStatus } from '#shared/domain/rate.ts';
import type { AppError } from '#shared/errors.ts';
import type { BitproClient } from '../bitpro/client.ts';
import type { DateRange, ServerClock } from '../bitpro/clock.ts';
import type { RemoteTransaction } from '../bitpro/wire.ts';
import type { ListedWithdrawal } from '../storage/cache/withdrawals-repo.ts';
import { findBookEntry } from '../storage/records/address-book-repo.ts';
import { getRegisteredClient } from '../storage/records/clients-repo.ts';
import { listIntents, type NewIntent } from '../storage/records/intents-repo.ts';
import { clearedEqual } from '../storage/records/outcomes-repo.ts';
import { debitedSince, equalBuySince, unsettledEqual } from '../storage/records/payments-repo.ts';
import { getPolicy } from '../storage/records/policy-repo.ts';
import { recentPrices } from '../storage/records/rates-repo.ts';
import type { Moment } from '../storage/records/settling-repo.ts';
import type { Objection } from './afterwards.ts';
import { approvalOf } from './approvals.ts';
import type { Journal, JournalDeps } from './journal.ts';
import type { KnownHistory } from './known-history.ts';
import { DAY_MS, paidWithinDay } from './paid.ts';
import type { GuardFacts } from './payment-guards.ts';
import type { PolicyFacts } from './policy.ts';
import { RECENT_PRICES, type QuoteFacts } from './quotes.ts';

/** Runs something later; what it returns calls that off. */
export type Schedule = (run: () => void, delayMs: number) => () => void;

/** What money counts time with: never this machine's clock, which anybody sets. */
export type MoneyClock = Pick<
  ServerClock,
  | 'nowMs'
  | 'dateMs'
  | 'offsetMs'
  | 'datesWithin'
  | 'observedAtMs'
  | 'monotonicMs'
  | 'era'
  | 'isKnown'
  | 'hasBegun'
  | 'keep'
>;

export type MoneyDeps = JournalDeps & {
  clock: MoneyClock;
  client: Pick<
    BitproClient,
    'ping' | 'createClient' | 'buy' | 'withdraw' | 'transactions' | 'transaction' | 'getClient'
  >;
  /** What was read of the clients' histories before, for whatever purpose. */
  known: KnownHistory;
  /** The profile whose records these are, as it is now: it may be locked at any time. */
  profile: () => Pick<ProfileView, 'id' | 'name' | 'environment' | 'network' | 'locked' | 'secret'>;
  /** The keychain's answer, once it has one: null when requests can be signed, else what is in the way. */
  secretReady: () => Promise<AppError | null>;
  rateStatus: () => RateStatus & { readAgoMs: number | null };
  /** Reads the rate now; how it went is in `rateStatus`. */
  refreshRate: (trigger: 'before_trade' | 'after_trade', intentId?: string) => Promise<unknown>;
  /** Balance as last read; null before the first. */
  balanceOf: (clientUid: string) => ClientBalance | null;
  /** Withdrawals of the history, dated so, that no request of this app is known to have become. */
  unexplainedWithdrawals: (ranges: readonly DateRange[]) => ListedWithdrawal[];
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
  /** When each review was last drawn in this run, by the intent's id. */
  reviewed: Map<string, { monotonicMs: number; guardMs: number }>;
  /** What Bitpro said of intents that it refused, while the history is looked at, by their ids. */
  checking: Map<string, string>;
  /** What the history says against confirmed intents, by their ids. */
  objections: Map<string, Objection>;
  /** What was answered and could not be written down, in words for the operator, by the intent's id. */
  unkept: Map<string, string>;
};

/** What the policy needs to know about an intent, read now; `fresh` is the history as it was just read. */
export function factsFor(
  context: MoneyContext,
  intent: NewIntent,
  fresh: readonly RemoteTransaction[] = [],
): PolicyFacts {
  const { records, profile, balanceOf } = context;
  const { id, clientUid } = intent;
  const open = clientUid === null ? [] : listIntents(records, { openOnly: true });
  const otherOpen = open.filter((other) => other.clientUid === clientUid && other.id !== id);
  const balance = clientUid === null ? null : balanceOf(clientUid);
  return {
    profile: profile(),
    client: clientUid === null ? null : getRegisteredClient(records, clientUid),
    balanceSats: balance?.balanceSats ?? null,
    onItsWaySats: clientUid === null ? 0 : onItsWaySats(context, clientUid, balance, otherOpen),
    otherOpen,
    quote: quoteFacts(context, intent),
    guards: guardFacts(context, intent, fresh),
  };
}

/**
 * What was sent and has no known outcome counts as spent, and what was confirmed does until the balance was read
 * after that.
 */
function onItsWaySats(
  { records }: MoneyContext,
  clientUid: string,
  balance: ClientBalance | null,
  otherOpen: readonly Intent[],
): number {
  const unsettled = otherOpen.filter(
    ({ kind, state }) => kind === 'withdrawal' && state !== 'journaled',
  );
  const unsettledSats = unsettled.reduce((sum, { amountSats }) => sum + (amountSats ?? 0), 0);
  return unsettledSats + (balance === null ? 0 : debitedSince(records, clientUid, balance.asOfMs));
}

function quoteFacts(context: MoneyContext, intent: NewIntent): QuoteFacts {
  const { clock, records, rateStatus } = context;
  const { kind, quoteGuardMs, quoteObservedAtMs } = intent;
  return {
    dateMs: clock.dateMs(),
    ageMs: quoteGuardMs === null ? null : clock.nowMs() - quoteGuardMs,
    rate: rateStatus().rate,
    recentPricesCents:
      kind === 'buy' ? recentPrices(records, quoteObservedAtMs, RECENT_PRICES) : [],
  };
}

/** How long what Bitpro itself had named for a request is remembered after that was cleared. */
const NAMED_MS = 30 * DAY_MS;

function guardFacts(
  context: MoneyContext,
  intent: NewIntent,
  fresh: readonly RemoteTransaction[],
): GuardFacts {
  const { records, clock } = context;
  const { address, kind } = intent;
  const nowMs = clock.nowMs();
  const equalBuyAtMs = equalBuySince(records, intent, nowMs - DAY_MS);
  const bookEntry = address === null ? null : findBookEntry(records, address);
  return {
    policy: getPolicy(records),
    paidWithinDay: kind === 'withdrawal' ? paidWithinDay(context, intent, fresh) : [],
    equalBuyAgoMs: equalBuyAtMs === null ? null : nowMs - equalBuyAtMs,
    unsettledEqualOf: unsettledEqual(records, intent),
    clearedEqual: clearedEqual(records, intent, {
      sinceMs: nowMs - DAY_MS,
      namedSinceMs: nowMs - NAMED_MS,
    }),
    bookEntry: bookEntry && { label: bookEntry.label, ageMs: nowMs - bookEntry.addedGuardMs },
    approvedBy: approvalOf(context, intent)?.name ?? null,
  };
}
