import type { CacheDb } from '../open.ts';
import { statements } from '../statements.ts';
import type { Condition } from './conditions.ts';

/**
 * `annotations` has one entry for all transactions of a tick, 1.024 seconds: 2 to this power of milliseconds. It only
 * says where to look, and what a note said before stays in it: what is found is compared with the records.
 */
const TICK_BITS = 10;
const TICK = `(t.created_at_ms >> ${TICK_BITS})`;

/** Note and tags of `transactions t` of `clients c` as one text; nobody types the character between them. */
export const annotationText = `concat_ws(char(31),
  (SELECT n.note FROM records.notes n WHERE n.client_uid = c.uid AND n.tid = t.tid),
  (SELECT group_concat(g.tag, char(31)) FROM records.tags g
    WHERE g.client_uid = c.uid AND g.tid = t.tid))`;

/**
 * The transactions of the ticks that MATCH leads to, and their clients, in the order of time. SQLite knows the order
 * of the inner query, so only what lies within a tick is sorted, and a LIMIT ends the search.
 */
export function annotatedTransactions(
  match: string,
  { descending, fromMs }: { descending: boolean; fromMs: number | null },
): Condition {
  const from = `rowid ${descending ? '<=' : '>='} ? >> ${TICK_BITS}`;
  const sql = `(SELECT rowid AS tick FROM main.annotations
      WHERE annotations MATCH ? ${fromMs === null ? '' : `AND ${from}`}
      ORDER BY rowid ${descending ? 'DESC' : 'ASC'} LIMIT -1) a
    CROSS JOIN main.transactions t INDEXED BY by_time
      ON t.created_at_ms >= a.tick << ${TICK_BITS} AND t.created_at_ms < (a.tick + 1) << ${TICK_BITS}
    CROSS JOIN main.clients c ON c.id = t.client_id`;
  return { sql, params: fromMs === null ? [match] : [match, fromMs] };
}

/** In the order of rowids, in which FTS5 gathers all of them before it writes. */
const insertInto = (transactions: string) => `INSERT INTO main.annotations (rowid, text)
  SELECT tick, text FROM (SELECT ${TICK} AS tick, ${annotationText} AS text FROM ${transactions})
  WHERE text <> '' ORDER BY tick`;

const mark = (transactions: string) =>
  `UPDATE main.transactions SET annotated = 1 WHERE id IN (SELECT t.id FROM ${transactions})`;

/** The plus as in LIMIT of conditions.ts. */
const ofTids = `main.clients c CROSS JOIN json_each(:tids) j
  CROSS JOIN main.transactions t ON t.tid = j.value AND t.client_id = c.id WHERE c.uid = +:uid`;

const ofRecords = `(SELECT client_uid, tid FROM records.notes UNION SELECT client_uid, tid FROM records.tags) a
  CROSS JOIN main.clients c ON c.uid = a.client_uid
  CROSS JOIN main.transactions t ON t.tid = a.tid AND t.client_id = c.id`;

type Tids = { uid: string; tids: string };

const prepared = statements((db: CacheDb) => ({
  has: db
    .prepare<[{ uid: string }], number>(
      `SELECT EXISTS (SELECT 1 FROM records.notes WHERE client_uid = :uid)
         OR EXISTS (SELECT 1 FROM records.tags WHERE client_uid = :uid)`,
    )
    .pluck(),
  mark: db.prepare<[Tids]>(mark(`${ofTids} AND ${annotationText} <> ''`)),
  insert: db.prepare<[Tids]>(insertInto(ofTids)),
  clear: db.prepare(`INSERT INTO main.annotations (annotations) VALUES ('delete-all')`),
  markAll: db.prepare(mark(ofRecords)),
  insertAll: db.prepare(insertInto(ofRecords)),
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
  const these = { uid: clientUid, tids: JSON.stringify(tids) };
  if (prepared(db).mark.run(these).changes > 0) prepared(db).insert.run(these);
}

/**
 * Takes over a change of note or tags, right after each call of `annotate` of the records: until then it is neither
 * found nor on a page.
 */
export function reindexAnnotation(db: CacheDb, clientUid: string, tid: string): void {
  const reindex = db.transaction(() => {
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
  const { lag, clear, markAll, insertAll, count } = prepared(db);
  const by = lag.get() ?? 0;
  if (by === 0) return;
  const rebuild = db.transaction(() => {
    clear.run();
    markAll.run();
    insertAll.run();
    count.run({ by });
  });
  rebuild.immediate();
}
