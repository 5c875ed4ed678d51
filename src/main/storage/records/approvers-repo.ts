import type { RecordsDb } from '../open.ts';
import { statements } from '../statements.ts';

/** A passphrase as kept: scrypt with `cost` as N, and a salt of its own. */
export type KeptPassphrase = { salt: Buffer; hash: Buffer; cost: number };

export type ApproverRow = KeptPassphrase & {
  /** `personKey` of the name. */
  key: string;
  name: string;
  addedAtMs: number;
  /** Wrong passphrases in a row, and when the last one was tried, on the guarded time. */
  failures: number;
  triedAtMs: number | null;
};

export type ApprovalRow = {
  intentId: string;
  approverKey: string;
  reviewHash: string;
  atMs: number;
  /** When it was given, on the guarded time and as the server dates it; null in one that was given before they were kept. */
  guardMs: number | null;
  dateMs: number | null;
};

const columns = `key, name, salt, hash, cost, added_at_ms AS addedAtMs, failures,
  tried_at_ms AS triedAtMs`;

type NewApprover = Omit<ApproverRow, 'failures' | 'triedAtMs'>;

const prepared = statements((db: RecordsDb) => ({
  list: db.prepare<[], ApproverRow>(`SELECT ${columns} FROM approvers ORDER BY key`),
  get: db.prepare<[string], ApproverRow>(`SELECT ${columns} FROM approvers WHERE key = ?`),
  insert: db.prepare<[NewApprover]>(
    `INSERT INTO approvers (key, name, salt, hash, cost, added_at_ms)
     VALUES (:key, :name, :salt, :hash, :cost, :addedAtMs)`,
  ),
  remove: db.prepare<[string]>('DELETE FROM approvers WHERE key = ?'),
  countTry: db.prepare<[number, string]>(
    'UPDATE approvers SET failures = failures + 1, tried_at_ms = ? WHERE key = ?',
  ),
  forgiveTries: db.prepare<[string]>(
    'UPDATE approvers SET failures = 0, tried_at_ms = NULL WHERE key = ?',
  ),
  replacePassphrase: db.prepare<[KeptPassphrase & { key: string }]>(
    'UPDATE approvers SET salt = :salt, hash = :hash, cost = :cost WHERE key = :key',
  ),
  removeApproval: db.prepare<[string]>('DELETE FROM approvals WHERE intent_id = ?'),
  approve: db.prepare<[ApprovalRow]>(
    `INSERT INTO approvals (intent_id, approver_key, review_hash, at_ms, guard_ms, date_ms)
     VALUES (:intentId, :approverKey, :reviewHash, :atMs, :guardMs, :dateMs)`,
  ),
  approval: db.prepare<[string], ApprovalRow & { name: string }>(
    `SELECT intent_id AS intentId, approver_key AS approverKey, review_hash AS reviewHash,
       at_ms AS atMs, guard_ms AS guardMs, date_ms AS dateMs, name
     FROM approvals JOIN approvers ON key = approver_key WHERE intent_id = ?`,
  ),
}));

export function listApprovers(db: RecordsDb): ApproverRow[] {
  return prepared(db).list.all();
}

export function findApprover(db: RecordsDb, key: string): ApproverRow | null {
  return prepared(db).get.get(key) ?? null;
}

/** Inside a transaction, right after its audit entry. */
export function insertApprover(db: RecordsDb, approver: NewApprover): void {
  prepared(db).insert.run(approver);
}

/** Inside a transaction, right after its audit entry. Their approvals go with them. */
export function removeApprover(db: RecordsDb, key: string): void {
  prepared(db).remove.run(key);
}

/** Inside a transaction, right after its audit entry `passphrase.changed`. What was approved with the old one falls. */
export function replacePassphrase(db: RecordsDb, key: string, kept: KeptPassphrase): void {
  prepared(db).replacePassphrase.run({ key, ...kept });
}

export function countTry(db: RecordsDb, key: string, atMs: number): void {
  prepared(db).countTry.run(atMs, key);
}

export function forgiveTries(db: RecordsDb, key: string): void {
  prepared(db).forgiveTries.run(key);
}

/** Inside a transaction, right after its audit entry; takes the place of an earlier approval. */
export function putApproval(db: RecordsDb, approval: ApprovalRow): void {
  prepared(db).removeApproval.run(approval.intentId);
  prepared(db).approve.run(approval);
}

/** By whom and what was approved; null without an approval, or when its approver was removed. */
export function findApproval(
  db: RecordsDb,
  intentId: string,
): (ApprovalRow & { name: string }) | null {
  return prepared(db).approval.get(intentId) ?? null;
}
