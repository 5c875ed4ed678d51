import type { CacheDb } from '../open.ts';
import { statements } from '../statements.ts';

/** Bits of a rowid that tell apart transactions of the same millisecond, by the lower bits of their id. */
export const KEY_BITS = 21;
const KEY_MASK = 2 ** KEY_BITS - 1;

/**
 * Rowid of a transaction in `annotations`: in the order of (created_at_ms, id). Times up to the year 2100 fit.
 * It is too large for a JavaScript number, so it never leaves SQLite.
 */
const ANNOTATION_KEY = `((t.created_at_ms << ${KEY_BITS}) | (t.id & ${KEY_MASK}))`;

/** Note and tags of `transactions t` of `clients c` as one text; nobody types the character between them. */
export const annotationText = `concat_ws(char(31),
  (SELECT n.note FROM records.notes n WHERE n.client_uid = c.uid AND n.tid = t.tid),
  (SELECT group_concat(g.tag, char(31)) FROM records.tags g
    WHERE g.client_uid = c.uid AND g.tid = t.tid))`;

/** From an entry of the index to its transaction and client. */
export const annotatedTransactions = `main.annotations a
  CROSS JOIN main.transactions t INDEXED BY by_time ON t.created_at_ms = a.rowid >> ${KEY_BITS}
    AND (t.id & ${KEY_MASK}) = (a.rowid & ${KEY_MASK})
  CROSS JOIN main.clients c ON c.id = t.client_id`;

const insertInto = `INSERT INTO main.annotations (rowid, text)
  SELECT key, text FROM (SELECT ${ANNOTATION_KEY} AS key, ${annotationText} AS text FROM`;

const annotationsOf = (client: string) =>
  `(SELECT client_uid, tid FROM records.notes ${client}
    UNION SELECT client_uid, tid FROM records.tags ${client})`;

const prepared = statements((db: CacheDb) => ({
  has: db
    .prepare<[{ uid: string }], number>(
      `SELECT EXISTS (SELECT 1 FROM records.notes WHERE client_uid = :uid)
         OR EXISTS (SELECT 1 FROM records.tags WHERE client_uid = :uid)`,
    )
    .pluck(),
  insert: db.prepare<[{ uid: string; tids: string }]>(
    `${insertInto} main.clients c CROSS JOIN json_each(:tids) j
       CROSS JOIN main.transactions t ON t.tid = j.value AND t.client_id = c.id
       WHERE c.uid = :uid) WHERE text <> ''`,
  ),
  remove: db.prepare<[string, string]>(
    `DELETE FROM main.annotations WHERE rowid =
       (SELECT ${ANNOTATION_KEY} FROM main.transactions t
        WHERE t.tid = ? AND t.client_id = (SELECT id FROM main.clients WHERE uid = ?))`,
  ),
  clear: db.prepare(`INSERT INTO main.annotations (annotations) VALUES ('delete-all')`),
  insertAll: db.prepare(
    `${insertInto} ${annotationsOf('')} a
       CROSS JOIN main.clients c ON c.uid = a.client_uid
       CROSS JOIN main.transactions t ON t.tid = a.tid AND t.client_id = c.id) WHERE text <> ''`,
  ),
  lag: db
    .prepare<[], number>(
      `SELECT coalesce((SELECT value FROM records.meta WHERE key = 'annotation_writes'), 0)
         - coalesce((SELECT value FROM main.meta WHERE key = 'annotation_writes'), 0)`,
    )
    .pluck(),
  count: db.prepare<[{ by: number }]>(
    `INSERT INTO main.meta (key, value) VALUES ('annotation_writes', CAST(:by AS TEXT))
     ON CONFLICT DO UPDATE SET value = CAST(value + :by AS TEXT)`,
  ),
}));

/**
 * Indexes what the records already say of transactions that are new here, as after the cache was made anew.
 * To be called inside the transaction that saves them.
 */
export function indexAnnotationsOf(db: CacheDb, clientUid: string, tids: readonly string[]): void {
  if (tids.length === 0 || prepared(db).has.get({ uid: clientUid }) !== 1) return;
  prepared(db).insert.run({ uid: clientUid, tids: JSON.stringify(tids) });
}

/** To be called before the time of a transaction changes; its annotation has another rowid afterwards. */
export function unindexAnnotation(db: CacheDb, clientUid: string, tid: string): void {
  prepared(db).remove.run(tid, clientUid);
}

/** Takes over a change of note or tags, right after each call of `annotate` of the records. */
export function reindexAnnotation(db: CacheDb, clientUid: string, tid: string): void {
  const reindex = db.transaction(() => {
    unindexAnnotation(db, clientUid, tid);
    indexAnnotationsOf(db, clientUid, [tid]);
    prepared(db).count.run({ by: 1 });
  });
  reindex.immediate();
}

/**
 * Makes the index anew when it does not reflect every change of the records: after a power cut, which the records
 * outlive to the last change and the cache does not, and after records were restored.
 */
export function ensureAnnotationIndex(db: CacheDb): void {
  const { lag, clear, insertAll, count } = prepared(db);
  const by = lag.get() ?? 0;
  if (by === 0) return;
  const rebuild = db.transaction(() => {
    clear.run();
    insertAll.run();
    count.run({ by });
  });
  rebuild.immediate();
}
