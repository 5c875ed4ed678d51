import { isNotExecuted } from '#shared/domain/transaction.ts';
import type { RemoteTransaction } from '../bitpro/wire.ts';
import { endedSince, isTidSettled, type EndedIntent } from '../storage/records/intents-repo.ts';
import { listUnseenOf } from '../storage/records/outcomes-repo.ts';
import { findBaseline } from '../storage/records/settling-repo.ts';
import type { MoneyContext } from './context.ts';
import { capital, describeRow, mayBe, newnessOf } from './matching.ts';
import { needsPerson } from './outcomes.ts';
import { othersOf } from './settle.ts';

/** How long what has ended is still held against the history. */
const WATCHED_MS = 30 * 24 * 3_600_000;

/** Since when, by this machine's clock; one that was set forward ends no watch. */
export function watchedSinceMs({ now, clock }: Pick<MoneyContext, 'now' | 'clock'>): number {
  return Math.min(now(), clock.nowMs()) - WATCHED_MS;
}

/**
 * Holds rows that some reading of a client's history brought against what has ended: a request that was taken for not
 * carried out, and is there after all, needs a person again; a confirmed one is seen. What is moved is told.
 */
export function observeRows(
  context: MoneyContext,
  clientUid: string,
  rows: readonly RemoteTransaction[],
): void {
  const { records, journal, onChanged } = context;
  if (!records.open || !records.isWritable || rows.length === 0) return;
  const tids = new Set(rows.map(({ tid }) => tid));
  for (const { id, tid } of listUnseenOf(records, clientUid, watchedSinceMs(context))) {
    if (!tids.has(tid)) continue;
    journal.keepSighting(id, true);
    onChanged(journal.get(id));
  }
  for (const intent of endedSince(records, clientUid, watchedSinceMs(context))) {
    const row = rows.find((each) => isWhatItBecame(context, intent, each));
    if (row === undefined) continue;
    const reason = needsPerson(
      `${capital(describeRow(row))} fits this request, which was taken as not carried out.`,
    );
    onChanged(journal.reopen(intent.id, reason));
  }
}

/** The same for all that is kept of a client: what explained a row may have changed. */
export function observeKept(context: MoneyContext, clientUid: string): void {
  const { records, known } = context;
  const ended = endedSince(records, clientUid, watchedSinceMs(context));
  const sinceMs = ended.reduce((ms, each) => Math.min(ms, each.baselineAtMs ?? ms), Infinity);
  if (sinceMs === Infinity) return;
  observeRows(context, clientUid, known.rowsSince(clientUid, sinceMs - WATCHED_MS));
}

/** New since it was sent, as asked for, and explained by no other request, settled or still open. */
function isWhatItBecame(
  context: MoneyContext,
  intent: EndedIntent,
  row: RemoteTransaction,
): boolean {
  const { records } = context;
  const isNamed = row.tid === intent.namedTid;
  if (isNotExecuted(row) || row.type !== intent.kind) return false;
  // Bitpro named what it became, and a person that this was not carried out: no other row is it.
  const isExplained = intent.foundTid !== null && intent.foundTid === intent.namedTid;
  if (!isNamed && (isExplained || !mayBe(intent, row))) return false;
  const baseline = findBaseline(records, intent.id);
  if (baseline === null || newnessOf(baseline, row, true) !== 'new') return false;
  if (intent.clientUid !== null && isTidSettled(records, intent.clientUid, row.tid)) return false;
  return !othersOf(context, intent).some((other) => {
    const before = findBaseline(records, other.id);
    const isNewToIt = before !== null && newnessOf(before, row, true) !== 'old';
    return other.kind === row.type && mayBe(other, row) && isNewToIt;
  });
}
