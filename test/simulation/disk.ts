import { copyFileSync, existsSync } from 'node:fs';
import Database, { type SqliteError, type Statement } from 'better-sqlite3';
import type { RecordsDb } from '../../src/main/storage/open.ts';
import type { Random } from './random.ts';

/** Thrown through the app's code when its process dies; nothing of it may run on after that. */
export class Crashed extends Error {
  override readonly name = 'Crashed';
}

const beginFailures = ['SQLITE_BUSY', 'SQLITE_IOERR_READ'] as const;
const commitFailures = ['SQLITE_FULL', 'SQLITE_IOERR_WRITE'] as const;

/**
 * Puts a failing disk under a real database: a transaction may fail to begin, fail to commit (and is rolled
 * back), or be durable although its commit reports an error. `gate` stands before and after each commit, where
 * the process may die.
 */
export function failingDisk(
  records: RecordsDb,
  deps: { random: Random; faultRate: () => number; gate: (point: string) => void },
): void {
  const { random, faultRate, gate } = deps;
  const real = records.transaction.bind(records);
  const transaction = (run: (...args: unknown[]) => unknown) => {
    const inner = real((...args: unknown[]) => {
      const result = run(...args);
      gate('before a commit');
      if (random.chance(faultRate())) throw diskError(random.pick(commitFailures));
      return result;
    });
    const around = (start: (...args: unknown[]) => unknown) => {
      return (...args: unknown[]) => {
        if (random.chance(faultRate())) throw diskError(random.pick(beginFailures));
        const result = start(...args);
        gate('after a commit');
        if (random.chance(faultRate() / 2)) throw diskError('SQLITE_IOERR_FSYNC');
        return result;
      };
    };
    return Object.assign(around(inner), {
      database: records,
      default: around(inner),
      deferred: around((...args) => inner.deferred(...args)),
      immediate: around((...args) => inner.immediate(...args)),
      exclusive: around((...args) => inner.exclusive(...args)),
    });
  };
  Object.defineProperty(records, 'transaction', { value: transaction });
}

/**
 * A statement is compiled when it first runs: most processes of a schedule live for a few of them, and to compile
 * all would be a quarter of the simulation's time.
 */
export function compileLazily(records: Database.Database): void {
  const compile = records.prepare.bind(records);
  const prepare = (sql: string) => {
    let compiled: Statement | undefined;
    const modes: ('pluck' | 'raw')[] = [];
    const statement = () => (compiled ??= modes.reduce((made, mode) => made[mode](), compile(sql)));
    const lazy = {
      run: (...values: unknown[]) => statement().run(...values),
      get: (...values: unknown[]) => statement().get(...values),
      all: (...values: unknown[]) => statement().all(...values),
      iterate: (...values: unknown[]) => statement().iterate(...values),
      columns: () => statement().columns(),
      pluck: () => as('pluck'),
      raw: () => as('raw'),
    };
    function as(mode: (typeof modes)[number]): typeof lazy {
      modes.push(mode);
      return lazy;
    }
    return lazy;
  };
  Object.defineProperty(records, 'prepare', { value: prepare });
}

/** What a killed process leaves: database and log, without the shared memory that died with it. */
export function copyAsKilled(from: string, to: string): void {
  copyFileSync(from, to);
  if (existsSync(`${from}-wal`)) copyFileSync(`${from}-wal`, `${to}-wal`);
}

function diskError(code: string): InstanceType<typeof SqliteError> {
  return new Database.SqliteError('the modelled disk failed', code);
}
