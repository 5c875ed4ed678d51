import { HISTORY_PAGE_ROWS } from '#shared/domain/transaction.ts';

type Row = { tid: string; createdAtMs: number };

/** A page as it was read; asked for and answered in ticks of one counter, so that an equal tick is no order. */
export type PageRead<R extends Row = Row> = {
  page: number;
  rows: readonly R[];
  sentTick: number;
  receivedTick: number;
};

/** Where a page's rows stand, counted from the newest row of the first page; `last` is before `first` if it is empty. */
type Place = { first: number; last: number; shift: number; read: PageRead };

/** Below this row, the last of this page, rows may be missing. */
type Seam = { tid: string; at: number; page: number; shift: number };

/** Rows kept above the newest seam in doubt: a page that moved by less is still recognised. */
const KEPT_ROWS = 4 * HISTORY_PAGE_ROWS;

/**
 * Proves that pages read at the same time leave nothing out between them.
 *
 * Rows only ever come in on top and push the others down (api-readings.md, 23); by how much they had when a page
 * was drawn up is its *shift*, which never falls as time passes. A page drawn up before the one above it, with a
 * row coming in between the two, leaves out one row and shows nothing of it. But then shift was lower below than
 * above, and time orders some pages: one that was asked for after another was in has no lower shift. So
 *
 *   if a page was asked for after a page above it was in, and no row between the two was seen twice, then each
 *   page between them has one and the same shift, and nothing is missing.
 *
 * Rows seen twice show by how much the shift rose, so that the rule holds again from there. A seam that a further
 * rise left without a proof is read once more (`checks`): a page that spans it is the proof, and brings the rows
 * that were missing.
 */
