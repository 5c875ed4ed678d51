import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { AppError } from '#shared/errors.ts';
import { ensureAnnotationIndex } from './cache/annotation-index.ts';
import { cacheMigrations } from './cache/migrations.ts';
import { renameDurably } from './durable-file.ts';
import { copyBeforeMigration } from './migration-copy.ts';
import { migrate, refuseNewer, userVersion, type Migration } from './migrate.ts';
import { recordsMigrations } from './records/migrations.ts';
import { sealAll, sealChanges } from './records/seals.ts';
import { isDamaged, storageError } from './storage-error.ts';
import { isTraced, traceStatements } from './trace.ts';

const BUSY_TIMEOUT_MS = 5000;
/**
 * Pages of the cache a connection keeps, in KiB; taken as they are read, so a small history needs little. With
 * SQLite's 16 MB the indexes of a million rows do not fit, and saving them takes a quarter longer.
 */
const CACHE_KIB = 65_536;

/** What can never be fetched again: registry, labels, notes, intents, audit log, observed rates. */
export class RecordsDb extends Database {
  readonly kind = 'records';
  #guard: Database.Database | null = null;
  #seals: { begin: () => void; seal: (owners: ReadonlySet<string>) => void } | null = null;
  readonly #touched = new Set<string>();
  /** Owners of guarded rows that another program changed meanwhile (records/seals.ts). */
  misfits: ReadonlySet<string> = new Set();
  #depth = 0;

  /** False for what could be read of damaged records, and for held ones. */
  get isWritable(): boolean {
    return !this.readonly && this.#guard === null;
  }

