import { createHash } from 'node:crypto';
import type { RecordsDb } from '../open.ts';
import { statements } from '../statements.ts';
import { auditHead } from './audit-repo.ts';
import { insertSeal, lastSeal, newestSeal, type Seal } from './seals-repo.ts';

/**
 * Seals: at the end of every transaction that changed a guarded row, the digest of all rows of its owner is kept: of an
 * intent, or of the controls as a whole. So every column of them is told, whatever is added later, and a row that was
 * changed without the app no longer fits its last seal (ADR 16).
 */
export const CONTROLS = 'controls';

/** `prevHash` of the first seal. */
export const FIRST_PREV_HASH = '0'.repeat(64);

/** Guarded tables, by the column that names the owner; null: the controls. */
export const sealedTables: Readonly<Record<string, string | null>> = {
  intents: 'id',
  intent_baseline: 'intent_id',
  intent_readings: 'intent_id',
  intent_known: 'intent_id',
  intent_sightings: 'intent_id',
  intent_answers: 'intent_id',
  approvals: 'intent_id',
  policy: null,
  address_book: null,
  approvers: null,
};

/** What the log does not vouch for, and why that moves no money. */
export const unsealedTables: Readonly<Record<string, string>> = {
  audit: 'is the log',
  audit_head: 'is held against the log by itself',
  seals: 'are the seals',
  clients: 'labels and addresses to show; what is paid goes by the intent',
  notes: 'the operator’s own words',
  tags: 'the operator’s own words',
  meta: 'counters and the like',
  rates: 'observed, for reports',
  rate_hours: 'sums of rates',
};

const rowsOf = statements((db: RecordsDb) => {
  const present = tablesIn(db);
  const read = (owns: (column: string | null) => boolean) =>
    Object.entries(sealedTables)
      .filter(([table, column]) => present.has(table) && owns(column))
      .map(([table, column]) => ({
        table,
        rows: db.prepare<string[], Record<string, unknown>>(
          `SELECT * FROM main.${table}${column === null ? '' : ` WHERE ${column} = ?`}`,
        ),
      }));
  return {
    intent: read((column) => column !== null),
    controls: read((column) => column === null),
  };
});

function tablesIn(db: RecordsDb): Set<string> {
  const names = db.prepare<[], string>(`SELECT name FROM main.sqlite_schema WHERE type = 'table'`);
  return new Set(names.pluck().all());
}

/** SHA-256, in hex, of all guarded rows of an owner: tables by name, rows and columns in order, nulls left out. */
export function digestOf(db: RecordsDb, owner: string): string {
  const { intent, controls } = rowsOf(db);
  const hash = createHash('sha256');
  const [tables, keys] = owner === CONTROLS ? [controls, []] : [intent, [owner]];
  for (const { table, rows } of tables) {
    hash.update(`${table}\n`);
    for (const text of rows
      .all(...keys)
      .map(textOf)
      .sort())
      hash.update(`${text}\n`);
  }
  return hash.digest('hex');
}

function textOf(row: Record<string, unknown>): string {
  const names = Object.keys(row).filter((name) => row[name] !== null);
  const values = names.sort().map((name) => {
    const value = row[name];
    return [name, Buffer.isBuffer(value) ? { blob: value.toString('hex') } : value];
  });
  return JSON.stringify(values);
}

/** Every owner that has rows. */
export function ownersIn(db: RecordsDb): string[] {
  if (!tablesIn(db).has('intents')) return [];
  const intents = db.prepare<[], string>('SELECT id FROM intents').pluck().all();
  return hasControls(db) ? [CONTROLS, ...intents] : intents;
}

export function hasControls(db: RecordsDb): boolean {
  return rowsOf(db).controls.some(({ rows }) => rows.get() !== undefined);
}

/** Adds the seals that changed. */
function seal(db: RecordsDb, owners: Iterable<string>): void {
  for (const owner of owners) {
    const digest = digestOf(db, owner);
    if (lastSeal(db, owner)?.digest === digest) continue;
    const last = newestSeal(db);
    const fields = {
      seq: (last?.seq ?? 0) + 1,
      owner,
      digest,
      auditEntries: auditHead(db)?.entries ?? 0,
      prevHash: last?.hash ?? FIRST_PREV_HASH,
    };
    insertSeal(db, { ...fields, hash: hashOfSeal(fields) });
  }
}

/** SHA-256, in hex, of the JSON list of all other fields. */
export function hashOfSeal({
  seq,
  owner,
  digest,
  auditEntries,
  prevHash,
}: Omit<Seal, 'hash'>): string {
  const text = JSON.stringify([seq, owner, digest, auditEntries, prevHash]);
  return createHash('sha256').update(text).digest('hex');
}

/** In the transaction that migrated the records: what it made of their rows is right by itself. */
export function sealAll(db: RecordsDb): void {
  seal(db, ownersIn(db));
}

/**
 * From now on this connection seals what its transactions change. Guarded rows that are written outside of one are
 * refused, since nothing would seal them.
 */
export function sealChanges(db: RecordsDb): void {
  db.sealWith((owners) => seal(db, owners));
  db.function('desk_changed', { varargs: false }, (owner: unknown) => {
    db.touch(String(owner));
    return null;
  });
  for (const [table, column] of Object.entries(sealedTables)) {
    const owner = (row: 'NEW' | 'OLD') => (column === null ? `'${CONTROLS}'` : `${row}.${column}`);
    db.exec(`
      CREATE TEMP TRIGGER seal_${table}_added AFTER INSERT ON main.${table}
      BEGIN SELECT desk_changed(${owner('NEW')}); END;
      CREATE TEMP TRIGGER seal_${table}_changed AFTER UPDATE ON main.${table}
      BEGIN SELECT desk_changed(${owner('NEW')}), desk_changed(${owner('OLD')}); END;
      CREATE TEMP TRIGGER seal_${table}_removed AFTER DELETE ON main.${table}
      BEGIN SELECT desk_changed(${owner('OLD')}); END;
    `);
  }
}
