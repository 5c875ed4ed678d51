import type { RecordsDb } from '../open.ts';
import { statements } from '../statements.ts';

/** The digest of an owner's rows, chained to the seal before and to how long the audit log was. */
export type Seal = {
  seq: number;
  owner: string;
  digest: string;
  auditEntries: number;
  prevHash: string;
  hash: string;
};

const columns = `seq, owner, digest, audit_entries AS auditEntries, prev_hash AS prevHash, hash`;

const prepared = statements((db: RecordsDb) => ({
  insert: db.prepare<[Seal]>(
    `INSERT INTO seals (seq, owner, digest, audit_entries, prev_hash, hash)
     VALUES (:seq, :owner, :digest, :auditEntries, :prevHash, :hash)`,
  ),
  end: db.prepare<[], Seal>(`SELECT ${columns} FROM seals ORDER BY seq DESC LIMIT 1`),
  at: db.prepare<[number], Seal>(`SELECT ${columns} FROM seals WHERE seq = ?`),
  last: db.prepare<[string], Seal>(
    `SELECT ${columns} FROM seals WHERE owner = ? ORDER BY seq DESC LIMIT 1`,
  ),
  all: db.prepare<[], Seal>(`SELECT ${columns} FROM seals ORDER BY seq`),
  owners: db.prepare<[], string>('SELECT DISTINCT owner FROM seals').pluck(),
}));

export function insertSeal(db: RecordsDb, seal: Seal): void {
  prepared(db).insert.run(seal);
}

/** The newest seal of all; null before the first. */
export function newestSeal(db: RecordsDb): Seal | null {
  return prepared(db).end.get() ?? null;
}

export function sealAt(db: RecordsDb, seq: number): Seal | null {
  return prepared(db).at.get(seq) ?? null;
}

/** The newest seal of an owner; null before its first. */
export function lastSeal(db: RecordsDb, owner: string): Seal | null {
  return prepared(db).last.get(owner) ?? null;
}

/** Oldest first; nothing else may use `db` meanwhile. */
export function iterateSeals(db: RecordsDb): IterableIterator<Seal> {
  return prepared(db).all.iterate();
}

/** Whose rows were ever sealed. */
export function sealedOwners(db: RecordsDb): string[] {
  return prepared(db).owners.all();
}