  /**
   * For records that are not checked yet: SQLite itself refuses to write them, and a second connection, which cannot
   * write, is closed last, since the last one to close copies the log into the file if it can.
   */
  hold(): void {
    this.pragma('query_only = ON');
    this.#guard = new Database(this.name, { readonly: true, timeout: BUSY_TIMEOUT_MS });
    // SQLite joins the log with the first reading.
    userVersion(this.#guard);
  }

  release(): void {
    this.pragma('query_only = OFF');
    this.#guard?.close();
    this.#guard = null;
  }

  /** What is to be done before each transaction, and at the end of one that touched something (records/seals.ts). */
  sealWith(seals: { begin: () => void; seal: (owners: ReadonlySet<string>) => void }): void {
    this.#seals = seals;
  }

  /** @throws Error outside a transaction of this connection, where nothing would seal it */
  touch(owner: string): void {
    if (this.#depth === 0) throw new Error('Guarded rows are written in a transaction');
    this.#touched.add(owner);
  }

  override transaction<Write extends (...args: never[]) => unknown>(
    write: Write,
  ): Database.Transaction<Write> {
    const sealed = (...args: never[]): unknown => {
      this.#depth += 1;
      try {
        if (this.#depth === 1) this.#seals?.begin();
        const result = write(...args);
        if (this.#depth === 1 && this.#touched.size > 0) this.#seals?.seal(this.#touched);
        return result;
      } finally {
        this.#depth -= 1;
        if (this.#depth === 0) this.#touched.clear();
      }
    };
    return super.transaction(sealed as Write);
  }

  override close(): this {
    super.close();
    this.#guard?.close();
    return this;
  }
}

/**
 * How records are checked when they are opened: `thorough` also holds every index against its table. `later`
 * leaves it to audit/records-check.ts and gives them held, unless they have to be migrated, which writes.
 */
type RecordsCheckKind = 'quick' | 'thorough' | 'later';

/** What can be fetched again: transactions, balances, coverage. The records are attached as `records`. */
export class CacheDb extends Database {
  readonly kind = 'cache';
}

/**
 * Opens, checks and migrates the records. The file is never deleted or replaced, whatever is wrong with it; a
 * damaged one is not written either.
 * @throws AppError storage_damaged, storage_failed, storage_newer, disk_full
 */
export function openRecords(path: string, check: RecordsCheckKind = 'quick'): RecordsDb {
  try {
    const verdict = checkWithoutWriting(path, check);
    createPrivate(path);
    const file = new RecordsDb(path, { timeout: BUSY_TIMEOUT_MS });
    const db = prepare(file, recordsMigrations, 'FULL', verdict !== 'unreadable');
    if (verdict === 'unchecked') db.hold();
    return db;
  } catch (error) {
    throw storageError(error, `the records database ${path}`);
  }
}

/**
 * Opens and migrates the cache and attaches the records, which must exist. A file that shows to be damaged is set
 * aside as `*.bad-<ms>` and an empty one takes its place; the next sync fills it. `thorough` reads every page for
 * that, half a second for a million rows: cache/upkeep.ts does so after the start, and asks for it when it must.
 * @throws AppError storage_failed, storage_newer, disk_full
 */
export function openCache(
  path: string,
  recordsPath: string,
  { now = Date.now, thorough = false } = {},
): CacheDb {
  const open = () => {
    createPrivate(path);
    const file = new CacheDb(path, { timeout: BUSY_TIMEOUT_MS });
    const db = attachRecords(prepare(file, cacheMigrations, 'NORMAL', !thorough), recordsPath);
    return withAnnotationIndex(db);
  };
  try {
    return openOrReplace(open, path, now);
  } catch (error) {
    throw storageError(error, `the cache database ${path}`);
  }
}

function openOrReplace(open: () => CacheDb, path: string, now: () => number): CacheDb {
  try {
    return open();
  } catch (error) {
    if (!isDamaged(error)) throw error;
    setAside(path, now());
    return open();
  }
}

function withAnnotationIndex(db: CacheDb): CacheDb {
  try {
    ensureAnnotationIndex(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** For workers: both databases of a profile, already migrated, on one connection that cannot write. */
export function openForReading(path: string, recordsPath: string): CacheDb {
  try {
    const db = new CacheDb(path, { readonly: true, timeout: BUSY_TIMEOUT_MS });
    if (isTraced('sql')) traceStatements(db);
    return attachRecords(db, recordsPath);
  } catch (error) {
    throw storageError(error, `the cache database ${path}`);
  }
}

/**
 * A connection that may write would, as the last to close, copy the log into a database it just found damaged.
 * `unreadable` is what cannot be read without writing, such as a journal to roll back: it is checked once it is open.
 */
function checkWithoutWriting(
  path: string,
  check: RecordsCheckKind,
): 'whole' | 'unchecked' | 'unreadable' {
  if (!existsSync(path)) return 'unreadable';
  let db: Database.Database | null = null;
  try {
    db = new Database(path, { readonly: true, timeout: BUSY_TIMEOUT_MS });
    refuseNewer(db, recordsMigrations, path);
    if (check === 'later' && userVersion(db) === recordsMigrations.length) return 'unchecked';
    mustBeWhole(db, check === 'thorough' ? 'integrity_check' : 'quick_check');
    return 'whole';
  } catch (error) {
    if (isDamaged(error) || error instanceof AppError) throw error;
    return 'unreadable';
  } finally {
    db?.close();
  }
}

/** @throws SqliteError SQLITE_CORRUPT */
export function mustBeWhole(db: Database.Database, check: 'quick_check' | 'integrity_check'): void {
  const verdict = String(db.pragma(`${check}(1)`, { simple: true }));
  if (verdict !== 'ok') throw new Database.SqliteError(verdict, 'SQLITE_CORRUPT');
}

function prepare<Db extends Database.Database>(
  db: Db,
  migrations: readonly Migration[],
  synchronous: 'FULL' | 'NORMAL',
  isChecked: boolean,
): Db {
  try {
    if (isTraced('sql')) traceStatements(db);
    db.pragma('journal_mode = WAL');
    db.pragma(`synchronous = ${synchronous}`);
    // On macOS only this makes an fsync reach the medium; elsewhere it does nothing.
    if (synchronous === 'FULL') db.pragma('fullfsync = ON');
    db.pragma('foreign_keys = ON');
    // Else INSERT OR REPLACE would delete a row past the triggers that forbid it.
    db.pragma('recursive_triggers = ON');
    if (!isChecked) mustBeWhole(db, 'quick_check');
    if (db instanceof RecordsDb) migrateSealed(db);
    else migrate(db, migrations, db.name);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** All of it in one transaction: rows of a version in between would fit no seal. */
function migrateSealed(db: RecordsDb): void {
  refuseNewer(db, recordsMigrations, db.name);
  const version = userVersion(db);
  if (version < recordsMigrations.length) {
    if (version > 0) copyBeforeMigration(db, recordsMigrations.length, Date.now());
    const migrateAll = db.transaction(() => {
      migrate(db, recordsMigrations, db.name);
      sealAll(db);
    });
    migrateAll.immediate();
  }
  sealChanges(db);
}

function attachRecords(db: CacheDb, recordsPath: string): CacheDb {
  try {
    if (!existsSync(recordsPath)) {
      throw new AppError('storage_failed', `The records database ${recordsPath} is missing.`);
    }
    db.pragma(`main.cache_size = -${CACHE_KIB}`);
    db.prepare('ATTACH ? AS records').run(recordsPath);
    // Statements that may be long ask whether to go on (cache/conditions.ts); only the query worker ever says no.
    db.function('go_on', () => 1);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** SQLite gives -wal and -shm the mode of the database file itself. */
function createPrivate(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    chmodSync(dirname(path), 0o700);
    closeSync(openSync(path, 'a', 0o600));
    for (const file of [path, `${path}-wal`, `${path}-shm`]) {
      if (existsSync(file)) chmodSync(file, 0o600);
    }
  } catch (error) {
    const full = error instanceof Error && 'code' in error && error.code === 'ENOSPC';
    if (full) throw new Database.SqliteError('no space left', 'SQLITE_FULL');
    throw new AppError('storage_failed', `${path} cannot be written. Check its permissions.`, {
      cause: error,
    });
  }
}

function setAside(path: string, atMs: number): void {
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameDurably(path + suffix, `${path}.bad-${atMs}${suffix}`);
  }
}
