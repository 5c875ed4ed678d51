import type { AuditEntry } from '#shared/domain/audit.ts';
import type { RecordsDb } from '../open.ts';
import { statements } from '../statements.ts';

/** How long the log is and how it ends, as kept beside it. */
export type AuditHead = { entries: number; lastHash: string };

const columns = 'seq, at_ms AS atMs, actor, action, subject, detail, prev_hash AS prevHash, hash';

const prepared = statements((db: RecordsDb) => ({
  last: db.prepare<[], AuditEntry>(`SELECT ${columns} FROM audit ORDER BY seq DESC LIMIT 1`),
  insert: db.prepare<[AuditEntry]>(
    `INSERT INTO audit (seq, at_ms, actor, action, subject, detail, prev_hash, hash)
     VALUES (:seq, :atMs, :actor, :action, :subject, :detail, :prevHash, :hash)`,
  ),
  head: db.prepare<[], AuditHead>('SELECT entries, last_hash AS lastHash FROM audit_head'),
  all: db.prepare<[], AuditEntry>(`SELECT ${columns} FROM audit ORDER BY seq`),
  hashAt: db.prepare<[number], string>('SELECT hash FROM audit WHERE seq = ?').pluck(),
  bySubject: db.prepare<[string, string], AuditEntry>(
    `SELECT ${columns} FROM audit WHERE subject = ? AND action = ? ORDER BY seq`,
  ),
}));

/** Null in an empty log. */
export function lastAuditEntry(db: RecordsDb): AuditEntry | null {
  return prepared(db).last.get() ?? null;
}

/** Null when the log has no such entry. */
export function auditEntryHash(db: RecordsDb, seq: number): string | null {
  return prepared(db).hashAt.get(seq) ?? null;
}

/** Oldest first. */
export function auditEntriesOf(db: RecordsDb, subject: string, action: string): AuditEntry[] {
  return prepared(db).bySubject.all(subject, action);
}

/** Null only in what could be read of damaged records. */
export function auditHead(db: RecordsDb): AuditHead | null {
  return prepared(db).head.get() ?? null;
}

/** Is the last entry the one that was written last? Takes no longer for a long log, so that every start can ask. */
export function endsAsWritten(db: RecordsDb): boolean {
  const last = lastAuditEntry(db);
  const head = auditHead(db);
  if (last === null) return head?.entries === 0;
  return head?.entries === last.seq && head.lastHash === last.hash;
}

/** Only the hash chain appends (audit/chain.ts). */
export function insertAuditEntry(db: RecordsDb, entry: AuditEntry): void {
  prepared(db).insert.run(entry);
}

/** Oldest first, read as it goes: the log has no upper size. Nothing else may use `db` meanwhile. */
export function iterateAuditEntries(db: RecordsDb): IterableIterator<AuditEntry> {
  return prepared(db).all.iterate();
}
