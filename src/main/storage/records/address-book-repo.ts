import type { BookEntry } from '#shared/domain/guards.ts';
import type { RecordsDb } from '../open.ts';
import { statements } from '../statements.ts';

export type BookRow = Pick<BookEntry, 'address' | 'label' | 'network' | 'addedAtMs'> & {
  /** When it was added, on the guarded time. */
  addedGuardMs: number;
};

const columns = `address, label, network, added_at_ms AS addedAtMs,
  coalesce(added_guard_ms, added_at_ms) AS addedGuardMs`;

const prepared = statements((db: RecordsDb) => ({
  list: db.prepare<[], BookRow>(
    `SELECT ${columns} FROM address_book ORDER BY label COLLATE NOCASE, address`,
  ),
  get: db.prepare<[string], BookRow>(`SELECT ${columns} FROM address_book WHERE address = ?`),
  insert: db.prepare<[BookRow]>(
    `INSERT INTO address_book (address, label, network, added_at_ms, added_guard_ms)
     VALUES (:address, :label, :network, :addedAtMs, :addedGuardMs)`,
  ),
  label: db.prepare<[string, string]>('UPDATE address_book SET label = ? WHERE address = ?'),
  remove: db.prepare<[string]>('DELETE FROM address_book WHERE address = ?'),
}));

/** By label. */
export function listBook(db: RecordsDb): BookRow[] {
  return prepared(db).list.all();
}

export function findBookEntry(db: RecordsDb, address: string): BookRow | null {
  return prepared(db).get.get(address) ?? null;
}

// The three changes belong inside a transaction, right after their audit entry.

export function insertBookEntry(db: RecordsDb, entry: BookRow): void {
  prepared(db).insert.run(entry);
}

export function labelBookEntry(db: RecordsDb, address: string, label: string): void {
  prepared(db).label.run(label, address);
}

export function removeBookEntry(db: RecordsDb, address: string): void {
  prepared(db).remove.run(address);
}
