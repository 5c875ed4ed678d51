export type Work = { uid: string; step: 'head' } | { uid: string; step: 'rest'; atMs: number };

/**
 * What a run still has to do: every client's newest before any backfill, in the order given, so that no long
 * history keeps the others waiting. All of an urgent client's comes before both.
 */
export function createWorkList(uids: Iterable<string>, urgent: ReadonlySet<string>) {
  const heads = new Set(uids);
  const rests = new Map<string, number>();

  function take(uid: string): Work | null {
    if (heads.delete(uid)) return { uid, step: 'head' };
    const atMs = rests.get(uid);
    rests.delete(uid);
    return atMs === undefined ? null : { uid, step: 'rest', atMs };
  }

  return {
    next(): Work | null {
      for (const uid of urgent) {
        const work = take(uid);
        if (work) return work;
      }
      const uid = heads.values().next().value ?? rests.keys().next().value;
      return uid === undefined ? null : take(uid);
    },
    /** The client's newest was read at `atMs`, and more is missing. */
    addRest(uid: string, atMs: number): void {
      rests.set(uid, atMs);
    },
  };
}
