import { AppError } from '#shared/errors.ts';
import type { RemoteTransaction } from '../bitpro/wire.ts';
import {
  isTidSettled,
  type IntentAnswer,
  type JournaledIntent,
} from '../storage/records/intents-repo.ts';
import { findBaseline } from '../storage/records/settling-repo.ts';
import type { MoneyContext } from './context.ts';
import { readSince, type HistoryRead } from './history-reading.ts';
import { describeRow, isNewerThan } from './matching.ts';
import { needsPerson, nothingKnown, unanswered } from './outcomes.ts';

/** For the whole look: the operator waits for it, and what it does not find out in time is found out later. */
const LOOK_LIMIT_MS = 10_000;

/**
 * A refusal proves nothing by itself: it may be the answer to a second copy of the request, sent by somebody on its
 * way after the first was executed and its answer lost. So the history is read once before it counts. Whatever the
 * client has there since the request left, other than deposits and what came of other requests, may be what this one
 * became, and is for a person. A history that cannot be read leaves the outcome unknown.
 */
export async function lookAfterRefusal(
  context: MoneyContext,
  intent: JournaledIntent,
  refused: IntentAnswer,
): Promise<IntentAnswer> {
  const { clientUid } = intent;
  // No listing shows clients: there is nothing to look in.
  if (clientUid === null) return refused;
  const said = `Bitpro refused it: ${refused.reason ?? ''}`;
  const read = await readInTime(context, intent, clientUid);
  if (read.problem !== null) {
    return unanswered(
      intent,
      `${said} Whether it was carried out before could not be read. ${read.problem}`,
    );
  }
  const [row] = read.rows;
  if (row === undefined) return refused;
  const reason = needsPerson(`${said} Yet the history has a new row: ${describeRow(row)}.`);
  return { ...nothingKnown(intent), state: 'needs_human', reason };
}

/** The rows that nothing explains. */
async function readInTime(
  context: MoneyContext,
  intent: JournaledIntent,
  clientUid: string,
): Promise<HistoryRead> {
  const { client, records, schedule } = context;
  const baseline = findBaseline(records, intent.id);
  if (baseline === null) return { rows: [], problem: 'There is no reading of the history before.' };
  const stop = new AbortController();
  const callOff = schedule(() => stop.abort(), LOOK_LIMIT_MS);
  const isUnexplained = (row: RemoteTransaction): boolean =>
    row.type !== 'deposit' &&
    isNewerThan(baseline, row) &&
    !isTidSettled(records, clientUid, row.tid);
  try {
    const read = await readSince(client, clientUid, { baseline, knownTids: [] }, stop.signal);
    return { ...read, rows: read.rows.filter(isUnexplained) };
  } catch (error) {
    if (stop.signal.aborted) return { rows: [], problem: 'Bitpro took too long.' };
    if (error instanceof AppError) return { rows: [], problem: error.message };
    throw error;
  } finally {
    callOff();
  }
}
