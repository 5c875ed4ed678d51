import type { Intent, SettleDecision } from '#shared/domain/intent.ts';
import { AppError } from '#shared/errors.ts';
import { formatBtc } from '#shared/money.ts';
import type { RemoteTransaction } from '../bitpro/wire.ts';
import { getRegisteredClient, registerClient } from '../storage/records/clients-repo.ts';
import {
  isTidSettled,
  listIntents,
  type IntentAnswer,
  type JournaledIntent,
} from '../storage/records/intents-repo.ts';
import {
  findBaseline,
  listReadings,
  tidsSince,
  type HistoryReading,
} from '../storage/records/settling-repo.ts';
import { serverNowMs, type MoneyContext } from './context.ts';
import { readNewest, readSince } from './history-reading.ts';
import { candidatesFor, isCleared, isNewerThan, judge, mayBe, type Verdict } from './matching.ts';
import { needsPerson, nothingKnown } from './outcomes.ts';

/** What a look at the history brought. */
export type Look = {
  /** The state it had. */
  before: Intent['state'];
  intent: Intent;
  /** Why it counts for nothing; null when it counts. */
  problem: string | null;
  candidates: RemoteTransaction[];
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
  const { client, records, journal } = context;
  const { clientUid } = mustBeOpen(journal.get(id));
  if (clientUid === null) throw new Error('There is no history to look in');
  const baseline = findBaseline(records, id);
  const atMs = serverNowMs(context);
  const read = baseline
    ? await readSince(client, clientUid, { baseline, knownTids: tidsSince(records, id) }, signal)
    : await readNewest(client, clientUid, signal);
  signal.throwIfAborted();

  // From here on nothing waits: what is read from the journal now still holds when the move is written.
  const intent = journal.get(id);
  const before = intent.state;
  if (!isOpen(intent)) return { before, intent, problem: null, candidates: [] };
  const isSettled = (tid: string): boolean => isSettledByOther(context, intent, tid);
  if (!baseline) {
    const candidates = read.rows.filter(({ type, tid }) => type === intent.kind && !isSettled(tid));
    return { before, intent, problem: NO_BASELINE, candidates };
  }
  const others = othersOf(context, intent);
  const isOtherSent = others.some(({ state }) => state === 'sent');
  const inTheWay = read.problem ?? (isOtherSent ? OTHER_ON_ITS_WAY : null);
  const verdict: Verdict =
    inTheWay === null
      ? judge(intent, baseline, read.rows, { isSettled, open: others })
      : { kind: 'wait', reason: inTheWay };
  const problem = verdict.kind === 'wait' ? verdict.reason : null;
  const reading: HistoryReading = {
    intentId: id,
    atMs,
    complete: problem === null,
    matches: matchesOf(verdict),
    newestTid: read.rows[0]?.tid ?? null,
    problem,
  };
  const moved = applyReading(context, intent, verdict, reading);
  return {
    before,
    intent: moved,
    problem,
    candidates: candidatesFor(intent, baseline, read.rows, isSettled),
  };
}

function matchesOf(verdict: Verdict): number {
  if (verdict.kind === 'match') return 1;
  return verdict.kind === 'needs_human' ? verdict.matches : 0;
}

/** Keeps the reading, and with it in one transaction what it settles. */
function applyReading(
  context: MoneyContext,
  intent: JournaledIntent,
  verdict: Verdict,
  reading: HistoryReading,
): JournaledIntent {
  const { journal, records } = context;
  const { settleDelayMinutes } = context.profile();
  const readings = [...listReadings(records, intent.id), reading];
  const found = intent.state === 'unknown' ? foundBy(context, intent, verdict, readings) : null;
  if (found === null) {
    journal.keepReading(reading);
    return intent;
  }
  const by = {
    settledBy: null,
    settleReason: null,
    readings: readings.filter(({ complete }) => complete).length,
    settleDelayMinutes,
  };
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
      return confirmedBy(intent, verdict.transaction);
    case 'needs_human':
      return {
        ...nothingKnown(intent),
        state: 'needs_human',
        reason: needsPerson(verdict.reason),
      };
    case 'wait':
      return null;
    case 'none': {
      const { unknownSinceMs } = intent;
      const { settleDelayMinutes } = context.profile();
      if (settleDelayMinutes === null || unknownSinceMs === null) return null;
      // Readings are dated by the server's clock. A machine that slept may have sent long after the baseline.
      const sendingOverMs = unknownSinceMs + context.rateStatus().clockOffsetMs;
      if (!isCleared(sendingOverMs, readings, settleDelayMinutes * MINUTE_MS)) return null;
      const reason =
        `It did not go: two complete readings of the history, both more than ${settleDelayMinutes} ` +
        'minutes after it was sent and that far apart, do not show it.';
      return { ...nothingKnown(intent), state: 'cleared', reason };
    }
  }
}

