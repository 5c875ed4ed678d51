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

/**
 * Runs writes in the transaction that is open, or else in one of their own. A savepoint inside a transaction would
 * copy every page that it changes, which costs more than the writes; an error must undo the whole transaction.
 */
export function inTransaction<Value>(db: Database, write: () => Value): Value {
  return db.inTransaction ? write() : db.transaction(write).immediate();
}
