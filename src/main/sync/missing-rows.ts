import { tidsBetween } from '../storage/cache/removed-repo.ts';
import type { CacheDb } from '../storage/open.ts';

type Row = { tid: string; createdAtMs: number };

/** More than ever vanish at once: a reading that lacks more is of another history. */
const MAX_MISSING = 1000;

/**
 * Finds the rows kept here that the service does not list among those that it does: page after page, from the newest
 * down, each stretch of time is held against the rows kept of it. Says nothing where rows do not come newest first.
 */
export function createMissingRows(
  cache: CacheDb,
  clientUid: string,
  { isFromTop }: { isFromTop: boolean },
) {
  const missing: string[] = [];
  /** Above this time everything was looked at. */
  let doneToMs: number | null = isFromTop ? Infinity : null;
  /** Seen so far with the lowest time, of which more may follow. */
  let atEdge = new Set<string>();
  let isOrdered = true;

  function lookAt(fromMs: number, seen: ReadonlySet<string>): void {
    if (doneToMs === null || missing.length > MAX_MISSING) return;
    const kept = tidsBetween(cache, clientUid, { fromMs, toMs: doneToMs });
    for (const tid of kept) if (!seen.has(tid)) missing.push(tid);
  }

  return {
    /** The next page down, before it is written. */
    add(rows: readonly Row[]): void {
      const [first] = rows;
      const last = rows.at(-1);
      if (!first || !last || !isOrdered) return;
      isOrdered = rows.every(
        (row, index) => row.createdAtMs <= (rows[index - 1] ?? first).createdAtMs,
      );
      if (!isOrdered) return;
      const edgeMs = last.createdAtMs;
      const seen = new Set([...atEdge, ...rows.map(({ tid }) => tid)]);
      doneToMs ??= first.createdAtMs;
      if (edgeMs < doneToMs - 1) lookAt(edgeMs, seen);
      // Rows pushed down from the page above are met again, above the edge.
      if (edgeMs >= doneToMs) return;
      const lowest = rows.filter(({ createdAtMs }) => createdAtMs === edgeMs);
      atEdge = new Set([
        ...(doneToMs === edgeMs + 1 ? atEdge : []),
        ...lowest.map(({ tid }) => tid),
      ]);
      doneToMs = edgeMs + 1;
    },

    /** Of all looked at; `atEnd`: the last page was the last of the history. Null when nothing can be said. */
    found({ atEnd }: { atEnd: boolean }): string[] | null {
      if (!isOrdered) return null;
      if (atEnd) {
        lookAt(-Infinity, atEdge);
        doneToMs = -Infinity;
      }
      return missing.length > MAX_MISSING ? null : missing;
    },
  };
}
