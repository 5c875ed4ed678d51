import type { Intent } from '#shared/domain/intent.ts';
import { expectedEnvironment } from '#shared/domain/profile.ts';
import { AppError, assertNever } from '#shared/errors.ts';
import type { PostOutcome } from '../bitpro/client.ts';
import { mustFit } from '../audit/fits.ts';
import type { RemoteClient, RemoteTransaction } from '../bitpro/wire.ts';
import { getRegisteredClient, registerClient } from '../storage/records/clients-repo.ts';
import {
  isTidSettled,
  type IntentAnswer,
  type JournaledIntent,
} from '../storage/records/intents-repo.ts';
import { confirmedTids, findBaseline, type Baseline } from '../storage/records/settling-repo.ts';
import { storageError } from '../storage/storage-error.ts';
import { observeRows } from './afterwards.ts';
import { factsFor, type MoneyContext } from './context.ts';
import { readBaseline } from './history-reading.ts';
import { alreadyMoved } from './journal-errors.ts';
import { tidsThatStay } from './known-history.ts';
import { newnessOf, termsOf } from './matching.ts';
import {
  BROKEN_REASON,
  nothingKnown,
  notKept,
  readBuy,
  readCreatedClient,
  readWithdrawal,
  unanswered,
  type KnownBefore,
} from './outcomes.ts';
import { refuseToSend } from './policy.ts';
import { knownDifference, lookAfterRefusal } from './refused.ts';
import { reviewHash } from './review-hash.ts';

/** All that crosses from the renderer; what is sent comes from the journal (money-safety.md, 10). */
export type Confirmation = { id: string; reviewHash: string; typed: string | null };

/**
 * Sends once. The order is the promise: every check, `sent` on the disk, then the one call. Two confirms of
 * the same intent may both pass the checks; only one can move it to `sent`.
 */
export async function confirmIntent(
  context: MoneyContext,
  confirmation: Confirmation,
): Promise<Intent> {
  checkConfirmable(context, confirmation);
  await context.standing?.admit(context.journal.get(confirmation.id));
  await checkEnvironment(context);
  await checkSecret(context);
  const baseline = await baselineFor(context, confirmation.id);
  // That took time: the rate may have ended, the profile been locked, the intent been sent.
  const intent = context.journal.markSent(
    confirmation.id,
    confirmation.reviewHash,
    baseline,
    () => {
      context.standing?.check();
      mustFit(context.records, confirmation.id);
      checkConfirmable(context, confirmation);
    },
  );
  context.onChanged(intent);
  const answered = (await refusedBySeal(context, intent)) ?? (await sendOnce(context, intent));
  context.onChanged(answered);
  if (answered.kind === 'buy' && answered.state === 'confirmed') {
    // For the record of the execution only; it keeps its own failures.
    void context.refreshRate('after_trade', answered.id).catch(() => undefined);
  }
  return answered;
}

function checkConfirmable(context: MoneyContext, { id, reviewHash: hash, typed }: Confirmation) {
  const intent = context.journal.get(id);
  if (intent.state !== 'journaled') throw alreadyMoved();
  if (hash !== reviewHash(intent, context.profile())) {
    throw new AppError('review_changed', 'This is not what was reviewed. Review it again.');
  }
  if (intent.address !== null && typed?.trim() !== intent.address.slice(-6)) {
    throw new AppError('invalid_input', 'Type the last six characters of the address as shown.', {
      field: 'typed',
    });
  }
  const refusal = refuseToSend(intent, factsFor(context, intent));
  if (refusal) throw refusal;
}

/** Null when it may go. Where the keychain cannot be told of it, an older copy of the records could send it again. */
async function refusedBySeal(
  { standing, journal }: MoneyContext,
  intent: JournaledIntent,
): Promise<JournaledIntent | null> {
  try {
    await standing?.seal();
    return null;
  } catch (error) {
    const { message } = storageError(error);
    const reason = `The keychain could not be told of it, so nothing was sent. ${message}`;
    return journal.answer(intent.id, { ...nothingKnown(intent), state: 'rejected', reason });
  }
}

/** A keychain that has not answered or gives no secret must not cost a request its one attempt. */
async function checkSecret({ secretReady }: MoneyContext): Promise<void> {
  const problem = await secretReady();
  if (problem === null) return;
  const { code, message, retryable } = problem;
  throw new AppError(code, `${message} Nothing was sent.`, { retryable, cause: problem });
}

/** product.md, Profiles: before a money request the app pings and refuses another environment. */
async function checkEnvironment({ client, profile }: MoneyContext): Promise<void> {
  const { name, environment } = profile();
  const expected = expectedEnvironment(environment);
  const answered = (await client.ping()).environment;
  if (answered === expected) return;
  throw new AppError(
    'wrong_environment',
    `The server says it is “${answered}”, but ${name} is a ${expected} profile. Nothing was sent.`,
  );
}

