import { AppError } from '#shared/errors.ts';
import type { RemoteTransaction } from '../bitpro/wire.ts';
import type { IntentAnswer, JournaledIntent } from '../storage/records/intents-repo.ts';
import { findBaseline } from '../storage/records/settling-repo.ts';
import { observeRows } from './afterwards.ts';
import type { MoneyContext } from './context.ts';
import { describeRow, explainsItself, newsOf } from './matching.ts';
import { needsPerson, nothingKnown, unanswered } from './outcomes.ts';
import { isSettledByOther, readHistory } from './settle.ts';

/** For the whole look: the operator waits for it, and what it does not find out in time is found out later. */
const LOOK_LIMIT_MS = 10_000;

type Seen = { row: RemoteTransaction | null } | { problem: string };

/** The balance less what the history comes to, as both are known now: null while that is not known. */
export function knownDifference(
  { known, balanceOf }: MoneyContext,
  clientUid: string | null,
): number | null {
  const balance = clientUid === null ? null : balanceOf(clientUid);
  if (clientUid === null || balance === null) return null;
  return known.difference(clientUid, balance.balanceSats, []);
}

/**
 * A refusal proves nothing by itself: it may be the answer to a second copy of the request, sent by somebody on its
 * way after the first was executed and its answer lost. So the history is read once before it counts. Whatever the
 * client has there since the request left, other than deposits and what came of other requests, may be what this one
 * became, and is for a person. A history that cannot be read leaves the outcome unknown; so does a balance that
 * moved without a row. `differenceBefore` is `knownDifference` from before the sending.
 */
export async function lookAfterRefusal(
  context: MoneyContext,
  intent: JournaledIntent,
  refused: IntentAnswer,
  differenceBefore: number | null,
): Promise<IntentAnswer> {
  const { clientUid } = intent;
  // No listing shows clients: there is nothing to look in.
  if (clientUid === null) return refused;
  const said = `Bitpro refused it: ${refused.reason ?? ''}`;
  const seen = await lookInTime(context, { ...intent, clientUid }, said, differenceBefore);
  if ('problem' in seen) {
    const reason = `${said} Whether it was carried out before is not known. ${seen.problem}`;
    return { ...unanswered(intent, reason), refusal: refused.reason };
  }
  if (seen.row === null) return refused;
  const reason = needsPerson(`${said} Yet the history has a new row: ${describeRow(seen.row)}.`);
  return { ...nothingKnown(intent), state: 'needs_human', reason };
}

async function lookInTime(
  context: MoneyContext,
  intent: JournaledIntent & { clientUid: string },
  said: string,
  differenceBefore: number | null,
): Promise<Seen> {
  const stop = new AbortController();
  const callOff = context.schedule(() => stop.abort(), LOOK_LIMIT_MS);
  context.checking.set(intent.id, said);
  context.onSettling();
  try {
    return await look(context, intent, differenceBefore, stop.signal);
  } catch (error) {
    if (stop.signal.aborted) return { problem: 'Bitpro took too long to show its history.' };
    if (error instanceof AppError) return { problem: error.message };
    throw error;
  } finally {
    callOff();
    context.checking.delete(intent.id);
  }
}

async function look(
  context: MoneyContext,
  intent: JournaledIntent & { clientUid: string },
  differenceBefore: number | null,
  signal: AbortSignal,
): Promise<Seen> {
  const { client, records, known } = context;
  const { clientUid } = intent;
  const baseline = findBaseline(records, intent.id);
  if (baseline === null) return { problem: 'There is no reading of the history before.' };
  const { rows, problem } = await readHistory(context, intent, baseline, signal);
  if (problem !== null) return { problem };
  const isSettled = (tid: string): boolean => isSettledByOther(context, intent, tid);
  const [row] = newsOf(intent, baseline, rows, isSettled).filter((each) => !explainsItself(each));
  if (row !== undefined) return { row };
  observeRows(context, clientUid, rows);
  if (!known.isWhole(clientUid)) return { row: null };
  const { balanceSats } = await client.getClient(clientUid, signal);
  const difference = known.difference(clientUid, balanceSats, rows);
  const isExplained = difference === null || difference === 0 || difference === differenceBefore;
  return isExplained
    ? { row: null }
    : { problem: 'The balance of the client moved without a row of its history.' };
}
