import type { Intent, SettleDecision, Weighing, WeighRequest } from '#shared/domain/intent.ts';
import { AppError } from '#shared/errors.ts';
import type { RemoteTransaction } from '../bitpro/wire.ts';
import { listApprovers } from '../storage/records/approvers-repo.ts';
import { getRegisteredClient, registerClient } from '../storage/records/clients-repo.ts';
import type { IntentAnswer, JournaledIntent } from '../storage/records/intents-repo.ts';
import { getPolicy } from '../storage/records/policy-repo.ts';
import { listReadings, type HistoryReading } from '../storage/records/settling-repo.ts';
import type { MoneyContext } from './context.ts';
import { findClient, type FoundClient } from './found-client.ts';
import { compareWith, findTransaction } from './found-transaction.ts';
import { isSamePerson } from './person.ts';
import { nothingKnown } from './outcomes.ts';
import { authenticate } from './second-person.ts';
import { confirmedBy, invalid, mustBeOpen } from './settle.ts';
import { weighAgainstHistory } from './against-history.ts';

/** What a decision comes to, and what it takes. */
type Weighed = Weighing & {
  answer: IntentAnswer;
  foundTid: string | null;
  /** A client that has to be listed with it. */
  client: FoundClient | null;
  /** What the history showed when it was decided that it did not go. */
  reading: HistoryReading | null;
  /** For the audit log. */
  facts: Record<string, string | number | boolean | null>;
};

/**
 * What a person's decision on an intent takes: the history, the transaction or the client is read from Bitpro for it.
 * @throws AppError why it cannot be decided so at all, or what reading failed with
 */
export async function weigh(context: MoneyContext, request: WeighRequest): Promise<Weighing> {
  const { comparison, notes, word, second, becomes } = await weighAll(context, request);
  return { comparison, notes, word, second, becomes };
}

/**
 * A person's decision on an intent that is unknown or needs one. `went` names the transaction (a new client: its
 * uid), which is read from Bitpro and held against what was asked; `did_not_go` reads the history first.
 * @throws AppError `conflict` when it was settled meanwhile or the history shows it, `invalid_input` (field `found`,
 * `reason`, `typed`, `approver` or `passphrase`), `approval_needed`, or what reading failed with
 */
export async function settleByHand(
  context: MoneyContext,
  { reason, typed, second, ...request }: SettleDecision,
): Promise<Intent> {
  const { journal, records, actor, now } = context;
  const { id } = request;
  mustBeOpen(journal.get(id));
  const settleReason = reason.trim();
  if (settleReason === '') throw invalid('reason', 'Write down how you know.');
  const weighed = await weighAll(context, request);
  if (weighed.word !== null && typed?.trim() !== weighed.word) {
    throw invalid('typed', `${weighed.notes.join(' ')} Type “${weighed.word}” to settle it so.`);
  }
  const agreedBy = weighed.second ? await whoAgrees(context, id, weighed, second) : null;
  mustBeOpen(journal.get(id));
  const by = {
    settledBy: actor(),
    settleReason,
    agreedBy,
    foundTid: weighed.foundTid,
    readings: listReadings(records, id).filter(({ complete }) => complete).length,
    settleDelayMinutes: getPolicy(records).settleDelayMinutes,
  };
  return journal.settle(
    id,
    weighed.answer,
    by,
    weighed.reading,
    () => {
      if (weighed.client === null) return;
      const { uid, depositAddress } = weighed.client;
      const label = journal.get(id).label ?? '';
      registerClient(records, { uid, label, source: 'created', addedAtMs: now(), depositAddress });
    },
    weighed.facts,
  );
}

async function weighAll(
  context: MoneyContext,
  { id, decision, found }: WeighRequest,
): Promise<Weighed> {
  const intent = mustBeOpen(context.journal.get(id));
  if (decision === 'did_not_go') return weighNothing(context, intent);
  return intent.kind === 'create_client'
    ? weighClient(context, intent, found?.trim() ?? '')
    : weighTransaction(context, intent, found ?? '');
}

async function weighNothing(context: MoneyContext, intent: JournaledIntent): Promise<Weighed> {
  const { notes, isRead, doubtful, reading } = await weighAgainstHistory(context, intent);
  const isNamed = intent.namedTid !== null;
  const hasApprovers = listApprovers(context.records).length > 0;
  return {
    comparison: [],
    notes,
    // With a second person it is said to two.
    word: isNamed || hasApprovers ? null : wordFor(isRead, doubtful),
    second: isNamed || (hasApprovers && (!isRead || doubtful !== null)),
    becomes: 'cleared',
    answer: { ...nothingKnown(intent), state: 'cleared', reason: intent.reason },
    foundTid: null,
    client: null,
    reading,
    facts: { historyRead: isRead },
  };
}

function wordFor(isRead: boolean, doubtful: RemoteTransaction | null): string | null {
  if (!isRead) return 'not read';
  return doubtful && endOf(doubtful.tid);
}

/** What can be typed of it: an id may have spaces at its ends. */
function endOf(tid: string): string {
  return tid.trim().slice(-6).trim();
}

async function weighTransaction(
  context: MoneyContext,
  intent: JournaledIntent,
  tid: string,
): Promise<Weighed> {
  const row = await findTransaction(context, intent, tid);
  const { comparison, notes, isExecuted } = compareWith(context, intent, row);
  // A failed one may have been tried again: what says that it did not go is held against the history, too.
  const against = isExecuted ? null : await weighAgainstHistory(context, intent);
  const isUnread = against !== null && !against.isRead;
  const differs = comparison.some((each) => each.differs);
  return {
    comparison,
    notes: [...notes, ...(against?.notes ?? [])],
    word: differs || isUnread ? endOf(row.tid) : null,
    second: (differs || isUnread) && listApprovers(context.records).length > 0,
    becomes: isExecuted ? 'confirmed' : 'cleared',
    answer: isExecuted ? confirmedBy(intent, row) : notExecuted(intent, row),
    foundTid: row.tid,
    client: null,
    reading: against?.reading ?? null,
    facts: { differs },
  };
}

function notExecuted(intent: Intent, { tid, state }: RemoteTransaction): IntentAnswer {
  const reason = `It became transaction ${tid}, which Bitpro calls “${state ?? ''}”: it was not carried out.`;
  return { ...nothingKnown(intent), state: 'cleared', reason };
}

async function weighClient(
  context: MoneyContext,
  intent: JournaledIntent,
  name: string,
): Promise<Weighed> {
  const client = await findClient(context, intent, name);
  return {
    comparison: [],
    notes: [],
    word: null,
    second: false,
    becomes: 'confirmed',
    answer: { ...nothingKnown(intent), clientUid: client.uid, state: 'confirmed', reason: null },
    foundTid: null,
    client: getRegisteredClient(context.records, client.uid) ? null : client,
    reading: null,
    facts: {},
  };
}

/** @throws AppError `approval_needed`, `forbidden`, or as `authenticate` */
async function whoAgrees(
  context: MoneyContext,
  id: string,
  { notes }: Weighing,
  second: SettleDecision['second'],
): Promise<string> {
  const { records, actor } = context;
  if (second === undefined) {
    const needed =
      listApprovers(records).length === 0
        ? 'A second person has to agree: add an approver under Settings first.'
        : 'A second person has to agree.';
    throw new AppError('approval_needed', `${notes.join(' ')} ${needed}`);
  }
  if (isSamePerson(second.approver, actor())) {
    const message = 'Who settles it cannot agree to it. Ask another approver.';
    throw new AppError('forbidden', message);
  }
  return (await authenticate(context, { ...second, subject: id })).name;
}
