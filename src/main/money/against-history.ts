import { isNotExecuted } from '#shared/domain/transaction.ts';
import { AppError } from '#shared/errors.ts';
import type { RemoteTransaction } from '../bitpro/wire.ts';
import type { JournaledIntent } from '../storage/records/intents-repo.ts';
import {
  findBaseline,
  type Baseline,
  type HistoryReading,
} from '../storage/records/settling-repo.ts';
import { observeRows } from './afterwards.ts';
import type { MoneyContext } from './context.ts';
import { tidsThatStay } from './known-history.ts';
import { capital, describeRow, mayBe, mayBeOtherwise, newsOf, explainsItself } from './matching.ts';
import { isSettledByOther, readHistory, withKept } from './settle.ts';

export type AgainstHistory = {
  notes: string[];
  isRead: boolean;
  /** New, not explained, and maybe this one, executed otherwise than asked. */
  doubtful: RemoteTransaction | null;
  /** Names all that is new: who decides now was shown it, and it opens nothing again. Null without a history. */
  reading: HistoryReading | null;
};

/**
 * What the history, read now, says to "it did not go".
 * @throws AppError `conflict` while a transaction fits
 */
export async function weighAgainstHistory(
  context: MoneyContext,
  intent: JournaledIntent,
): Promise<AgainstHistory> {
  const { clientUid, namedTid } = intent;
  // No listing shows clients: there is nothing to read.
  if (clientUid === null) return { notes: [], isRead: true, doubtful: null, reading: null };
  const notes: string[] = [];
  if (namedTid !== null) {
    notes.push(
      `Bitpro’s own answer to this request named transaction ${namedTid}: what that is settles it.`,
    );
  }
  const baseline = findBaseline(context.records, intent.id);
  const { rows, problem } = await readHistory(context, { ...intent, clientUid }, baseline).catch(
    (error: unknown) => {
      if (error instanceof AppError) return { rows: [], problem: error.message };
      throw error;
    },
  );
  const isSettled = (tid: string): boolean => isSettledByOther(context, intent, tid);
  const sentAtMs = intent.sentAtMs ?? 0;
  const news = baseline
    ? newsOf(
        intent,
        baseline,
        withAllKept(context, { ...intent, clientUid }, baseline, rows),
        isSettled,
      )
    : rows.filter(({ tid, createdAtMs }) => !isSettled(tid) && createdAtMs >= sentAtMs - DAY_MS);
  const fits = news.find((row) => isIt(intent, row));
  if (fits !== undefined) {
    const message = `${capital(describeRow(fits))} fits this request. Settle it as gone, with that transaction.`;
    throw new AppError('conflict', message);
  }
  if (problem === null) observeRows(context, clientUid, rows);
  else notes.push(`The history cannot be read now, so nobody sees whether it went. ${problem}`);
  const others = news.filter((row) => !explainsItself(row) && !isNotExecuted(row));
  const doubtful = others.find((row) => mayBeOtherwise(intent, row)) ?? null;
  const named = new Set(doubtful === null ? others : [doubtful, ...others]);
  for (const row of [...named].slice(0, 3)) {
    notes.push(`New and not explained: ${describeRow(row)}.`);
  }
  const reading: HistoryReading = {
    intentId: intent.id,
    atMs: context.clock.dateMs(),
    moment: null,
    complete: problem === null,
    matches: doubtful === null ? 0 : 1,
    newestTid: rows[0]?.tid ?? null,
    newTids: tidsThatStay(news),
    problem,
  };
  return { notes, isRead: problem === null, doubtful, reading };
}

/** And what other readings brought since: where this one breaks off, it is all that can be shown. */
function withAllKept(
  context: MoneyContext,
  intent: JournaledIntent & { clientUid: string },
  baseline: Baseline,
  rows: readonly RemoteTransaction[],
): RemoteTransaction[] {
  const { known } = context;
  const read = withKept(context, intent, baseline, rows);
  const seen = new Set([...read.map(({ tid }) => tid), ...known.removed(intent.clientUid)]);
  const kept = known.rowsSince(intent.clientUid, baseline.floorMs);
  return [...read, ...kept.filter(({ tid }) => !seen.has(tid))];
}

/** Of requests without a reading from before, rows this much older than the sending may be it. */
const DAY_MS = 24 * 3_600_000;

function isIt(intent: JournaledIntent, row: RemoteTransaction): boolean {
  return row.type === intent.kind && mayBe(intent, row) && !isNotExecuted(row);
}