function confirmedBy(intent: Intent, transaction: RemoteTransaction): IntentAnswer {
  return {
    state: 'confirmed',
    clientUid: intent.clientUid,
    serverTid: transaction.tid,
    receivedSats: transaction.amountSats,
    serverTxId: transaction.txId,
    serverState: transaction.state,
    reason: null,
  };
}

/**
 * A person's decision on an intent that is unknown or needs one. `went` names the transaction (a new client: its
 * uid), which is read from Bitpro and checked before anything is kept.
 * @throws AppError `conflict` when it was settled meanwhile, `invalid_input` (field `found` or `reason`), or what
 * reading failed with
 */
export async function settleByHand(
  context: MoneyContext,
  { id, decision, reason, found }: SettleDecision,
): Promise<Intent> {
  const { journal, records, actor, profile, now } = context;
  const intent = mustBeOpen(journal.get(id));
  const settleReason = reason.trim();
  if (settleReason === '') throw invalid('reason', 'Write down how you know.');
  const by = {
    settledBy: actor(),
    settleReason,
    readings: listReadings(records, id).filter(({ complete }) => complete).length,
    settleDelayMinutes: profile().settleDelayMinutes,
  };
  if (decision === 'did_not_go') {
    return journal.settle(
      id,
      { ...nothingKnown(intent), state: 'cleared', reason: intent.reason },
      by,
    );
  }
  const name = found?.trim() ?? '';
  if (intent.kind !== 'create_client') {
    return journal.settle(
      id,
      confirmedBy(intent, await findTransaction(context, intent, name)),
      by,
    );
  }
  if (name === '') throw invalid('found', 'Enter the uid that Bitpro gave the client.');
  const { uid, depositAddress } = await context.client.getClient(name);
  const isTaken = listIntents(records, { openOnly: false }).some(
    ({ kind, clientUid }) => kind === 'create_client' && clientUid === uid,
  );
  if (isTaken) throw invalid('found', `${uid} came of another request.`);
  const answer = {
    ...nothingKnown(intent),
    clientUid: uid,
    state: 'confirmed',
    reason: null,
  } as const;
  return journal.settle(id, answer, by, null, () => {
    if (getRegisteredClient(records, uid)) return;
    const label = intent.label ?? '';
    registerClient(records, { uid, label, source: 'created', addedAtMs: now(), depositAddress });
  });
}

async function findTransaction(
  context: MoneyContext,
  intent: JournaledIntent,
  tid: string,
): Promise<RemoteTransaction> {
  if (tid === '' || intent.clientUid === null) {
    throw invalid('found', 'Choose the transaction that this request became.');
  }
  const row = await context.client.transaction(intent.clientUid, tid);
  const baseline = findBaseline(context.records, intent.id);
  const what = `Transaction ${row.tid}`;
  if (row.tid !== tid || row.type !== intent.kind) {
    throw invalid('found', `${what} is of another kind than this request.`);
  }
  if (baseline && !isNewerThan(baseline, row)) {
    throw invalid('found', `${what} was in the history before this request was sent.`);
  }
  if (isSettledByOther(context, intent, tid)) {
    throw invalid('found', `${what} came of another request.`);
  }
  // What Bitpro itself answered this request with is its outcome, however it differs; and where a person was asked
  // about what differs, that may be the answer.
  const mayDiffer = tid === intent.serverTid || intent.state === 'needs_human';
  if (intent.kind === 'withdrawal' && !mayDiffer && !mayBe(intent, row)) {
    const went = `${formatBtc(row.amountSats)} BTC to ${row.address ?? 'an address not told'}`;
    throw invalid('found', `${what} is over ${went}, which is not what this request asked for.`);
  }
  return row;
}

function isSettledByOther(
  { records }: MoneyContext,
  { clientUid, serverTid }: Intent,
  tid: string,
): boolean {
  return clientUid !== null && tid !== serverTid && isTidSettled(records, clientUid, tid);
}

/** Other intents of the client that were sent and are not settled. */
function othersOf({ records }: MoneyContext, { id, clientUid }: Intent): JournaledIntent[] {
  return listIntents(records, { openOnly: true }).filter(
    (other) =>
      other.id !== id && other.clientUid === clientUid && (isOpen(other) || other.state === 'sent'),
  );
}

export function isOpen({ state }: Pick<Intent, 'state'>): boolean {
  return state === 'unknown' || state === 'needs_human';
}

function mustBeOpen(intent: JournaledIntent): JournaledIntent {
  if (isOpen(intent)) return intent;
  throw new AppError('conflict', 'The outcome of this request is not open. Nothing was changed.');
}

function invalid(field: 'found' | 'reason', message: string): AppError {
  return new AppError('invalid_input', message, { field });
}
