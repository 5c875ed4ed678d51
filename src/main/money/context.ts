import { findBookEntry } from '../storage/records/address-book-repo.ts';
import { getRegisteredClient } from '../storage/records/clients-repo.ts';
import { listIntents, type NewIntent } from '../storage/records/intents-repo.ts';
import { paymentsSince } from '../storage/records/payments-repo.ts';
import { getPolicy } from '../storage/records/policy-repo.ts';
import { approvalOf } from './approvals.ts';
import type { MoneyDeps } from './intents.ts';
import type { Journal } from './journal.ts';
import { DAY_MS, type GuardFacts, type PolicyFacts } from './policy.ts';

export type MoneyContext = MoneyDeps & {
  journal: Journal;
  /** What was answered and could not be written down, in words for the operator, by the intent's id. */
  unkept: Map<string, string>;
};

export function serverNowMs({ now, rateStatus }: Pick<MoneyDeps, 'now' | 'rateStatus'>): number {
  return now() + rateStatus().clockOffsetMs;
}

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

function guardFacts(context: MoneyContext, intent: NewIntent): GuardFacts {
  const { records, now } = context;
  const { address } = intent;
  const nowMs = now();
  return {
    policy: getPolicy(records),
    nowMs,
    paidWithinDay: paymentsSince(records, nowMs - DAY_MS),
    bookEntry: address === null ? null : findBookEntry(records, address),
    approvedBy: approvalOf(context, intent)?.name ?? null,
  };
}
