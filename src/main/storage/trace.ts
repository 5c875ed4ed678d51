import type { Database, Statement } from 'better-sqlite3';

/** Topics of `BITPRO_TRACE`, a list with commas: each request of the page; each SQL statement that takes long. */
export type Topic = 'ipc' | 'sql';
export type Print = (line: string) => void;

const SLOW_STATEMENT_MS = 5;

export function isTraced(topic: Topic): boolean {
  return (process.env['BITPRO_TRACE'] ?? '').split(',').includes(topic);
}

/** One line on standard error: topic, milliseconds, text. Callers pass names and SQL, never values. */
export function trace(topic: Topic, sinceMs: number, text: string, print = toStandardError): void {
  const tookMs = performance.now() - sinceMs;
  print(`${topic} ${tookMs.toFixed(1).padStart(7)} ms  ${text.replaceAll(/\s+/g, ' ').trim()}\n`);
}

function toStandardError(line: string): void {
  process.stderr.write(line);
}

/** From now on prints each statement of this connection that takes `slowMs` or longer, without what is bound to it. */
export function traceStatements(
  db: Database,
  { slowMs = SLOW_STATEMENT_MS, print = toStandardError }: { slowMs?: number; print?: Print } = {},
): void {
  const timed =
    <Args extends unknown[], Value>(sql: string, run: (...args: Args) => Value) =>
    (...args: Args): Value => {
      const sinceMs = performance.now();
      try {
        return run(...args);
      } finally {
        if (performance.now() - sinceMs >= slowMs) trace('sql', sinceMs, sql, print);
      }
    };
  const prepare = db.prepare.bind(db) as (sql: string) => Statement;
  db.prepare = ((sql: string) => {
    const statement = prepare(sql);
    statement.get = timed(sql, statement.get.bind(statement));
    statement.all = timed(sql, statement.all.bind(statement));
    statement.run = timed(sql, statement.run.bind(statement));
    return statement;
  }) as typeof db.prepare;
  const exec = db.exec.bind(db);
  db.exec = (sql) => timed(sql, exec)(sql);
}
