import { AppError } from '#shared/errors.ts';
import { listUnseen, type Unseen } from '../storage/records/outcomes-repo.ts';
import { findBaseline } from '../storage/records/settling-repo.ts';
import { observeRows } from './afterwards.ts';
import { watchedSinceMs } from './ended.ts';
import type { MoneyContext } from './context.ts';
import { readHistory } from './settle.ts';

/** Bitpro confirmed it a moment ago; most often what is read then anyway shows it before this. */
const FIRST_DELAY_MS = 15_000;
const MAX_DELAY_MS = 15 * 60_000;

/**
 * Looks for the transactions of confirmed intents until a reading of the history shows them: an answer alone moves
 * no money. What reads for other reasons tells of what it saw by `observeRows`.
 */
export function createSightings(context: MoneyContext, stop: AbortSignal) {
  const { records, known, journal, schedule, onChanged } = context;
  const planned = new Map<string, () => void>();

  function unseen(): Unseen[] {
    return listUnseen(records, watchedSinceMs(context));
  }

  function plan(id: string, looks: number): void {
    planned.get(id)?.();
    const delayMs = Math.min(FIRST_DELAY_MS * 2 ** Math.min(looks, 20), MAX_DELAY_MS);
    planned.set(
      id,
      schedule(() => void look(id, looks), delayMs),
    );
  }

  async function look(id: string, looks: number): Promise<void> {
    const wanted = unseen().find((each) => each.id === id);
    planned.get(id)?.();
    planned.delete(id);
    if (wanted === undefined || stop.aborted) return;
    try {
      await lookFor(wanted);
    } catch (error) {
      // A reading that fails says nothing; whatever is wrong shows where more hangs on it.
      if (!(error instanceof AppError) && !stop.aborted) throw error;
    }
    if (!stop.aborted && unseen().some((each) => each.id === id)) plan(id, looks + 1);
  }

  async function lookFor({ id, clientUid, tid }: Unseen): Promise<void> {
    if (known.has(clientUid, tid)) return keep(id, true);
    const baseline = findBaseline(records, id);
    if (baseline === null) return;
    const { rows, problem } = await readHistory(context, { id, clientUid }, baseline, stop);
    if (stop.aborted) return;
    const isSeen = rows.some((row) => row.tid === tid);
    if (isSeen || problem === null) keep(id, isSeen);
    observeRows(context, clientUid, rows);
  }

  function keep(id: string, isSeen: boolean): void {
    journal.keepSighting(id, isSeen);
    onChanged(journal.get(id));
  }

  return {
    /** All that nobody looks for yet: at start, and what was confirmed while the disk told of an error. */
    planAll(): void {
      for (const { id, misses } of unseen()) if (!planned.has(id)) plan(id, misses);
    },

    /** After a move of the intent, or once it was seen. */
    observe(id: string): void {
      const wanted = unseen().find((each) => each.id === id);
      if (wanted === undefined) {
        planned.get(id)?.();
        planned.delete(id);
      } else if (!planned.has(id)) plan(id, wanted.misses);
    },

    close(): void {
      for (const callOff of planned.values()) callOff();
      planned.clear();
    },
  };
}