/** What the history holds right before, so that the outcome can be told from it later. No listing shows clients. */
async function baselineFor(context: MoneyContext, id: string): Promise<Baseline | null> {
  const intent = context.journal.get(id);
  if (intent.kind === 'create_client') return null;
  const clientUid = given(intent.clientUid);
  const { client, clock, known, records } = context;
  const removed = known.removed(clientUid);
  const at = { atMs: clock.dateMs(), slackMs: Math.abs(clock.offsetMs()) };
  try {
    const { rows, ...read } = await readBaseline(client, clientUid, at, (floorMs) => [
      ...tidsThatStay(known.rowsSince(clientUid, floorMs)),
      ...confirmedTids(records, clientUid, floorMs).filter((tid) => !removed.has(tid)),
    ]);
    observeRows(context, clientUid, rows);
    return withOlder(read, known.isWhole(clientUid), () =>
      known.rowsThatFit(clientUid, termsOf(intent)),
    );
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { code, message, retryable } = error;
    const what = 'The history of the client could not be read before sending, so nothing was sent.';
    throw new AppError(code, `${what} ${message}`, { retryable, cause: error });
  }
}

/** More that fit tell nothing any more. */
const MAX_ALIKE = 2000;

/** Where the whole history is known, all that could ever be taken for this one is named, whatever its date. */
function withOlder(
  read: Omit<Baseline, 'isWhole'>,
  isKnownWhole: boolean,
  alike: () => readonly RemoteTransaction[],
): Baseline {
  if (read.floorMs === null) return { ...read, isWhole: true };
  const rows = isKnownWhole ? alike() : [];
  if (!isKnownWhole || rows.length > MAX_ALIKE) return { ...read, isWhole: false };
  const older = new Set([...read.older, ...rows.map(({ tid }) => tid)]);
  return { ...read, older, isWhole: true };
}

/** Calls the service and keeps what came of it. */
async function sendOnce(context: MoneyContext, intent: JournaledIntent): Promise<JournaledIntent> {
  const { journal, records, now, onChanged } = context;
  let reply: Reply;
  const differenceBefore = knownDifference(context, intent.clientUid);
  try {
    reply = await post(context, intent);
  } catch (error) {
    // The client reports every failure as an outcome; a fault of the program may have let bytes leave.
    onChanged(journal.answer(intent.id, unanswered(intent, BROKEN_REASON)));
    throw error;
  }
  const { created } = reply;
  const answer = reply.isRefusal
    ? await lookAfterRefusal(context, intent, reply.answer, differenceBefore)
    : reply.answer;
  try {
    return journal.answer(intent.id, answer, () => {
      if (!created || answer.state !== 'confirmed') return;
      const { uid, depositAddress } = created;
      const label = intent.label ?? '';
      registerClient(records, { uid, label, source: 'created', addedAtMs: now(), depositAddress });
    });
  } catch (error) {
    context.unkept.set(intent.id, notKept(answer, storageError(error)));
    onChanged(intent);
    throw error;
  }
}

type Reply = {
  answer: IntentAnswer;
  created?: RemoteClient;
  /** Bytes left, and the service says that nothing was done. */
  isRefusal: boolean;
};

/** The only place that calls a money endpoint, with the fields of the journaled row. */
async function post({ client, records }: MoneyContext, intent: JournaledIntent): Promise<Reply> {
  const { id, kind, clientUid, usdCents, amountSats, address } = intent;
  const baseline = findBaseline(records, id);
  const known: KnownBefore = {
    isKnown: (transaction) =>
      (baseline !== null && newnessOf(baseline, transaction, true) !== 'new') ||
      (clientUid !== null && isTidSettled(records, clientUid, transaction.tid)),
    isClientKnown: (uid) => getRegisteredClient(records, uid) !== null,
  };
  switch (kind) {
    case 'buy': {
      const outcome = await client.buy(given(clientUid), given(usdCents));
      return { answer: readBuy(intent, outcome, known), isRefusal: isRefusal(outcome) };
    }
    case 'withdrawal': {
      const payment = { address: given(address), amountSats: given(amountSats) };
      const outcome = await client.withdraw(given(clientUid), payment);
      return { answer: readWithdrawal(intent, outcome, known), isRefusal: isRefusal(outcome) };
    }
    case 'create_client': {
      const outcome = await client.createClient();
      const answer = readCreatedClient(intent, outcome, known);
      const created = outcome.kind === 'accepted' ? { created: outcome.value } : {};
      return { answer, ...created, isRefusal: isRefusal(outcome) };
    }
    default:
      return assertNever(kind);
  }
}

function isRefusal(outcome: PostOutcome<unknown>): boolean {
  return outcome.kind === 'rejected' && outcome.unsent !== true;
}

/** The journal's own constraints say that these are there. */
function given<T>(value: T | null): T {
  if (value === null) throw new Error('A field that its kind demands is missing from the journal');
  return value;
}
