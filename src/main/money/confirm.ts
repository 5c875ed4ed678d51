import type { Intent } from '#shared/domain/intent.ts';
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
import { getPolicy } from '../storage/records/policy-repo.ts';
import { findBaseline } from '../storage/records/settling-repo.ts';
import { storageError } from '../storage/storage-error.ts';
import {
  baselineFor,
  checkEnvironment,
  checkEnvironmentAgain,
  checkSecret,
  given,
} from './before-sending.ts';
import { factsFor, type MoneyContext } from './context.ts';
import { alreadyMoved } from './journal-errors.ts';
import { newnessOf } from './matching.ts';
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
import { startSendLimit, type SendLimit } from './send-limit.ts';

/** All that crosses from the renderer; what is sent comes from the journal (money-safety.md, 10). */
export type Confirmation = { id: string; reviewHash: string; typed: string | null };

/** What was looked at longer ago is drawn again. */
const REVIEW_GOOD_FOR_MS = 15 * 60_000;
/**
 * Sends once. The order is the promise: every check, `sent` on the disk, then the one call. Two confirms of
 * the same intent may both pass the checks; only one can move it to `sent`. All of it has one time limit, after
 * which nothing is sent.
 */
export async function confirmIntent(
  context: MoneyContext,
  confirmation: Confirmation,
): Promise<Intent> {
  const limit = startSendLimit(context);
  let intent: JournaledIntent;
  let refused: JournaledIntent | null;
  try {
    intent = await markSent(context, confirmation, limit);
    context.reviewed.delete(intent.id);
    context.onChanged(intent);
    refused = await refusedAtLast(context, intent, confirmation.reviewHash, limit);
  } finally {
    limit.end();
  }
  const answered = refused ?? (await sendOnce(context, intent, limit));
  context.onChanged(answered);
  if (answered.kind === 'buy' && answered.state === 'confirmed') {
    // For the record of the execution only; it keeps its own failures.
    void context.refreshRate('after_trade', answered.id).catch(() => undefined);
  }
  return answered;
}

async function markSent(
  context: MoneyContext,
  confirmation: Confirmation,
  limit: SendLimit,
): Promise<JournaledIntent> {
  const { journal, standing } = context;
  const { id, reviewHash: hash } = confirmation;
  checkReviewed(context, confirmation);
  await checkEnvironment(context, limit);
  // Guards count with the server's time, which is known as of now.
  checkConfirmable(context, confirmation, []);
  await limit.within(async () => standing?.admit(journal.get(id)));
  await limit.within(() => checkSecret(context));
  const read = await baselineFor(context, id, limit);
  await checkEnvironmentAgain(context, limit);
  // That took time: the rate may have ended, the profile been locked, the intent been sent.
  return journal.markSent(id, hash, read?.baseline ?? null, () => {
    limit.check();
    standing?.check();
    mustFit(context.records, id);
    checkConfirmable(context, confirmation, read?.rows ?? []);
  });
}

function checkConfirmable(
  context: MoneyContext,
  confirmation: Confirmation,
  fresh: readonly RemoteTransaction[],
): void {
  const intent = checkReviewed(context, confirmation);
  const refusal = refuseToSend(intent, factsFor(context, intent, fresh));
  if (refusal) throw refusal;
}

/** Is it still to be decided on, and is this what was looked at? All of it can be told without the network. */
function checkReviewed(
  context: MoneyContext,
  { id, reviewHash: hash, typed }: Confirmation,
): JournaledIntent {
  const intent = context.journal.get(id);
  if (intent.state !== 'journaled') throw alreadyMoved();
  if (hash !== reviewHash(intent, context.profile())) {
    throw new AppError('review_changed', 'This is not what was reviewed. Review it again.');
  }
  checkReviewAge(context, id);
  if (intent.address !== null && typed?.trim() !== intent.address.slice(-6)) {
    throw new AppError('invalid_input', 'Type the last six characters of the address as shown.', {
      field: 'typed',
    });
  }
  return intent;
}

/** By the monotonic clock and by the guarded time, which knows of a machine that slept. */
function checkReviewAge({ clock, reviewed }: MoneyContext, id: string): void {
  const drawn = reviewed.get(id);
  const ageMs = drawn
    ? Math.max(clock.monotonicMs() - drawn.monotonicMs, clock.nowMs() - drawn.guardMs)
    : Infinity;
  if (ageMs <= REVIEW_GOOD_FOR_MS) return;
  throw new AppError(
    'review_changed',
    'This was reviewed more than 15 minutes ago. Nothing was sent. It is drawn again: look at it once more.',
  );
}

/** Null when it may go. Where the keychain cannot be told of it, an older copy of the records could send it again. */
async function refusedAtLast(
  context: MoneyContext,
  intent: JournaledIntent,
  agreed: string,
  limit: SendLimit,
): Promise<JournaledIntent | null> {
  const { standing, journal, profile } = context;
  const refuse = (reason: string): JournaledIntent =>
    journal.answer(intent.id, { ...nothingKnown(intent), state: 'rejected', reason });
  // What the journal keeps now is what would be signed.
  if (reviewHash(intent, profile()) !== agreed) {
    return refuse('It is no longer what was reviewed, so nothing was sent.');
  }
  try {
    await limit.within(async () => standing?.seal());
  } catch (error) {
    const { message } = storageError(error);
    return refuse(`The keychain could not be told of it, so nothing was sent. ${message}`);
  }
  try {
    // A keychain may take its time.
    await checkEnvironmentAgain(context, limit);
    return null;
  } catch (error) {
    const { message } = storageError(error);
    return refuse(`The environment was to be asked again, so nothing was sent. ${message}`);
  }
}

/** Calls the service and keeps what came of it. */
async function sendOnce(
  context: MoneyContext,
  intent: JournaledIntent,
  limit: SendLimit,
): Promise<JournaledIntent> {
  const { journal, records, now, onChanged } = context;
  let reply: Reply;
  const differenceBefore = knownDifference(context, intent.clientUid);
  try {
    reply = await post(context, intent, limit.check);
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
async function post(
  { client, records }: MoneyContext,
  intent: JournaledIntent,
  mayStart: SendLimit['check'],
): Promise<Reply> {
  const { id, kind, clientUid, usdCents, amountSats, address } = intent;
  const baseline = findBaseline(records, id);
  const known: KnownBefore = {
    isKnown: (transaction) =>
      (baseline !== null && newnessOf(baseline, transaction, true) !== 'new') ||
      (clientUid !== null && isTidSettled(records, clientUid, transaction.tid)),
    isClientKnown: (uid) => getRegisteredClient(records, uid) !== null,
    buyTolerancePercent: getPolicy(records).buyTolerancePercent,
  };
  switch (kind) {
    case 'buy': {
      const outcome = await client.buy(given(clientUid), given(usdCents), mayStart);
      return { answer: readBuy(intent, outcome, known), isRefusal: isRefusal(outcome) };
    }
    case 'withdrawal': {
      const payment = { address: given(address), amountSats: given(amountSats) };
      const outcome = await client.withdraw(given(clientUid), payment, mayStart);
      return { answer: readWithdrawal(intent, outcome, known), isRefusal: isRefusal(outcome) };
    }
    case 'create_client': {
      const outcome = await client.createClient(mayStart);
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
