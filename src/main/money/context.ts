import { getRegisteredClient } from '../storage/records/clients-repo.ts';
import { listIntents, type NewIntent } from '../storage/records/intents-repo.ts';
import type { MoneyDeps } from './intents.ts';
import type { Journal } from './journal.ts';
import type { PolicyFacts } from './policy.ts';

export type MoneyContext = MoneyDeps & { journal: Journal };

export function serverNowMs({ now, rateStatus }: Pick<MoneyDeps, 'now' | 'rateStatus'>): number {
  return now() + rateStatus().clockOffsetMs;
}

/** What the policy needs to know about an intent, read now. */
export function factsFor(
  { records, profile, rateStatus, balanceOf, now }: MoneyContext,
  { id, clientUid }: Pick<NewIntent, 'id' | 'clientUid'>,
): PolicyFacts {
  const { rate, clockOffsetMs } = rateStatus();
  const open = clientUid === null ? [] : listIntents(records, { openOnly: true });
  return {
    profile: profile(),
    client: clientUid === null ? null : getRegisteredClient(records, clientUid),
    balanceSats: clientUid === null ? null : (balanceOf(clientUid)?.balanceSats ?? null),
    otherOpen: open.filter((other) => other.clientUid === clientUid && other.id !== id),
    rateAsset: rate?.asset ?? null,
    serverNowMs: now() + clockOffsetMs,
  };
}
