import { PAGE_ROWS } from '../storage/cache/coverage-repo.ts';

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

type Seam = { tid: string; at: number };

/** Rows kept above the newest seam in doubt: a page that moved by less is still recognised. */
const KEPT_ROWS = 4 * PAGE_ROWS;

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
 * Rows seen twice show by how much the shift rose, so that the rule holds again from there. A seam that a second
 * rise left without a proof is read once more (`nextCheck`); the page that then spans it is the proof.
 */
export function createContiguity() {
  const places = new Map<string, number>();
  const tids = new Map<number, string>();
  let reads: Place[] = [];
  let seams: Seam[] = [];
  let bottom: (Row & { at: number }) | null = null;
  let broken = false;

  function restart(read: PageRead): string[] {
    // What was in doubt stays so.
    broken ||= bottom !== null;
    places.clear();
    tids.clear();
    reads = [];
    seams = [];
    bottom = null;
    take(read, 0);
    return [];
  }

  function take(read: PageRead, shift: number): void {
    const first = (read.page - 1) * PAGE_ROWS - shift;
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
    const top = (page - 1) * PAGE_ROWS;
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
      if (bottom === null) return restart(read);
      let shift = measure(read);
      if (shift === 'amiss') return restart(read);
      if (shift === null) {
        // No row in common: it continues below, unless it was pushed up past everything known here.
        const lowest = read.rows.at(-1);
        if (lowest && lowest.createdAtMs >= bottom.createdAtMs) return restart(read);
        shift = (read.page - 1) * PAGE_ROWS - (bottom.at + 1);
        seams.push({ tid: bottom.tid, at: bottom.at });
      }
      take(read, shift);
      const proven = prove();
      forgetOld();
      return proven;
    },

    /** The page to read again for a proof that no further page can bring; null when there is none. */
    nextCheck({ atEnd }: { atEnd: boolean }): number | null {
      const [seam] = seams;
      if (!seam || !bottom) return null;
      const shift = reads.reduce((highest, read) => Math.max(highest, read.shift), 0);
      const hasUpper = reads.some((read) => read.last <= seam.at && read.shift === shift);
      if (hasUpper && !atEnd) return null;
      const row = hasUpper ? bottom.at : seam.at;
      return Math.floor((row + shift) / PAGE_ROWS) + 1;
    },

    /** Nothing is missing between the first row and the last. */
    isWhole: (): boolean => !broken && seams.length === 0,
  };
}
