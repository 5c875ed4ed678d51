import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { appendAudit, verifyChain } from '../../src/main/audit/chain.ts';
import { findMisfit } from '../../src/main/audit/fits.ts';
import { cacheMigrations } from '../../src/main/storage/cache/migrations.ts';
import { migrate, userVersion } from '../../src/main/storage/migrate.ts';
import { CacheDb, openCache, openRecords, RecordsDb } from '../../src/main/storage/open.ts';
import { recordsMigrations } from '../../src/main/storage/records/migrations.ts';
import { temporaryDirectory } from '../main/storage/databases.ts';

const newest = { records: recordsMigrations.length, cache: cacheMigrations.length };
type Which = keyof typeof newest;

type Audit = (action: string, subject: string) => void;

/** What a version's tables hold before the next one; a version holds the rows of those before it too. */
const rowsOfVersion: readonly ((db: RecordsDb, audit: Audit) => void)[] = [
  (db) => {
    db.exec(`
      INSERT INTO clients VALUES ('BT-C1', 'Ann', 1, 'imported', 5, 'one', 'other');
      INSERT INTO notes VALUES ('BT-C1', '39486536', 'a note', 6);
      INSERT INTO tags VALUES ('BT-C1', '39486536', 'payroll');
      INSERT INTO rates VALUES (7, 'BTC', 122510, 1491824457468, 1491824400000, 'before_trade', 'i1');
      INSERT INTO meta VALUES ('k', 'v');
    `);
  },
  (db, audit) => {
    const address = '2MzCEdXEzBaxCJQAq8igw4pUP1NSGAgzsUr';
    for (const [id, amountSats] of [
      ['i1', 5_000_000],
      ['i2', 6_000_000],
    ] as const) {
      audit('intent.journaled', id);
      db.prepare(
        `INSERT INTO intents (id, kind, state, client_uid, amount_sats, address, created_at_ms)
         VALUES (?, 'withdrawal', 'journaled', 'BT-C1', ?, ?, 1)`,
      ).run(id, amountSats, address);
    }
  },
  (db, audit) => {
    db.exec(`INSERT INTO intent_baseline VALUES ('i1', '39486536')`);
    audit('intent.sent', 'i1');
    db.exec(`UPDATE intents SET state = 'sent', attempts = 1, sent_at_ms = 2, baseline_at_ms = 1
             WHERE id = 'i1'`);
    audit('intent.unknown', 'i1');
    db.exec(`UPDATE intents SET state = 'unknown', reason = 'no answer', unknown_since_ms = 3
             WHERE id = 'i1';
             INSERT INTO intent_readings VALUES (1, 'i1', 4, 1, 0, '39486536', NULL)`);
  },
  (db, audit) => {
    audit('approver.added', 'Bea');
    db.exec(`INSERT INTO approvers
             VALUES ('bea', 'Bea', randomblob(16), randomblob(32), 32768, 6, 1, 7)`);
    audit('policy.saved', 'policy');
    db.exec('INSERT INTO policy VALUES (1, 5000000, NULL, 1, 60000, 1000000)');
  },
];

/** Writes entries as they were written before the log had a head; the chain of a whole database makes them. */
function auditOf(db: RecordsDb): Audit {
  const chain = new RecordsDb(':memory:');
  migrate(chain, recordsMigrations, 'chain');
  const insert = db.prepare(
    `INSERT INTO audit (seq, at_ms, actor, action, subject, detail, prev_hash, hash)
     VALUES (:seq, :atMs, :actor, :action, :subject, :detail, :prevHash, :hash)`,
  );
  const append = chain.transaction((action: string, subject: string) =>
    appendAudit(chain, { atMs: 1, actor: 'ann', action, subject, detail: {} }),
  );
  return (action, subject) => void insert.run(append(action, subject));
}

type Files = { folder: string; recordsPath: string; cachePath: string };

function filesIn(folder: string): Files {
  mkdirSync(folder, { recursive: true });
  return {
    folder,
    recordsPath: join(folder, 'records.sqlite'),
    cachePath: join(folder, 'cache.sqlite'),
  };
}

/** A records database of that version, closed, with rows in every table. */
function createRecords({ recordsPath }: Files, version: number): void {
  const db = new RecordsDb(recordsPath);
  let audit: Audit = () => {};
  for (const { version: reached } of recordsMigrations.slice(0, version)) {
    migrate(db, recordsMigrations.slice(0, reached), 'file');
    // The second version brings the log.
    if (reached === 2) audit = auditOf(db);
    db.transaction(() => rowsOfVersion[reached - 1]?.(db, audit))();
  }
  db.close();
}

/** A cache of that version, closed. What it holds can be fetched again, so a client is enough. */
function createCache({ cachePath }: Files, version: number): void {
  const db = new CacheDb(cachePath);
  migrate(db, cacheMigrations.slice(0, version), 'file');
  db.exec(`INSERT INTO clients VALUES (1, 'BT-C1')`);
  db.close();
}

