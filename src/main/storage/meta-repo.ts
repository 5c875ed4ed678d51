import type { CacheDb, RecordsDb } from './open.ts';
import { statements } from './statements.ts';

const prepared = statements((db: RecordsDb | CacheDb) => ({
  get: db.prepare<[string], string>('SELECT value FROM main.meta WHERE key = ?').pluck(),
  set: db.prepare<[string, string]>(
    `INSERT INTO main.meta (key, value) VALUES (?, ?)
     ON CONFLICT DO UPDATE SET value = excluded.value`,
  ),
}));

/** A single value kept under a name, in the records or in the cache; null when never set. */
export function getMeta(db: RecordsDb | CacheDb, key: string): string | null {
  return prepared(db).get.get(key) ?? null;
}

export function setMeta(db: RecordsDb | CacheDb, key: string, value: string): void {
  prepared(db).set.run(key, value);
}
