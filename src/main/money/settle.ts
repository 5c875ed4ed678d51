import type { Intent } from '#shared/domain/intent.ts';
import { AppError } from '#shared/errors.ts';
import { formatBtc } from '#shared/money.ts';
import type { RemoteTransaction } from '../bitpro/wire.ts';
import {
  isTidSettled,
  listIntents,
  type IntentAnswer,
  type JournaledIntent,
} from '../storage/records/intents-repo.ts';
import { getPolicy } from '../storage/records/policy-repo.ts';
import {
  findBaseline,
  listReadings,
  tidsSince,
  unknownSince,
  type Baseline,
  type HistoryReading,
} from '../storage/records/settling-repo.ts';
import type { MoneyContext } from './context.ts';
import { endedBeside, mayBeEnded } from './ended.ts';
import { readNewest, readSince, type HistoryRead } from './history-reading.ts';
import { BY_HISTORY } from './journal.ts';
import { tidsThatStay } from './known-history.ts';
import { candidatesFor, judge, newnessOf, newsOf, termsOf, type Verdict } from './matching.ts';
import { needsPerson, nothingKnown, unexpectedBuy } from './outcomes.ts';
import { isCleared } from './waiting.ts';

/** What a look at the history brought. */
export type Look = {
  /** The state it had. */
  before: Intent['state'];
  intent: Intent;
  /** Why it counts for nothing; null when it counts. */
  problem: string | null;
  candidates: RemoteTransaction[];
  /** All that was read. */
  rows: RemoteTransaction[];
};

const MINUTE_MS = 60_000;
const NO_BASELINE =
  'This request was sent without a reading of the history before, so only a person can settle it.';
const OTHER_ON_ITS_WAY = 'Another request of this client is on its way.';

/** Can the outcome of this intent be looked up at all? No listing of the API shows clients. */
export function canBeLookedUp({ clientUid }: Pick<Intent, 'clientUid'>): boolean {
  return clientUid !== null;
}

/**
 * Reads the history for an intent whose outcome is open and moves it if that settles it. What needs a person
 * is read too, for the person's sake, but never moved.
 * @throws AppError when the history cannot be read; nothing is kept then
 */
export async function lookFor(
  context: MoneyContext,
  id: string,
  signal: AbortSignal,
): Promise<Look> {
  const { client, records, journal, clock } = context;
  const { clientUid, refusal } = mustBeOpen(journal.get(id));
  if (clientUid === null) throw new Error('There is no history to look in');
  // Before the first answer of a run the guarded time is that of the last run's end: all that passed since would be
  // taken for time between this reading and the next.
  if (!clock.isKnown()) await client.ping(signal);
  const baseline = findBaseline(records, id);
  const atMs = clock.dateMs();
  const moment = context.moment();
  const read = await readHistory(context, { id, clientUid }, baseline, signal);
  const mayClear = getPolicy(records).settleDelayMinutes !== null || refusal !== null;
  const imbalance = mayClear ? await imbalanceOf(context, clientUid, read.rows, signal) : null;
  signal.throwIfAborted();

  // From here on nothing waits: what is read from the journal now still holds when the move is written.
  const intent = journal.get(id);
  const rows = baseline ? withKept(context, intent, baseline, read.rows) : read.rows;
  const before = intent.state;
  if (!isOpen(intent)) return { before, intent, problem: null, candidates: [], rows };
  const isSettled = (tid: string): boolean => isSettledByOther(context, intent, tid);
  if (!baseline) {
    const candidates = rows.filter(({ type, tid }) => type === intent.kind && !isSettled(tid));
    return { before, intent, problem: NO_BASELINE, candidates, rows };
  }
  const others = othersOf(context, intent);
  const isOtherSent = others.some(({ state }) => state === 'sent');
  const inTheWay = read.problem ?? (isOtherSent ? OTHER_ON_ITS_WAY : null);
  const found: Verdict =
    inTheWay === null
      ? judge(intent, baseline, rows, {
          isSettled,
          open: others,
          mayBeEnded: (row) =>
            endedBeside(context, clientUid, intent).some((each) => mayBeEnded(context, each, row)),
        })
      : { kind: 'wait', reason: inTheWay };
  const verdict: Verdict =
    found.kind === 'none' && imbalance !== null ? { kind: 'wait', reason: imbalance } : found;
  const isComplete = verdict.kind !== 'wait';
  const news = newsOf(intent, baseline, rows, () => false);
  const reading: HistoryReading = {
    intentId: id,
    atMs,
    moment,
    complete: isComplete,
    matches: matchesOf(verdict),
    newestTid: rows[0]?.tid ?? null,
    newTids: isComplete ? tidsThatStay(news) : [],
    problem: isComplete ? null : verdict.reason,
  };
  const moved = applyReading(context, intent, verdict, reading);
  const problem = verdict.kind === 'wait' || verdict.kind === 'unexplained' ? verdict.reason : null;
  const candidates = candidatesFor(intent, baseline, rows, isSettled);
  return { before, intent: moved, problem, candidates, rows };
}

