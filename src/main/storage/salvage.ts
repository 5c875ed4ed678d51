import { rmSync, statSync, writeFileSync } from 'node:fs';
import Database, { SqliteError } from 'better-sqlite3';
import type { RecordsDamage, RecordsPart } from '#shared/domain/damage.ts';
import { AppError } from '#shared/errors.ts';
import { migrate, userVersion } from './migrate.ts';
import { openRecords, RecordsDb } from './open.ts';
import { quarantine } from './quarantine.ts';
import { auditHead, endsAsWritten } from './records/audit-repo.ts';
import { recordsMigrations } from './records/migrations.ts';
import { findSchemaChange } from './records/schema.ts';
import { isDamaged, storageError } from './storage-error.ts';

/** Every table, and what an operator misses when it cannot be read. */
const tables: Readonly<Record<string, RecordsPart>> = {
  clients: 'clients',
  intents: 'requests',
  intent_baseline: 'requests',
  intent_readings: 'requests',
  notes: 'notes',
  tags: 'notes',
  meta: 'notes',
  policy: 'guards',
  address_book: 'guards',
  approvers: 'guards',
  approvals: 'guards',
  rates: 'rates',
  rate_hours: 'rates',
  audit: 'audit',
  audit_head: 'audit',
  seals: 'audit',
};

/** Before it the log kept no end. */
const AUDIT_HEAD_VERSION = 5;

/** Up to here the check, 2 ms a megabyte, takes less than starting a thread for it would. */
const CHECKED_AT_ONCE_BYTES = 4 * 2 ** 20;
/** Likewise for holding the rows against the log, 10 µs an entry. */
const CHECKED_AT_ONCE_ENTRIES = 500;

export type OpenedRecords = { records: RecordsDb; damage: RecordsDamage | null };

/**
 * Opens the records, or where they are damaged or gone, what can still be read of them, for reading only: a copy
 * of the file is kept, and its rows are gathered in a database that is made anew each time. The damaged file
 * itself is neither written nor moved. No connection of this process may be open to it. `findMisfit` says what of the
 * rows does not fit their log, `findForeign` whether they are another profile's. Large ones come held, to be released when audit/records-check.ts finds them whole;
 * `thorough` never waits.
 * @throws AppError as `openRecords`, but never storage_damaged
 */
export function openRecordsOrSalvage(
  { recordsPath, cachePath }: { recordsPath: string; cachePath: string },
  {
    now = Date.now,
    thorough = false,
    findMisfit = () => null,
    findForeign = () => null,
  }: {
    now?: () => number;
    thorough?: boolean;
    findMisfit?: (records: RecordsDb) => string | null;
    findForeign?: (records: RecordsDb) => string | null;
  } = {},
): OpenedRecords {
  const isThere = isFilled(recordsPath);
  let misfit: string | null = null;
  // Both are made together, so a cache without records means that these were lost: no empty ones take their place.
  if (isThere || !isFilled(cachePath)) {
    try {
      const found = look(recordsPath, thorough, { findMisfit, findForeign });
      misfit = found.misfit;
      const unsound = found.unsound ?? misfit;
      if (unsound !== null) throw new AppError('storage_damaged', `${recordsPath}: ${unsound}`);
      const check = thorough ? 'thorough' : found.isLarge ? 'later' : 'quick';
      return { records: openRecords(recordsPath, check), damage: null };
    } catch (error) {
      if (!isDamaged(error)) throw error;
    }
  }
  const isToKeep = isThere || isFilled(`${recordsPath}-wal`);
  const copyPath = isToKeep ? keepCopy(recordsPath, now()) : null;
  const readablePath = `${recordsPath}.readable`;
  try {
    const incomplete = gather(recordsPath, cachePath, readablePath);
    const records = new RecordsDb(readablePath, { readonly: true });
    // What the journal asks of every connection, though this one writes nothing.
    records.pragma('synchronous = FULL');
    return { records, damage: { path: recordsPath, copyPath, incomplete, misfit } };
  } catch (error) {
    throw storageError(error, `what could be read of the damaged ${recordsPath}`);
  }
}

type Look = { unsound: string | null; misfit: string | null; isLarge: boolean };

/**
 * What no check of pages finds: a table or trigger whose text is damaged, entries gone from the end of the audit log,
 * and rows that do not fit it, before anything migrates them. Asked on a held connection: SQLite passes over a CHECK
 * it cannot resolve where it may only read. What cannot be read so is left to `openRecords`.
 */
function look(
  path: string,
  thorough: boolean,
  {
    findMisfit,
    findForeign,
  }: Record<'findMisfit' | 'findForeign', (db: RecordsDb) => string | null>,
): Look {
  const sound: Look = { unsound: null, misfit: null, isLarge: false };
  let db: RecordsDb | null = null;
  let isCurrent = false;
  try {
    db = new RecordsDb(path, { fileMustExist: true });
    db.hold();
    if (!doesCompile(db)) return { ...sound, unsound: 'A part of its schema cannot be read.' };
    const version = userVersion(db);
    isCurrent = version === recordsMigrations.length;
    if (version < AUDIT_HEAD_VERSION) return sound;
    if (!endsAsWritten(db)) {
      return { ...sound, unsound: 'Its audit log lost entries at the end.' };
    }
    const foreign = findForeign(db);
    if (foreign !== null) return { ...sound, misfit: foreign };
    const isLong = (auditHead(db)?.entries ?? 0) > CHECKED_AT_ONCE_ENTRIES;
    const isLarge = isLong || sizeOf(path) > CHECKED_AT_ONCE_BYTES;
    const waits = isLarge && !thorough && isCurrent;
    return { ...sound, isLarge, misfit: (waits ? null : findMisfit(db)) ?? findSchemaChange(db) };
  } catch (error) {
    if (!(error instanceof SqliteError)) throw error;
    // Of the current version every statement fits, unless a name in the schema is damaged.
    const isUnfit = isCurrent && error.code === 'SQLITE_ERROR';
    return { ...sound, unsound: isUnfit || isDamaged(error) ? error.message : null };
  } finally {
    db?.close();
  }
}

