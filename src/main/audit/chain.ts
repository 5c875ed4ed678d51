import { hash as digest } from 'node:crypto';
import type { AuditEntry } from '#shared/domain/audit.ts';
import {
  auditHead,
  insertAuditEntry,
  iterateAuditEntries,
  lastAuditEntry,
} from '../storage/records/audit-repo.ts';
import type { RecordsDb } from '../storage/open.ts';

/** `prevHash` of the first entry. */
const GENESIS_HASH = '0'.repeat(64);

export type AuditNote = {
  atMs: number;
  actor: string;
  /** noun.verb, e.g. `intent.sent`. */
  action: string;
  /** Id of what it is about. */
  subject: string;
  /** Facts without secrets; kept as JSON with sorted keys. */
  detail: Record<string, string | number | boolean | null>;
};

/**
 * Links a note to the end of the chain. The caller's transaction holds both the note and what it is about,
 * so that neither is ever kept without the other (money-safety.md, invariant 8).
 * @throws Error outside a transaction
 */
export function appendAudit(db: RecordsDb, note: AuditNote): AuditEntry {
  if (!db.inTransaction) throw new Error('An audit entry belongs into the transaction it is about');
  const last = lastAuditEntry(db);
  const fields = {
    ...note,
    seq: (last?.seq ?? 0) + 1,
    detail: canonicalJson(note.detail),
    prevHash: last?.hash ?? GENESIS_HASH,
  };
  const entry = { ...fields, hash: hashOf(fields) };
  insertAuditEntry(db, entry);
  return entry;
}

/** `entries` that were read, the bad one included. */
export type ChainVerdict = { ok: boolean; entries: number; firstBadSeq: number | null };

/**
 * Recomputes every link and compares the end with the head that is kept beside the log. `firstBadSeq` is the first
 * entry that was changed, moved, put in or cut off, or the first after a gap. Who rewrites both the log and its
 * head can shorten it unseen: only a hash that was kept elsewhere shows that. `see` gets every entry
 * that is right, and may not use `db`.
 */
export function verifyChain(
  db: RecordsDb,
  see: (entry: Omit<AuditEntry, 'hash'>) => void = () => {},
): ChainVerdict {
  // One snapshot for both: another window may append meanwhile.
  return db.transaction(() => {
    let entries = 0;
    let prevHash = GENESIS_HASH;
    for (const { hash, ...fields } of iterateAuditEntries(db)) {
      entries += 1;
      if (fields.seq !== entries || fields.prevHash !== prevHash || hash !== hashOf(fields)) {
        return { ok: false, entries, firstBadSeq: fields.seq };
      }
      prevHash = hash;
      see(fields);
    }
    const head = auditHead(db);
    if (head?.entries === entries && head.lastHash === prevHash) {
      return { ok: true, entries, firstBadSeq: null };
    }
    const isReplaced = head?.entries === entries;
    const firstBadSeq = isReplaced ? entries : Math.min(entries, head?.entries ?? entries) + 1;
    return { ok: false, entries, firstBadSeq };
  })();
}

/** SHA-256, in hex, of the canonical JSON of all other fields. */
function hashOf(fields: Omit<AuditEntry, 'hash'>): string {
  return digest('sha256', canonicalJson(fields));
}

/** One text for one flat object: keys sorted by code unit, no spaces (RFC 8785 for such objects). */
function canonicalJson(flat: Record<string, string | number | boolean | null>): string {
  return JSON.stringify(flat, Object.keys(flat).sort());
}
