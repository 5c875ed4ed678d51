import { hash } from 'node:crypto';
import type { Statement } from 'better-sqlite3';
import type { RecordsDb } from '../open.ts';
import { statements } from '../statements.ts';
import { auditHead } from './audit-repo.ts';
import { insertSeal, lastSeal, newestSeal, sealedOwners, type Seal } from './seals-repo.ts';

/**
 * Seals: at the end of every transaction that changed a guarded row, the digest of all rows of its owner is kept: of an
 * intent, or of the controls as a whole. So every column of them is told, whatever is added later, and a row that was
 * changed without the app no longer fits its last seal (ADR 15).
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
  server_clock: null,
  settle_delay: null,
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

type Guarded = {
  table: string;
  column: string | null;
  /** Of one owner, or of all. */
  rows: Statement<string[], unknown[]>;
  all: Statement<[], unknown[]>;
  toText: (row: readonly unknown[]) => string;
  ownerOf: (row: readonly unknown[]) => string;
};

const guardedIn = statements((db: RecordsDb): Guarded[] => {
  const present = tablesIn(db);
  const tables = Object.entries(sealedTables).filter(([table]) => present.has(table));
  return tables.map(([table, column]) => {
    const all = db.prepare<[], unknown[]>(`SELECT * FROM main.${table}`).raw();
    const where = column === null ? '' : ` WHERE ${column} = ?`;
    const rows = db.prepare<string[], unknown[]>(`SELECT * FROM main.${table}${where}`).raw();
    const names = all.columns().map(({ name }) => name);
    const inOrder = names
      .map((name, at) => ({ name, at }))
      .toSorted((x, y) => (x.name < y.name ? -1 : 1));
    const ownerAt = column === null ? -1 : names.indexOf(column);
    return {
      table,
      column,
      rows,
      all,
      toText: (row) =>
        JSON.stringify(
          inOrder.flatMap(({ name, at }) => (row[at] === null ? [] : [name, plain(row[at])])),
        ),
      ownerOf: (row) => (column === null ? CONTROLS : String(row[ownerAt])),
    };
  });
});

function plain(value: unknown): unknown {
  return Buffer.isBuffer(value) ? { blob: value.toString('hex') } : value;
}

function tablesIn(db: RecordsDb): Set<string> {
  const names = db.prepare<[], string>(`SELECT name FROM main.sqlite_schema WHERE type = 'table'`);
  return new Set(names.pluck().all());
}

/** SHA-256, in hex, of all guarded rows of an owner: tables by name, rows and columns in order, nulls left out. */
export function digestOf(db: RecordsDb, owner: string): string {
  const isControls = owner === CONTROLS;
  const keys = isControls ? [] : [owner];
  return digestOfRows(
    guardedIn(db)
      .filter(({ column }) => (column === null) === isControls)
      .map(({ table, rows, toText }) => [table, rows.all(...keys).map(toText)] as const),
  );
}

/** The same for every owner that has rows, in one pass over each table. */
export function digestsIn(db: RecordsDb): Map<string, string> {
  const found = new Map<string, Map<string, string[]>>();
  for (const { table, all, toText, ownerOf } of guardedIn(db)) {
    for (const row of all.iterate()) {
      const owner = ownerOf(row);
      const tables = found.get(owner) ?? new Map<string, string[]>();
      found.set(owner, tables);
      const texts = tables.get(table) ?? [];
      tables.set(table, texts);
      texts.push(toText(row));
    }
  }
  return new Map(Array.from(found, ([owner, tables]) => [owner, digestOfRows([...tables])]));
}

function digestOfRows(tables: readonly (readonly [table: string, texts: string[]])[]): string {
  const filled = tables.filter(([, texts]) => texts.length > 0);
  const lines = filled
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([table, texts]) => [table, ...texts.toSorted()]);
  return hash('sha256', lines.join('\n'));
}

/** Of an owner without rows. */
export const NO_ROWS = digestOfRows([]);

/** Grows with every commit of another connection to the file, and with none of this one. */
function dataVersion(db: RecordsDb): number {
  return Number(db.pragma('data_version', { simple: true }));
}

/** Owners whose rows are not those of their last seal. */
function findMisfits(db: RecordsDb): Set<string> {
  const digests = digestsIn(db);
  const sealed = sealedOwners(db);
  const owners = new Set([...digests.keys(), ...sealed]);
  return new Set(
    [...owners].filter((owner) => lastSeal(db, owner)?.digest !== (digests.get(owner) ?? NO_ROWS)),
  );
}

/** Adds a seal where the rows changed. */
function seal(db: RecordsDb, owner: string): void {
  const digest = digestOf(db, owner);
  if (lastSeal(db, owner)?.digest === digest) return;
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

/** SHA-256, in hex, of the JSON list of all other fields. */
export function hashOfSeal({
  seq,
  owner,
  digest,
  auditEntries,
  prevHash,
}: Omit<Seal, 'hash'>): string {
  const text = JSON.stringify([seq, owner, digest, auditEntries, prevHash]);
  return hash('sha256', text);
}

/** In the transaction that migrated the records: what it made of their rows is right by itself. */
export function sealAll(db: RecordsDb): void {
  for (const owner of digestsIn(db).keys()) seal(db, owner);
}

/**
 * From now on this connection seals what its transactions change. Guarded rows that are written outside of one are
 * refused, since nothing would seal them. What another program changed keeps the seal that it does not fit, whatever
 * is written to it afterwards.
 */
export function sealChanges(db: RecordsDb): void {
  let version = dataVersion(db);
  db.sealWith({
    begin() {
      const now = dataVersion(db);
      if (now !== version) db.misfits = findMisfits(db);
      version = now;
    },
    seal: (owners) => {
      for (const owner of owners) if (!db.misfits.has(owner)) seal(db, owner);
    },
  });
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
