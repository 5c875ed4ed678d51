import type { RecordsDb } from '../open.ts';
import { statements } from '../statements.ts';

export type Annotation = {
  clientUid: string;
  tid: string;
  note: string;
  tags: readonly string[];
  updatedAtMs: number;
};

const prepared = statements((db: RecordsDb) => ({
  setNote: db.prepare<[string, string, string, number]>(
    `INSERT INTO notes (client_uid, tid, note, updated_at_ms) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET note = excluded.note, updated_at_ms = excluded.updated_at_ms`,
  ),
  clearNote: db.prepare<[string, string]>('DELETE FROM notes WHERE client_uid = ? AND tid = ?'),
  addTag: db.prepare<[string, string, string]>(
    'INSERT INTO tags (client_uid, tid, tag) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  ),
  clearTags: db.prepare<[string, string]>('DELETE FROM tags WHERE client_uid = ? AND tid = ?'),
  count: db.prepare(
    `INSERT INTO meta (key, value) VALUES ('annotation_writes', '1')
     ON CONFLICT DO UPDATE SET value = CAST(value + 1 AS TEXT)`,
  ),
  listTags: db.prepare<[], string>('SELECT DISTINCT tag FROM tags ORDER BY tag').pluck(),
}));

/**
 * Replaces note and tags of a transaction; an empty note and no tags leave nothing behind. The search index of the
 * cache must follow (`reindexAnnotation`); the count of changes tells it when it did not.
 */
export function annotate(db: RecordsDb, annotation: Annotation): void {
  const { clientUid, tid, note, tags, updatedAtMs } = annotation;
  const { setNote, clearNote, addTag, clearTags, count } = prepared(db);
  const replace = db.transaction(() => {
    if (note === '') clearNote.run(clientUid, tid);
    else setNote.run(clientUid, tid, note, updatedAtMs);
    clearTags.run(clientUid, tid);
    for (const tag of tags) addTag.run(clientUid, tid, tag);
    count.run();
  });
  replace.immediate();
}

/** Every tag in use, in alphabetical order. */
export function listTags(db: RecordsDb): string[] {
  return prepared(db).listTags.all();
}