/** What has come since the baseline, held against all that is known of the client; without one, the newest page. */
export async function readHistory(
  { client, records, known }: MoneyContext,
  { id, clientUid }: { id: string; clientUid: string },
  baseline: Baseline | null,
  signal?: AbortSignal,
): Promise<HistoryRead> {
  if (!baseline) return readNewest(client, clientUid, signal);
  const kept = known.rowsSince(clientUid, baseline.floorMs);
  // What the service took off its list again is demanded of no reading.
  const removed = known.removed(clientUid);
  const knownTids = [...baseline.tids, ...tidsThatStay(kept), ...tidsSince(records, id)].filter(
    (tid) => !removed.has(tid),
  );
  const { floorMs } = baseline;
  return readSince(client, clientUid, { floorMs, knownTids }, signal);
}

/** And what fits and is new, though it is dated so long ago that no reading goes down to it: others came upon it. */
export function withKept(
  { known }: MoneyContext,
  intent: JournaledIntent,
  baseline: Baseline,
  rows: readonly RemoteTransaction[],
): RemoteTransaction[] {
  if (intent.clientUid === null) return [...rows];
  const seen = new Set(rows.map(({ tid }) => tid));
  const kept = known.rowsThatFit(intent.clientUid, termsOf(intent));
  const isNews = (row: RemoteTransaction): boolean =>
    !seen.has(row.tid) && newnessOf(baseline, row, true) === 'new';
  return [...rows, ...kept.filter(isNews)];
}

/** Why silence of the history proves nothing: the balance, read now, is not what it comes to. Null when it is. */
async function imbalanceOf(
  context: MoneyContext,
  clientUid: string,
  rows: readonly RemoteTransaction[],
  signal: AbortSignal,
): Promise<string | null> {
  const { client, known } = context;
  if (!known.isWhole(clientUid)) {
    return 'The history of this client was not read to its end yet, so its balance cannot be checked.';
  }
  const { balanceSats } = await client.getClient(clientUid, signal);
  const difference = known.difference(clientUid, balanceSats, rows);
  if (difference === 0) return null;
  const by = difference === null ? '' : ` by ${formatBtc(Math.abs(difference))} BTC`;
  return `The balance of this client differs${by} from what its history adds up to.`;
}

function matchesOf(verdict: Verdict): number {
  if (verdict.kind === 'match') return 1;
  return verdict.kind === 'needs_human' || verdict.kind === 'unexplained' ? verdict.matches : 0;
}

/** Keeps the reading, and with it in one transaction what it settles. */
function applyReading(
  context: MoneyContext,
  intent: JournaledIntent,
  verdict: Verdict,
  reading: HistoryReading,
): JournaledIntent {
  const { journal, records } = context;
  const { settleDelayMinutes } = getPolicy(records);
  const readings = [...listReadings(records, intent.id), reading];
  const found = intent.state === 'unknown' ? foundBy(context, intent, verdict, readings) : null;
  if (found === null) {
    journal.keepReading(reading);
    return intent;
  }
  const counted = readings.filter(({ complete }) => complete).length;
  const by = { ...BY_HISTORY, readings: counted, settleDelayMinutes };
  return journal.settle(intent.id, found, by, reading);
}

