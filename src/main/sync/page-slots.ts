import { LISTED_AGAIN } from '../bitpro/paging.ts';
import type { PageSlot, RemoteTransaction } from '../bitpro/wire.ts';

/** A place of a page for those who count places: its time is a neighbour's where it cannot be read. */
export type Slot = { tid: string; createdAtMs: number };

export type SlotPage = {
  slots: Slot[];
  rows: RemoteTransaction[];
  unusable: { page: number; place: string; tid: string | null; problem: string }[];
};

/** Takes a page apart. Places without a usable row keep their number, so that pages still join. */
export function takeApart(page: number, listed: readonly PageSlot[]): SlotPage {
  const rows = listed.flatMap(({ row }) => row ?? []);
  const unusable: SlotPage['unusable'] = [];
  let createdAtMs = rows[0]?.createdAtMs ?? 0;
  const slots = listed.map(({ row, ...unread }, index): Slot => {
    if (row !== null) {
      createdAtMs = row.createdAtMs;
      return row;
    }
    const { tid, problem } = unread as { tid: string | null; problem: string };
    const isAgain = problem.startsWith(LISTED_AGAIN);
    // NUL is in no tid.
    const place = tid !== null && !isAgain ? tid : `\0${page} ${index} ${tid ?? ''}`;
    if (problem !== LISTED_AGAIN) unusable.push({ page, place, tid, problem });
    return { tid: place, createdAtMs };
  });
  return { slots, rows, unusable };
}
