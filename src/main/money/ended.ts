import { isNotExecuted } from '#shared/domain/transaction.ts';
import type { RemoteTransaction } from '../bitpro/wire.ts';
import { endedSince, type EndedIntent } from '../storage/records/intents-repo.ts';
import { findBaseline } from '../storage/records/settling-repo.ts';
import type { MoneyContext } from './context.ts';
import { mayBe, newnessOf } from './matching.ts';

/** How long what has ended is still held against the history. */
export const WATCHED_MS = 30 * 24 * 3_600_000;

/** Since when, by this machine's clock; one that was set forward ends no watch. */
export function watchedSinceMs({ now, clock }: Pick<MoneyContext, 'now' | 'clock'>): number {
  return Math.min(now(), clock.nowMs()) - WATCHED_MS;
}

/** May the row be what became of a request that was taken for not carried out? New since it was sent, and as asked for. */
export function mayBeEnded(
  { records }: Pick<MoneyContext, 'records'>,
  intent: EndedIntent,
  row: RemoteTransaction,
): boolean {
  const isNamed = row.tid === intent.namedTid;
  if (isNotExecuted(row) || row.type !== intent.kind) return false;
  // Bitpro named what it became, and a person that this was not carried out: no other row is it.
  const isExplained = intent.foundTid !== null && intent.foundTid === intent.namedTid;
  if (!isNamed && (isExplained || !mayBe(intent, row))) return false;
  const baseline = findBaseline(records, intent.id);
  return baseline !== null && newnessOf(baseline, row, true) === 'new';
}

/** Of one that was rejected without a word of Bitpro's, not a byte was sent. */
export function mayHaveBeenSent({ state, refusal }: EndedIntent): boolean {
  return state === 'cleared' || refusal !== null;
}

/**
 * Those of the client, on other terms, that may have been sent. Among equal ones it does not matter which of them a row
 * is of: the next opens the other again.
 */
export function endedBeside(
  context: Pick<MoneyContext, 'records' | 'now' | 'clock'>,
  clientUid: string,
  { kind, usdCents }: Pick<EndedIntent, 'kind' | 'usdCents'>,
): EndedIntent[] {
  // Of a withdrawal only an equal one fits what it became.
  if (kind !== 'buy') return [];
  return endedSince(context.records, clientUid, watchedSinceMs(context)).filter(
    (each) => mayHaveBeenSent(each) && each.usdCents !== usdCents,
  );
}