function foundBy(
  context: MoneyContext,
  intent: JournaledIntent,
  verdict: Verdict,
  readings: readonly HistoryReading[],
): IntentAnswer | null {
  switch (verdict.kind) {
    case 'match':
      return matchedBy(context, intent, verdict.transaction);
    case 'needs_human':
      return forAPerson(intent, verdict.reason);
    case 'wait':
      return null;
    case 'unexplained': {
      // As long as that takes it may still be explained.
      const asIfSilent = readings.map((each) => ({ ...each, matches: 0 }));
      const isOver = hasWaited(context, intent, asIfSilent);
      return isOver ? forAPerson(intent, verdict.reason) : null;
    }
    case 'none': {
      if (intent.refusal !== null) {
        return { ...nothingKnown(intent), state: 'rejected', reason: intent.refusal };
      }
      if (!hasWaited(context, intent, readings)) return null;
      const { settleDelayMinutes } = getPolicy(context.records);
      const reason =
        `It did not go: two complete readings of the history, both more than ${settleDelayMinutes} ` +
        'minutes after it was sent and that far apart, do not show it, and the balance agrees.';
      return { ...nothingKnown(intent), state: 'cleared', reason };
    }
  }
}

/** A buy that fits in all else and not in what it brought is for a person. */
function matchedBy(
  { records }: MoneyContext,
  intent: JournaledIntent,
  transaction: RemoteTransaction,
): IntentAnswer {
  const { buyTolerancePercent } = getPolicy(records);
  const odd =
    intent.kind === 'buy' ? unexpectedBuy(intent, transaction, buyTolerancePercent) : null;
  return odd === null ? confirmedBy(intent, transaction) : forAPerson(intent, odd);
}

function hasWaited(
  { records }: MoneyContext,
  { id }: Intent,
  readings: Parameters<typeof isCleared>[1],
): boolean {
  const { settleDelayMinutes } = getPolicy(records);
  if (settleDelayMinutes === null) return false;
  return isCleared(unknownSince(records, id), readings, settleDelayMinutes * MINUTE_MS);
}

export function forAPerson(intent: Intent, reason: string): IntentAnswer {
  return { ...nothingKnown(intent), state: 'needs_human', reason: needsPerson(reason) };
}

export function confirmedBy(intent: Intent, transaction: RemoteTransaction): IntentAnswer {
  return {
    ...nothingKnown(intent),
    state: 'confirmed',
    serverTid: transaction.tid,
    receivedSats: transaction.amountSats,
    serverTxId: transaction.txId,
    serverState: transaction.state,
    reason: null,
  };
}

export function isSettledByOther(
  { records }: MoneyContext,
  { clientUid, serverTid }: Intent,
  tid: string,
): boolean {
  return clientUid !== null && tid !== serverTid && isTidSettled(records, clientUid, tid);
}

/** Other intents of the client that were sent and are not settled. */
export function othersOf(
  { records }: MoneyContext,
  { id, clientUid }: Pick<Intent, 'id' | 'clientUid'>,
): JournaledIntent[] {
  return listIntents(records, { openOnly: true }).filter(
    (other) =>
      other.id !== id && other.clientUid === clientUid && (isOpen(other) || other.state === 'sent'),
  );
}

export function isOpen({ state }: Pick<Intent, 'state'>): boolean {
  return state === 'unknown' || state === 'needs_human';
}

/** @throws AppError `conflict` */
export function mustBeOpen(intent: JournaledIntent): JournaledIntent {
  if (isOpen(intent)) return intent;
  throw new AppError('conflict', 'The outcome of this request is not open. Nothing was changed.');
}

export function invalid(field: 'found' | 'reason' | 'typed', message: string): AppError {
  return new AppError('invalid_input', message, { field });
}
