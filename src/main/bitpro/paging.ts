import { HISTORY_PAGE_ROWS } from '#shared/domain/transaction.ts';
import type { PageSlot, RemoteTransaction } from './wire.ts';

/** A history of one client that is longer is not read on: nothing says that it ends. */
export const MAX_HISTORY_ROWS = 2_000_000;
/** Pages of a reading down to a baseline, some minutes back: ten thousand rows. */
export const MAX_BASELINE_PAGES = 400;

/** The problem of a place that holds nothing new: the same transaction is further up on its page. */
export const LISTED_AGAIN = 'it is listed twice';

/** Leaves each transaction of a page in one place; a second entry with other data is one that cannot be used. */
export function onceEach(slots: readonly PageSlot[]): PageSlot[] {
  const seen = new Map<string, RemoteTransaction>();
  return slots.map((slot) => {
    if (slot.row === null) return slot;
    const { tid } = slot.row;
    const above = seen.get(tid);
    if (above === undefined) {
      seen.set(tid, slot.row);
      return slot;
    }
    const isSame = JSON.stringify(above) === JSON.stringify(slot.row);
    return { row: null, tid, problem: isSame ? LISTED_AGAIN : 'it is listed twice, differently' };
  });
}

/**
 * Holds pages against one another as they are read: what a transaction *is* never changes, though its state and
 * confirmations do. Compared are the last few pages, where rows are met again that new ones pushed down.
 */
export function createRowCheck() {
  const KEPT = 64 * HISTORY_PAGE_ROWS;
  const seen = new Map<string, RemoteTransaction>();
  return {
    /** Null, or how this row contradicts what was read of it before. */
    add(row: RemoteTransaction): string | null {
      const before = seen.get(row.tid);
      seen.delete(row.tid);
      seen.set(row.tid, row);
      if (seen.size > KEPT)
        for (const oldest of seen.keys()) {
          seen.delete(oldest);
          break;
        }
      return before === undefined ? null : differenceOf(before, row);
    },
  };
}

function differenceOf(before: RemoteTransaction, now: RemoteTransaction): string | null {
  const fields = (['type', 'amountSats', 'createdAtMs', 'txId', 'address'] as const).filter(
    (name) => before[name] !== null && now[name] !== null && before[name] !== now[name],
  );
  return fields.length === 0 ? null : `its ${fields.join(', ')} changed between two pages`;
}
