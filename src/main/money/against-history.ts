import { isNotExecuted } from '#shared/domain/transaction.ts';
import { AppError } from '#shared/errors.ts';
import type { RemoteTransaction } from '../bitpro/wire.ts';
import type { JournaledIntent } from '../storage/records/intents-repo.ts';
import { findBaseline } from '../storage/records/settling-repo.ts';
import { observeRows } from './afterwards.ts';
import type { MoneyContext } from './context.ts';
import { capital, describeRow, mayBe, mayBeOtherwise, newsOf, explainsItself } from './matching.ts';
import { isSettledByOther, readHistory, withKept } from './settle.ts';

export type AgainstHistory = {
  notes: string[];
  isRead: boolean;
  /** New, not explained, and maybe this one, executed otherwise than asked. */
  doubtful: RemoteTransaction | null;
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
  if (clientUid === null) return { notes: [], isRead: true, doubtful: null };
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
    ? newsOf(intent, baseline, withKept(context, intent, baseline, rows), isSettled)
    : rows.filter(({ tid, createdAtMs }) => !isSettled(tid) && createdAtMs >= sentAtMs - DAY_MS);
  const fits = news.find((row) => isIt(intent, row));
  if (fits !== undefined) {
    const message = `${capital(describeRow(fits))} fits this request. Settle it as gone, with that transaction.`;
    throw new AppError('conflict', message);
  }
  if (problem !== null) {
    notes.push(`The history cannot be read now, so nobody sees whether it went. ${problem}`);
    return { notes, isRead: false, doubtful: null };
  }
  observeRows(context, clientUid, rows);
  const others = news.filter((row) => !explainsItself(row) && !isNotExecuted(row));
  const doubtful = others.find((row) => mayBeOtherwise(intent, row)) ?? null;
  const named = new Set(doubtful === null ? others : [doubtful, ...others]);
  for (const row of [...named].slice(0, 3)) {
    notes.push(`New and not explained: ${describeRow(row)}.`);
  }
  return { notes, isRead: true, doubtful };
}

/** Of requests without a reading from before, rows this much older than the sending may be it. */
const DAY_MS = 24 * 3_600_000;

function isIt(intent: JournaledIntent, row: RemoteTransaction): boolean {
  return row.type === intent.kind && mayBe(intent, row) && !isNotExecuted(row);
}