export function createContiguity() {
  const places = new Map<string, number>();
  const tids = new Map<number, string>();
  let reads: Place[] = [];
  let seams: Seam[] = [];
  let bottom: (Row & { at: number }) | null = null;
  let lastPage = 0;
  let broken = false;
  /** The last page down, when it was full and showed nothing that was not seen before. */
  let barren: { page: number; shift: number; sentTick: number } | null = null;
  /** What all rows had moved by when a reading began anew. */
  let forgottenShift = 0;

  function highestShift(): number {
    return reads.reduce((highest, read) => Math.max(highest, read.shift), 0);
  }

  /** Begins anew; what was in doubt stays so. */
  function forget(): void {
    broken ||= bottom !== null;
    forgottenShift += highestShift();
    places.clear();
    tids.clear();
    reads = [];
    seams = [];
    bottom = null;
  }

  function take(read: PageRead, shift: number): void {
    const first = (read.page - 1) * HISTORY_PAGE_ROWS - shift;
    const last = first + read.rows.length - 1;
    for (const [index, { tid }] of read.rows.entries()) {
      places.set(tid, first + index);
      tids.set(first + index, tid);
    }
    const lowest = read.rows.at(-1);
    if (lowest && (bottom === null || last > bottom.at)) bottom = { ...lowest, at: last };
    reads.push({ first, last, shift, read });
  }

  /**
   * By how much rows known before have moved; null when none is on the page. `amiss`: some moved more than others,
   * for rows are missing between them, or the server dropped some.
   */
  function measure({ page, rows }: PageRead): number | 'amiss' | null {
    const top = (page - 1) * HISTORY_PAGE_ROWS;
    const index = rows.findIndex(({ tid }) => places.has(tid));
    const at = places.get(rows[index]?.tid ?? '');
    if (at === undefined) return null;
    const shift = top + index - at;
    for (const [below, { tid }] of rows.entries()) {
      const expected = top + below - shift;
      if ((places.get(tid) ?? expected) !== expected) return 'amiss';
      if ((tids.get(expected) ?? tid) !== tid) return 'amiss';
    }
    return shift;
  }

  /** Rows not seen before, right above one that is right below a seam in doubt, were missing there: makes room. */
  function mend({ rows }: PageRead): void {
    let missing = 0;
    for (const { tid } of rows) {
      const at = places.get(tid);
      if (at !== undefined && missing > 0 && seams.some((seam) => seam.at === at - 1)) {
        moveDown(at, missing);
      }
      missing = at === undefined ? missing + 1 : 0;
    }
  }

  /** Everything from this place on lies further down than it seemed, and so had moved by less. */
  function moveDown(from: number, count: number): void {
    const moved = [...places].filter(([, at]) => at >= from);
    for (const [, at] of moved) tids.delete(at);
    for (const [tid, at] of moved) {
      places.set(tid, at + count);
      tids.set(at + count, tid);
    }
    reads = reads.map((place) => {
      const { first, last, shift, read } = place;
      if (first < from) return place;
      return { first: first + count, last: last + count, shift: shift - count, read };
    });
    seams = seams.map((seam) => {
      if (seam.at < from) return seam;
      return { ...seam, at: seam.at + count, shift: seam.shift - count };
    });
    if (bottom && bottom.at >= from) bottom = { ...bottom, at: bottom.at + count };
  }

  /** The seams that this read proves, by the page itself or by the order in time. */
  function prove(): string[] {
    const lower = reads.at(-1);
    if (!lower) return [];
    let from = lower.first;
    for (const upper of reads) {
      const isBefore = upper.read.receivedTick < lower.read.sentTick;
      if (isBefore && upper.shift === lower.shift) from = Math.min(from, upper.last);
    }
    const isProven = ({ at }: Seam) => at >= from && at < Math.max(lower.last, lower.first);
    const proven = seams.filter(isProven).map(({ tid }) => tid);
    seams = seams.filter((seam) => !isProven(seam));
    return proven;
  }

  function forgetOld(): void {
    const limit = (seams[0]?.at ?? bottom?.at ?? 0) - KEPT_ROWS;
    while (reads.length > 1 && (reads[0]?.last ?? limit) < limit) {
      for (const { tid } of reads.shift()?.read.rows ?? []) {
        const at = places.get(tid) ?? limit;
        if (at >= limit) continue;
        places.delete(tid);
        tids.delete(at);
      }
    }
  }

  return {
    /**
     * Takes the next page down, or one read again.
     * @returns tids of rows right below which no row is missing, as is now proven
     */
    add(read: PageRead): string[] {
      const isAgain = read.page <= lastPage;
      lastPage = Math.max(lastPage, read.page);
      mend(read);
      const isFull = read.rows.length >= HISTORY_PAGE_ROWS;
      const bringsNothing = isFull && !isAgain && read.rows.every(({ tid }) => places.has(tid));
      let shift = measure(read);
      if (!isAgain) barren = null;
      if (bringsNothing && typeof shift === 'number') {
        barren = { page: read.page, shift, sentTick: read.sentTick };
      }
      if (shift === null && bottom !== null) {
        // No row in common: it continues below, unless it was pushed up past everything known here.
        const lowest = read.rows.at(-1);
        if (lowest && lowest.createdAtMs >= bottom.createdAtMs) shift = 'amiss';
        else {
          shift = (read.page - 1) * HISTORY_PAGE_ROWS - (bottom.at + 1);
          seams.push({ tid: bottom.tid, at: bottom.at, page: read.page - 1, shift });
        }
      }
      if (shift === 'amiss') forget();
      if (bottom === null && isAgain) return [];
      take(read, typeof shift === 'number' ? shift : 0);
      const proven = prove();
      forgetOld();
      return proven;
    },

    /** Pages to read again for proofs that no further page can bring. `atEnd`: no further page will come. */
    checks({ atEnd }: { atEnd: boolean }): Set<number> {
      const shift = highestShift();
      const stuck = seams.filter(
        ({ at }) => !reads.some((read) => read.last <= at && read.shift === shift),
      );
      // One proof often brings the others.
      const asked = atEnd ? stuck : stuck.slice(0, 1);
      const pages = asked.map(
        (seam) => seam.page + 1 + Math.floor((shift - seam.shift) / HISTORY_PAGE_ROWS),
      );
      const lowest = seams.at(-1);
      if (pages.length === 0 && lowest && atEnd && bottom) {
        // Below the last row of a full last page is an empty one, and only that one proves that nothing follows.
        const at = Math.max(bottom.at, lowest.at + 1);
        pages.push(Math.floor((at + shift) / HISTORY_PAGE_ROWS) + 1);
      }
      return new Set(pages);
    },

    /**
     * A full page that shows only rows of the pages above it: either as many came in on top meanwhile, or the server
     * shows the same again and again. The page above it, read now, tells which (`isRepeated`).
     */
    doubtfulPage: (): number | null => (barren === null ? null : barren.page - 1),

    /** Rows that are still where they were, although a page asked for before shows that they had moved. */
    isRepeated(above: PageRead): boolean {
      const shift = measure(above);
      return (
        barren !== null &&
        above.sentTick > barren.sentTick &&
        typeof shift === 'number' &&
        shift <= barren.shift - HISTORY_PAGE_ROWS
      );
    },

    /** By how many rows all moved down since the beginning, at least. */
    arrived: (): number => forgottenShift + highestShift(),

    /** Nothing is missing between the first row and the last. */
    isWhole: (): boolean => !broken && seams.length === 0,
  };
}
