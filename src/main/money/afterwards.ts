import { isNotExecuted, mayBeNotExecuted } from '#shared/domain/transaction.ts';
import type { RemoteTransaction } from '../bitpro/wire.ts';
import {
  confirmedClients,
  confirmedSince,
  endedSince,
  isTidSettled,
  type EndedIntent,
  type JournaledIntent,
} from '../storage/records/intents-repo.ts';
import { listUnseenOf } from '../storage/records/outcomes-repo.ts';
import { findBaseline, tidsSince } from '../storage/records/settling-repo.ts';
import type { MoneyContext } from './context.ts';
import { mayBeEnded, mayHaveBeenSent, WATCHED_MS, watchedSinceMs } from './ended.ts';
import {
  capital,
  describeRow,
  isDatedRight,
  mayBe,
  mayBeOtherwise,
  newnessOf,
} from './matching.ts';
import { needsPerson } from './outcomes.ts';
import { DAY_MS } from './paid.ts';
import { othersOf } from './settle.ts';

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
  const ended = endedSince(records, clientUid, watchedSinceMs(context));
  const fitting = ended.flatMap((intent) => {
    const row = rows.find((each) => isWhatItBecame(context, intent, each));
    return row === undefined ? [] : [{ intent, row }];
  });
  const sent = new Set(fitting.flatMap((each) => (mayHaveBeenSent(each.intent) ? each.row : [])));
  for (const { intent, row } of fitting) {
    // A person sees which of those that may have been sent it is.
    if (!mayHaveBeenSent(intent) && sent.has(row)) continue;
    const reason = needsPerson(
      `${capital(describeRow(row))} fits this request, which was taken as not carried out.`,
    );
    onChanged(journal.reopen(intent.id, reason));
  }
  const fits = new Set(fitting.map(({ row }) => row));
  for (const intent of ended) {
    if (fitting.some((each) => each.intent === intent)) continue;
    const row = rows.find((each) => !fits.has(each) && mayHaveBecome(context, intent, each));
    if (row === undefined) continue;
    const reason = needsPerson(
      `${capital(describeRow(row))} may be this request, executed otherwise than asked; it was taken as not carried out.`,
    );
    onChanged(journal.reopen(intent.id, reason));
  }
  holdAgainstConfirmed(context, clientUid, rows);
}

/** What the history says against a confirmed request, as it was read last. */
export type Objection = {
  /** Of its own transaction; null where that is as confirmed. */
  own: string | null;
  /** Another one that fits as well: the request may have been carried out twice. */
  second: RemoteTransaction | null;
};

/** An answer alone moves no money, and moves it once: the history has the last word on what it was. */
function holdAgainstConfirmed(
  context: MoneyContext,
  clientUid: string,
  rows: readonly RemoteTransaction[],
): void {
  const { records, objections, onSettling } = context;
  for (const intent of confirmedSince(records, clientUid, watchedSinceMs(context))) {
    const own = rows.find(({ tid }) => tid === intent.serverTid);
    const before = objections.get(intent.id) ?? { own: null, second: null };
    const isReadAgain = rows.some(({ tid }) => tid === before.second?.tid);
    const former = isReadAgain ? null : before.second;
    const second = rows.find((row) => isSecond(context, intent, row)) ?? former;
    const after = { own: own ? objectionTo(intent, own) : before.own, second };
    if (after.own === before.own && second?.tid === before.second?.tid) continue;
    objections.set(intent.id, after);
    onSettling();
  }
}

function objectionTo(intent: JournaledIntent, row: RemoteTransaction): string | null {
  const { kind, serverTid, receivedSats, address, settledBy } = intent;
  // Who settled it by hand was shown what it is.
  if (settledBy === null ? mayBeNotExecuted(row) : isNotExecuted(row)) {
    return (
      `The history calls its transaction ${row.tid} “${row.state ?? ''}”, so it seems that it was not, or is no ` +
      'longer, carried out. Compare with Bitpro.'
    );
  }
  const isElsewhere = settledBy === null && row.address !== null && row.address !== address;
  const isOther = kind === 'withdrawal' && isElsewhere;
  const isOfAnotherKind = row.type !== kind && row.type !== 'unknown';
  if (!isOther && !isOfAnotherKind && row.amountSats === receivedSats) return null;
  return (
    `Bitpro confirmed it as transaction ${serverTid ?? ''}, and its history lists ${describeRow(row)} ` +
    'under that. Compare with Bitpro.'
  );
}

function isSecond(context: MoneyContext, intent: JournaledIntent, row: RemoteTransaction): boolean {
  const baseline = findBaseline(context.records, intent.id);
  return (
    baseline !== null &&
    row.tid !== intent.serverTid &&
    isDatedRight(row, baseline) &&
    isWhatItBecame(context, { ...intent, foundTid: null }, row)
  );
}

/** In words, by the intent's id. A second transaction that a request explains by now is none. */
export function objectionsIn({ records, objections, journal }: MoneyContext): [string, string][] {
  return Array.from(objections).flatMap(([id, { own, second }]): [string, string][] => {
    const { state, clientUid } = journal.get(id);
    if (state !== 'confirmed' || clientUid === null) return [];
    if (own !== null) return [[id, own]];
    if (second === null || isTidSettled(records, clientUid, second.tid)) return [];
    const what = `${capital(describeRow(second))} fits this request as well`;
    return [[id, `${what}: it may have been carried out twice. Ask Bitpro.`]];
  });
}

/** At start: what is kept of every client with requests that were confirmed lately. */
export async function observeConfirmed(context: MoneyContext, stop: AbortSignal): Promise<void> {
  const { records, known } = context;
  for (const { clientUid, fromMs } of confirmedClients(records, watchedSinceMs(context))) {
    await new Promise((resolve) => setImmediate(resolve));
    if (stop.aborted || !records.open) return;
    holdAgainstConfirmed(context, clientUid, known.rowsSince(clientUid, fromMs - DAY_MS));
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
  return mayBeEnded(context, intent, row) && !isOfOther(context, intent, row);
}

/** Executed otherwise than asked, at its time, and not listed yet when it was cleared. */
function mayHaveBecome(
  context: MoneyContext,
  intent: EndedIntent,
  row: RemoteTransaction,
): boolean {
  const { records } = context;
  const isOpenQuestion = intent.state === 'cleared' && intent.foundTid === null;
  if (!isOpenQuestion || !mayBeOtherwise(intent, row) || isNotExecuted(row)) return false;
  const baseline = findBaseline(records, intent.id);
  if (baseline === null || !isDatedRight(row, baseline)) return false;
  const isNew = newnessOf(baseline, row, false) === 'new';
  if (!isNew || tidsSince(records, intent.id).includes(row.tid)) return false;
  return !isOfOther(context, intent, row);
}

function isOfOther(context: MoneyContext, intent: EndedIntent, row: RemoteTransaction): boolean {
  const { records } = context;
  if (intent.clientUid !== null && isTidSettled(records, intent.clientUid, row.tid)) return true;
  return othersOf(context, intent).some((other) => {
    const before = findBaseline(records, other.id);
    const isNewToIt = before !== null && newnessOf(before, row, true) !== 'old';
    return other.kind === row.type && mayBe(other, row) && isNewToIt;
  });
}