type Rows = Record<string, { columns: string; rows: unknown[] }>;

/** Every row; after a migration again in the columns that the tables had `before`. */
function rowsOf(path: string, before?: Rows): Rows {
  const db = new Database(path);
  try {
    const columns = db
      .prepare<[], { name: string; columns: string }>(
        `SELECT t.name, group_concat('"' || c.name || '"') AS columns
         FROM pragma_table_list t JOIN pragma_table_info(t.name) c
         WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite_%' GROUP BY t.name`,
      )
      .all();
    const wanted = before
      ? Object.entries(before).map(([name, { columns: had }]) => ({ name, columns: had }))
      : columns;
    const read = ({ name, columns: list }: { name: string; columns: string }) =>
      [
        name,
        { columns: list, rows: db.prepare(`SELECT ${list} FROM ${name}`).raw().all() },
      ] as const;
    return Object.fromEntries(wanted.map(read));
  } finally {
    db.close();
  }
}

/** Opens the database in a process of its own; `dieAt` 0 lets it live. Gives the statements it executed. */
async function openElsewhere(which: Which, files: Files, dieAt: number): Promise<string[]> {
  const script = join(import.meta.dirname, 'migration-victim.ts');
  const args = [which, files.recordsPath, files.cachePath, String(dieAt)];
  const victim = spawn(process.execPath, ['--no-warnings', script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [told, [code, signal]] = await Promise.all([text(victim.stdout), once(victim, 'exit')]);
  expect({ code, signal }).toEqual(
    dieAt === 0 ? { code: 0, signal: null } : { code: null, signal: 'SIGKILL' },
  );
  return told
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as string);
}

/** With MIGRATION_KILLS=all each statement is died at once. */
const isEach = process.env['MIGRATION_KILLS'] === 'all';

/**
 * Numbers of statements to die at: some on the way, and each around the end. A cache goes one migration at a time,
 * records to the newest version in one transaction.
 */
function pointsIn(statements: readonly string[]): number[] {
  const last = statements.indexOf('COMMIT') + 2;
  const all = Array.from({ length: last }, (_, at) => at + 1);
  const stride = Math.ceil(last / 4);
  return isEach ? all : all.filter((at) => at % stride === 1 || at > last - 3);
}

const steps = [
  ...recordsMigrations.map(({ version }) => ({ which: 'records' as const, from: version - 1 })),
  ...cacheMigrations.map(({ version }) => ({ which: 'cache' as const, from: version - 1 })),
];

describe.each(steps)('$which $from → a later version, killed on the way', (step) => {
  const { which, from } = step;

  test('leaves the one version or the other, and every row; the next opening completes it', async () => {
    const folder = temporaryDirectory();
    const template = filesIn(join(folder, 'template'));
    const recordsVersion = which === 'records' ? from : newest.records - 1;
    if (recordsVersion > 0) createRecords(template, recordsVersion);
    if (which === 'cache' && from > 0) createCache(template, from);
    const before = recordsVersion > 0 ? rowsOf(template.recordsPath) : {};

    const whole = filesIn(join(folder, 'whole'));
    cpSync(template.folder, whole.folder, { recursive: true });
    const statements = await openElsewhere(which, whole, 0);
    const points = pointsIn(statements);
    expect(points.length).toBeGreaterThan(5);
    const next = which === 'records' ? newest.records : from + 1;

    for (const dieAt of points) {
      const files = filesIn(join(folder, `killed-${dieAt}`));
      cpSync(template.folder, files.folder, { recursive: true });
      const executed = await openElsewhere(which, files, dieAt);
      expect(executed).toEqual(statements.slice(0, dieAt - 1));
      checkKilled(which, files, { version: executed.includes('COMMIT') ? next : from, before });
    }
  });
});

function checkKilled(
  which: Which,
  files: Files,
  { version, before }: { version: number; before: Rows },
): void {
  const path = which === 'records' ? files.recordsPath : files.cachePath;
  // The log of the killed files is for the app to recover, so they are looked at in a copy.
  const copy = filesIn(`${files.folder}-copy`);
  cpSync(files.folder, copy.folder, { recursive: true });
  const left = new Database(which === 'records' ? copy.recordsPath : copy.cachePath);
  expect(userVersion(left)).toBe(version);
  expect(left.pragma('integrity_check', { simple: true })).toBe('ok');
  left.close();

  const records = openRecords(files.recordsPath);
  const opened = which === 'records' ? records : openCache(path, files.recordsPath);
  expect(userVersion(opened)).toBe(newest[which]);
  expect(opened.pragma('main.integrity_check', { simple: true })).toBe('ok');
  expect(verifyChain(records).ok).toBe(true);
  expect(findMisfit(records)).toBeNull();
  if (opened !== records) opened.close();
  records.close();
  // The migration seals what it finds, and every other row is as it was.
  const { seals: _, ...rows } = before;
  expect(rowsOf(files.recordsPath, rows)).toEqual(rows);
}
