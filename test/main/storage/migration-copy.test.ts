import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import Database from 'better-sqlite3';
import { migrate, userVersion } from '../../../src/main/storage/migrate.ts';
import { openRecords, RecordsDb } from '../../../src/main/storage/open.ts';
import { recordsMigrations } from '../../../src/main/storage/records/migrations.ts';
import { temporaryDirectory } from './databases.ts';

const newest = recordsMigrations.length;

function recordsOfVersion(
  version: number,
  path = join(temporaryDirectory(), 'records.sqlite'),
): string {
  const db = new RecordsDb(path);
  db.pragma('journal_mode = WAL');
  migrate(db, recordsMigrations.slice(0, version), path);
  db.exec(`INSERT INTO meta (key, value) VALUES ('what', 'was there before')`);
  db.close();
  return path;
}

const copiesOf = (path: string) =>
  readdirSync(dirname(path)).filter((name) => name.includes('.before-v'));

test.each(recordsMigrations.slice(0, -1).map(({ version }) => version))(
  'records of version %i are copied whole before they are migrated',
  (version) => {
    const path = recordsOfVersion(version);
    openRecords(path).close();
    const [name = '', ...others] = copiesOf(path);
    expect(others).toEqual([]);
    expect(name).toMatch(new RegExp(`^records\\.sqlite\\.before-v${newest}-\\d{4}-\\d\\d-\\d\\dT`));
    const copy = join(dirname(path), name);
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    const db = new Database(copy, { readonly: true });
    expect(userVersion(db)).toBe(version);
    expect(db.prepare(`SELECT value FROM meta WHERE key = 'what'`).pluck().get()).toBe(
      'was there before',
    );
    db.close();
  },
);

test('new records and those of this version are not copied', () => {
  const path = join(temporaryDirectory(), 'records.sqlite');
  openRecords(path).close();
  openRecords(path).close();
  expect(copiesOf(path)).toEqual([]);
});

test('three copies are kept, the newest', () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    const path = recordsOfVersion(1);
    for (let day = 1; day <= 5; day += 1) {
      vi.setSystemTime(Date.UTC(2026, 0, day));
      openRecords(path).close();
      rmSync(path);
      recordsOfVersion(1, path);
    }
    expect(copiesOf(path).map((name) => name.slice(-20, -10))).toEqual([
      '2026-01-03',
      '2026-01-04',
      '2026-01-05',
    ]);
  } finally {
    vi.useRealTimers();
  }
});

test('a copy that cannot be made leaves the records as they are, in words', () => {
  const path = recordsOfVersion(1);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1) });
  try {
    // Something else has the name.
    mkdirSync(`${path}.before-v${newest}-2026-01-01T00-00-00Z.part/taken`, { recursive: true });
    expect(() => openRecords(path)).toThrow(
      expect.objectContaining({
        code: 'storage_failed',
        message: expect.stringContaining('Nothing was changed'),
      }),
    );
  } finally {
    vi.useRealTimers();
  }
  const db = new Database(path);
  expect(userVersion(db)).toBe(1);
  db.close();
});
