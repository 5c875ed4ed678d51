import {
  existsSync,
  readFileSync,
  readdirSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openCache, openForReading, openRecords } from '../../../src/main/storage/open.ts';
import { storageError } from '../../../src/main/storage/storage-error.ts';
import {
  getRegisteredClient,
  registerClient,
} from '../../../src/main/storage/records/clients-repo.ts';
import { savePage } from '../../../src/main/storage/cache/coverage-repo.ts';
import { historyPage } from '../../../src/main/storage/cache/history-repo.ts';
import { openDatabases, temporaryDirectory } from './databases.ts';
import { buy } from './transactions.ts';

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
const sort = { by: 'time', descending: true } as const;

test('files and folder are for their owner alone, -wal and -shm too', () => {
  const directory = join(temporaryDirectory(), 'profile');
  const recordsPath = join(directory, 'records.db');
  const records = openRecords(recordsPath);
  const cache = openCache(join(directory, 'cache.db'), recordsPath);
  onTestFinished(() => {
    cache.close();
    records.close();
  });
  registerClient(records, { uid: 'A', label: '', source: 'added', addedAtMs: 1 });
  const modes = readdirSync(directory).map((name) => [name, mode(join(directory, name))]);
  expect(Object.fromEntries(modes)).toEqual({
    'records.db': '600',
    'records.db-wal': '600',
    'records.db-shm': '600',
    'cache.db': '600',
    'cache.db-wal': '600',
    'cache.db-shm': '600',
  });
  expect(mode(directory)).toBe('700');
});

test('records sync every commit; both keep a write-ahead log and check foreign keys', () => {
  const { records, cache } = openDatabases();
  const pragmas = (db: Database.Database) =>
    ['journal_mode', 'synchronous', 'foreign_keys'].map((name) =>
      db.pragma(name, { simple: true }),
    );
  expect(pragmas(records)).toEqual(['wal', 2, 1]);
  expect(pragmas(cache)).toEqual(['wal', 1, 1]);
});

describe.each(['records', 'cache'] as const)('a newer %s database', (which) => {
  test('is refused and left as it is', () => {
    const { recordsPath, cachePath, close } = openDatabases();
    close();
    const path = which === 'records' ? recordsPath : cachePath;
    const newer = new Database(path);
    newer.pragma('user_version = 99');
    newer.close();
    const open = () =>
      which === 'records' ? openRecords(recordsPath) : openCache(cachePath, recordsPath);
    expect(open).toThrow(expect.objectContaining({ code: 'storage_newer' }));
    const after = new Database(path, { readonly: true });
    expect(after.pragma('user_version', { simple: true })).toBe(99);
    after.close();
  });
});

const damages: [string, (path: string) => void][] = [
  [
    'text instead of a database',
    (path) => writeFileSync(path, 'not a database at all'.repeat(500)),
  ],
  ['cut off in the middle', (path) => truncateSync(path, 3 * 4096)],
  ['a page overwritten', (path) => overwritePage(path)],
];

/** Any page but the first, which would not even open. */
function overwritePage(path: string): void {
  const content = readFileSync(path);
  content.fill(0xa5, 2 * 4096, 5 * 4096);
  writeFileSync(path, content);
}

describe.each(damages)('damage: %s', (_name, damage) => {
  test('a bad cache is set aside and an empty one takes its place', () => {
    const { directory, recordsPath, cachePath, close, cache } = openDatabases();
    savePage(cache, { clientUid: 'A', page: 1, rows: [buy('1')], joinsTid: null, readAtMs: 1 });
    close();
    damage(cachePath);
    const bytes = readFileSync(cachePath);

    const rebuilt = openCache(cachePath, recordsPath, { now: () => 42, thorough: true });
    expect(historyPage(rebuilt, { filter: {}, sort, after: null, limit: 5 }).rows).toEqual([]);
    savePage(rebuilt, { clientUid: 'A', page: 1, rows: [buy('1')], joinsTid: null, readAtMs: 1 });
    rebuilt.close();
    expect(readFileSync(join(directory, 'cache.db.bad-42')).equals(bytes)).toBe(true);
  });

  test('bad records are named and not touched', () => {
    const { recordsPath, records, close } = openDatabases();
    registerClient(records, { uid: 'A', label: 'kept', source: 'added', addedAtMs: 1 });
    close();
    damage(recordsPath);
    const bytes = readFileSync(recordsPath);
    expect(() => openRecords(recordsPath)).toThrow(
      expect.objectContaining({
        code: 'storage_damaged',
        message: expect.stringContaining(recordsPath),
      }),
    );
    expect(readFileSync(recordsPath).equals(bytes)).toBe(true);
  });
});

test('a cache without its records is refused instead of inventing empty ones', () => {
  const directory = temporaryDirectory();
  const recordsPath = join(directory, 'records.db');
  expect(() => openCache(join(directory, 'cache.db'), recordsPath)).toThrow(/is missing/);
  expect(existsSync(recordsPath)).toBe(false);
});

test('workers read both databases and can write neither', () => {
  const { records, cache, cachePath, recordsPath } = openDatabases();
  registerClient(records, { uid: 'A', label: 'Ann', source: 'added', addedAtMs: 1 });
  savePage(cache, { clientUid: 'A', page: 1, rows: [buy('1')], joinsTid: null, readAtMs: 1 });
  const reading = openForReading(cachePath, recordsPath);
  onTestFinished(() => void reading.close());
  const { rows } = historyPage(reading, { filter: {}, sort, after: null, limit: 5 });
  expect(rows).toMatchObject([{ tid: '1', clientLabel: 'Ann' }]);
  for (const sql of ['DELETE FROM transactions', 'DELETE FROM records.clients']) {
    expect(() => reading.exec(sql)).toThrow(/readonly/);
  }
  expect(getRegisteredClient(records, 'A')).not.toBeNull();
});

describe('what an operator is told', () => {
  test('a full disk', () => {
    const { records } = openDatabases();
    records.pragma(`max_page_count = ${String(records.pragma('page_count', { simple: true }))}`);
    const fill = () => {
      for (let index = 0; index < 5000; index += 1) {
        registerClient(records, { uid: `C${index}`, label: '', source: 'added', addedAtMs: 1 });
      }
    };
    expect(() => attempt(fill)).toThrow(expect.objectContaining({ code: 'disk_full' }));
  });

  test('a database someone else holds', () => {
    const { records, recordsPath } = openDatabases();
    const other = new Database(recordsPath);
    onTestFinished(() => void other.close());
    other.exec('BEGIN IMMEDIATE');
    records.pragma('busy_timeout = 1');
    const write = () =>
      registerClient(records, { uid: 'A', label: '', source: 'added', addedAtMs: 1 });
    expect(() => attempt(write)).toThrow(
      expect.objectContaining({
        code: 'storage_failed',
        message: expect.stringContaining('Another program'),
      }),
    );
  });

  test('anything else is internal and keeps its cause', () => {
    const cause = new TypeError('x');
    expect(storageError(cause)).toMatchObject({ code: 'internal', cause });
  });
});

function attempt(work: () => void): void {
  try {
    work();
  } catch (error) {
    throw storageError(error);
  }
}
