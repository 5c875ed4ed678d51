import http, { type RequestOptions } from 'node:http';
import Database, { type RunResult, type Statement } from 'better-sqlite3';

/**
 * Imported before the app's own main file, which is as it was built. Sets the machine's clock ahead, and ends
 * the process with SIGKILL at a commit of the records that is named by the audit entry it keeps:
 * `before a commit: intent.sent`, or before a POST.
 */
const { CRASH_POINT: point = '', CRASH_CLOCK_AHEAD_MS: aheadMs = '0' } = process.env;

const machineNow = Date.now;
Date.now = () => machineNow() + Number(aheadMs);

if (point !== '') dieAt(point);

const { request } = http;
http.request = function (this: unknown, ...args: Parameters<typeof request>) {
  if (point === 'before the POST' && methodOf(args) === 'POST') die();
  return Reflect.apply(request, this, args);
} as typeof request;

function methodOf(args: readonly unknown[]): string | undefined {
  const options = args.find(
    (arg): arg is RequestOptions => typeof arg === 'object' && arg !== null && 'method' in arg,
  );
  return options?.method;
}

type Runs = { run: (this: Statement, ...args: unknown[]) => RunResult };

function dieAt(wanted: string): void {
  const statements = Object.getPrototypeOf(new Database(':memory:').prepare('BEGIN')) as Runs;
  const { run } = statements;
  let lastSeq = 0;
  statements.run = function (...args) {
    const { source, database } = this;
    if (!database.name.endsWith('records.sqlite')) return run.apply(this, args);
    if (source.startsWith('BEGIN')) lastSeq = newestEntry(database).seq;
    const entry = source === 'COMMIT' ? newestEntry(database) : null;
    const isNew = entry !== null && entry.seq > lastSeq;
    if (isNew && `before a commit: ${entry.name}` === wanted) die();
    const result = run.apply(this, args);
    if (isNew && `after a commit: ${entry.name}` === wanted) die();
    return result;
  };
}

function newestEntry(database: Database.Database): { seq: number; name: string } {
  // What the history settled is told from what the answer settled: only the former counts readings.
  const newest = database.prepare<[], { seq: number; name: string }>(
    `SELECT seq, action || iif(detail ->> 'readings' IS NULL, '', ' by the history') AS name
     FROM audit ORDER BY seq DESC LIMIT 1`,
  );
  return newest.get() ?? { seq: 0, name: '' };
}

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}