/** SQLite reads a trigger only with a statement that would run it. */
function doesCompile(db: RecordsDb): boolean {
  const columns = db.prepare<[], { name: string; first: string }>(
    `SELECT s.name AS name, c.name AS first FROM sqlite_schema s JOIN pragma_table_info(s.name) c
     WHERE s.type = 'table' AND c.cid = 0`,
  );
  const owned = columns.all().filter(({ name }) => name in tables);
  try {
    for (const { name, first } of owned) {
      db.prepare(`INSERT INTO ${name} DEFAULT VALUES`);
      db.prepare(`UPDATE ${name} SET ${first} = ${first}`);
      db.prepare(`DELETE FROM ${name}`);
    }
    return true;
  } catch (error) {
    if (error instanceof SqliteError) return false;
    throw error;
  }
}

function isFilled(path: string): boolean {
  return sizeOf(path) > 0;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function keepCopy(recordsPath: string, nowMs: number): string {
  try {
    return quarantine(recordsPath, nowMs);
  } catch (cause) {
    throw new AppError(
      'storage_failed',
      `The records database ${recordsPath} is damaged, and no copy of it could be kept. It was left as it ` +
        'is. Free some space on the disk, then open the profile again.',
      { cause },
    );
  }
}

/**
 * Fills `readablePath` with every row that can be read; gives the parts that could not be read to their end. In
 * memory first, since nothing of it has to outlive a power cut on the way.
 */
function gather(recordsPath: string, cachePath: string, readablePath: string): RecordsPart[] {
  for (const suffix of ['', '-wal', '-shm']) rmSync(readablePath + suffix, { force: true });
  const target = new RecordsDb(':memory:');
  migrate(target, recordsMigrations, readablePath);
  const source = openIfFilled(recordsPath);
  try {
    // Rows come in any order and with gaps, which is what the constraints between them forbid.
    target.pragma('foreign_keys = OFF');
    const triggers = target.prepare<[], string>(
      `SELECT name FROM sqlite_schema WHERE type = 'trigger'`,
    );
    for (const name of triggers.pluck().all()) target.exec(`DROP TRIGGER ${name}`);
    // The head of an empty log, which is not theirs.
    target.exec('DELETE FROM audit_head');
    const missing = target.transaction(() =>
      Object.keys(tables).filter((table) => source === null || !copyTable(source, target, table)),
    )();
    if (!endsAsWritten(target)) missing.push('audit');
    if (missing.includes('clients')) listCachedClients(target, cachePath);
    writeFileSync(readablePath, '', { mode: 0o600 });
    target.prepare('VACUUM INTO ?').run(readablePath);
    return [...new Set(missing.flatMap((table) => tables[table] ?? []))];
  } finally {
    source?.close();
    target.close();
  }
}

/** SQLite deletes the log of an empty database, even where it may only read. */
function openIfFilled(path: string): Database.Database | null {
  if (!isFilled(path)) return null;
  try {
    const db = new Database(path, { readonly: true });
    return db.defaultSafeIntegers();
  } catch (error) {
    if (error instanceof SqliteError) return null;
    throw error;
  }
}

/** False when some of it could not be read. What lies behind a damaged page is met from the other end. */
function copyTable(source: Database.Database, target: Database.Database, table: string): boolean {
  const columns = target
    .prepare<[string], { name: string; pk: number }>('SELECT name, pk FROM pragma_table_info(?)')
    .all(table);
  const known = new Set(columns.map(({ name }) => name));
  if (copyRows(source, target, table, known, '')) return true;
  const key = columns.filter(({ pk }) => pk > 0).toSorted((a, b) => a.pk - b.pk);
  const backwards = key.map(({ name }) => `${name} DESC`).join(', ');
  copyRows(source, target, table, known, `ORDER BY ${backwards}`);
  return false;
}

function copyRows(
  source: Database.Database,
  target: Database.Database,
  table: string,
  known: ReadonlySet<string>,
  order: string,
): boolean {
  try {
    const rows = source.prepare<[], Record<string, unknown>>(`SELECT * FROM ${table} ${order}`);
    // Columns of a newer schema are left; those of an older one come as their defaults.
    const names = rows.columns().flatMap(({ name }) => (known.has(name) ? [name] : []));
    const insert = target.prepare(
      `INSERT OR IGNORE INTO ${table} (${names.join()}) VALUES (${names.map(() => '?').join()})`,
    );
    let isWhole = true;
    for (const row of rows.iterate()) {
      // A row that its own constraints forbid is damaged, though it reads.
      const { changes } = insert.run(names.map((name) => row[name]));
      if (changes === 0) isWhole = false;
    }
    return isWhole;
  } catch (error) {
    if (error instanceof SqliteError) return false;
    throw error;
  }
}

/** The history names the clients it is of: their labels are lost, their balances and transactions are not. */
function listCachedClients(target: Database.Database, cachePath: string): void {
  const cache = openIfFilled(cachePath);
  const add = target.prepare(
    `INSERT OR IGNORE INTO clients (uid, source, added_at_ms) VALUES (?, 'imported', 0)`,
  );
  try {
    for (const uid of cache?.prepare<[], string>('SELECT uid FROM clients').pluck().iterate() ??
      []) {
      add.run(uid);
    }
  } catch (error) {
    if (!(error instanceof SqliteError)) throw error;
  } finally {
    cache?.close();
  }
}
