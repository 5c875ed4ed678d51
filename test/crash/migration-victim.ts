import { writeSync } from 'node:fs';
import Database, { type Statement } from 'better-sqlite3';
import { openCache, openRecords } from '../../src/main/storage/open.ts';

/**
 * Opens the records, or a cache, as the app does, and tells of every statement right before it is executed.
 * Dies by SIGKILL in place of the one with the given number, counted from 1.
 */
const [which = '', recordsPath = '', cachePath = '', dieAt = ''] = process.argv.slice(2);

let told = 0;
function tell(sql: string): void {
  told += 1;
  if (told === Number(dieAt)) process.kill(process.pid, 'SIGKILL');
  writeSync(1, `${JSON.stringify(sql.trim())}\n`);
}

const records = which === 'cache' ? openRecords(recordsPath) : null;
tellOfStatements();
if (which === 'cache') openCache(cachePath, recordsPath);
else openRecords(recordsPath);
tell('open');
records?.close();

function tellOfStatements(): void {
  const statements = Object.getPrototypeOf(new Database(':memory:').prepare('BEGIN')) as Statement;
  for (const method of ['run', 'get', 'all'] as const) {
    const real = statements[method] as (...args: unknown[]) => never;
    statements[method] = function (this: Statement, ...args: unknown[]) {
      tell(this.source);
      return real.apply(this, args);
    };
  }
  const databases: { exec: (this: Database.Database, script: string) => Database.Database } =
    Database.prototype;
  const { exec } = databases;
  databases.exec = function (script) {
    for (const sql of statementsOf(this, script)) {
      tell(sql);
      exec.call(this, sql);
    }
    return this;
  };
}

/** Cut at each `;` that ends a statement: SQLite itself says whether it does, once those before are executed. */
function* statementsOf(db: Database.Database, script: string): Generator<string> {
  let sql = '';
  for (const piece of script.split(/(?<=;)/)) {
    sql += piece;
    if (!isWhole(db, sql)) continue;
    yield sql;
    sql = '';
  }
  if (sql.trim() !== '') yield sql;
}

function isWhole(db: Database.Database, sql: string): boolean {
  try {
    db.prepare(sql);
    return true;
  } catch {
    return false;
  }
}
