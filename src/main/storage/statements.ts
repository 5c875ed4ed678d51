import type { Database } from 'better-sqlite3';

/** Prepares a repo's statements once for each connection; they live as long as it does. */
export function statements<Db extends Database, Prepared>(
  prepare: (db: Db) => Prepared,
): (db: Db) => Prepared {
  const prepared = new WeakMap<Db, Prepared>();
  return (db) => {
    const known = prepared.get(db);
    if (known !== undefined) return known;
    const made = prepare(db);
    prepared.set(db, made);
    return made;
  };
}
