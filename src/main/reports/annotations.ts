import type { CacheDb } from '../storage/open.ts';

export type Annotation = { note: string | null; tags: string | null };

const NONE: Annotation = { note: null, tags: null };
/** Of the filter: 1 MiB. A million annotated rows would still let seven of eight others pass without a look. */
const FILTER_BITS = 2 ** 23;

/**
 * Notes and tags of rows. Most rows have none, and two looks into the records for each would be half the cost of
 * reading it: a filter of fixed size knows the rows that may have some.
 */
export function prepareAnnotations(db: CacheDb) {
  const annotatedTids = db
    .prepare<[{ uid: string }], string>(
      `SELECT tid FROM records.notes WHERE client_uid = :uid
       UNION ALL SELECT tid FROM records.tags WHERE client_uid = :uid`,
    )
    .pluck();
  const annotation = db.prepare<[{ uid: string; tid: string }], Annotation>(
    `SELECT
       (SELECT note FROM records.notes WHERE client_uid = :uid AND tid = :tid) AS note,
       (SELECT group_concat(tag, '; ' ORDER BY tag) FROM records.tags
        WHERE client_uid = :uid AND tid = :tid) AS tags`,
  );
  const filter = new Uint8Array(FILTER_BITS / 8);

  return {
    /** To be called before a client's first row is asked for. */
    load(clientId: number, uid: string): void {
      for (const tid of annotatedTids.iterate({ uid })) {
        const bit = bitOf(clientId, tid);
        filter[bit >>> 3] = (filter[bit >>> 3] ?? 0) | (1 << (bit & 7));
      }
    },
    get(clientId: number, uid: string, tid: string): Annotation {
      const bit = bitOf(clientId, tid);
      const isMarked = ((filter[bit >>> 3] ?? 0) & (1 << (bit & 7))) !== 0;
      return isMarked ? (annotation.get({ uid, tid }) ?? NONE) : NONE;
    },
  };
}

/** FNV-1a, folded onto the filter. */
function bitOf(clientId: number, tid: string): number {
  let hash = Math.imul(clientId ^ 0x811c9dc5, 0x01000193);
  for (let index = 0; index < tid.length; index += 1) {
    hash = Math.imul(hash ^ tid.charCodeAt(index), 0x01000193);
  }
  return (hash ^ (hash >>> 15)) & (FILTER_BITS - 1);
}
