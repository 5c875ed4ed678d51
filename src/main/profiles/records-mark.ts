import * as z from 'zod/mini';
import type { RecordsDb } from '../storage/open.ts';
import { auditEntryHash, auditHead } from '../storage/records/audit-repo.ts';
import { newestSeal, sealAt } from '../storage/records/seals-repo.ts';

/**
 * How far the records had come when the keychain was last told: before each sending, and when they are closed. Records
 * that do not contain it are an older copy, another's, or went on without this keychain.
 */
export const recordsMarkSchema = z.object({
  /** Of this keychain and these records; made anew wherever the two do not belong together. */
  install: z.string(),
  entries: z.int(),
  lastHash: z.string(),
  seals: z.int(),
  lastSeal: z.string(),
});
export type RecordsMark = z.infer<typeof recordsMarkSchema>;

export function markOf(db: RecordsDb, install: string): RecordsMark {
  const { entries = 0, lastHash = '' } = auditHead(db) ?? {};
  const { seq: seals = 0, hash: lastSeal = '' } = newestSeal(db) ?? {};
  return { install, entries, lastHash: entries === 0 ? '' : lastHash, seals, lastSeal };
}

/** Do the records contain what the mark tells, whatever came after it? */
export function continues(db: RecordsDb, mark: RecordsMark): boolean {
  const { entries, lastHash, seals, lastSeal } = mark;
  return (
    (entries === 0 || auditEntryHash(db, entries) === lastHash) &&
    (seals === 0 || sealAt(db, seals)?.hash === lastSeal)
  );
}

export function isSameMark(one: RecordsMark | null, other: RecordsMark): boolean {
  return (
    one !== null &&
    one.install === other.install &&
    one.lastHash === other.lastHash &&
    one.lastSeal === other.lastSeal
  );
}
