import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { findMisfit } from '../../../src/main/audit/fits.ts';
import { appendAudit, verifyChain } from '../../../src/main/audit/chain.ts';
import { savePage } from '../../../src/main/storage/cache/coverage-repo.ts';
import { historyPage } from '../../../src/main/storage/cache/history-repo.ts';
import { openCache } from '../../../src/main/storage/open.ts';
import { annotate, listTags } from '../../../src/main/storage/records/annotations-repo.ts';
import {
  labelClient,
  listRegisteredClients,
  registerClients,
} from '../../../src/main/storage/records/clients-repo.ts';
import { getPolicy } from '../../../src/main/storage/records/policy-repo.ts';
import { insertRate, latestRate } from '../../../src/main/storage/records/rates-repo.ts';
import { recordsMigrations } from '../../../src/main/storage/records/migrations.ts';
import { openRecordsOrSalvage } from '../../../src/main/storage/salvage.ts';
import { copyAsKilled } from '../../simulation/disk.ts';
import { openDatabases, temporaryDirectory } from './databases.ts';
import { buy } from './transactions.ts';

const PAGE_BYTES = 4096;
/** Of `user_version` in the header (sqlite.org/fileformat2.html). */
const VERSION_AT = 60;
const CLIENTS = 400;
const DAY_MS = Date.UTC(2026, 10, 23);

/** A profile whose app was killed: part of it is in the database, the latest only in its log. */
function makeProfile() {
  const { directory, records, cache, recordsPath, cachePath } = openDatabases();
  const clients = Array.from({ length: CLIENTS }, (_each, index) => ({
    uid: `BT-C${1000 + index}`,
    label: `Client ${index}`,
    source: 'added' as const,
    addedAtMs: index,
  }));
  registerClients(records, clients);
  const fill = records.transaction(() => {
    for (const [index, { uid }] of clients.entries()) {
      const note = { atMs: index, actor: 'alice', action: 'client.added', subject: uid };
      appendAudit(records, { ...note, detail: { label: 'x'.repeat(100) } });
      annotate(records, { clientUid: uid, tid: '1', note: 'n', tags: ['a'], updatedAtMs: index });
      const price = { asset: 'BTC', buyPriceCents: 122_510 + index, timeExpiresMs: index + 60_000 };
      insertRate(records, { ...price, observedAtMs: index, trigger: 'poll' }, null);
    }
  });
  fill.immediate();
  records.pragma('wal_checkpoint(TRUNCATE)');
  labelClient(records, 'BT-C1000', 'in the log');
  const page = { clientUid: 'BT-C1000', page: 1, rows: [buy('1')], joinsTid: null, readAtMs: 1 };
  savePage(cache, page);
  savePage(cache, { ...page, clientUid: 'BT-C1001' });

  /** As the kill left it, in a folder of its own. */
  return function copyOf() {
    const folder = join(directory, `copy-${readdirSync(directory).length}`);
    mkdirSync(folder);
    const paths = {
      recordsPath: join(folder, 'records.sqlite'),
      cachePath: join(folder, 'cache.sqlite'),
    };
    copyAsKilled(recordsPath, paths.recordsPath);
    copyAsKilled(cachePath, paths.cachePath);
    return { folder, ...paths };
  };
}

/** That reading leaves an empty log behind is no matter. */
function hashOf(path: string): string {
  const content = existsSync(path) ? readFileSync(path) : '';
  return createHash('sha256').update(content).digest('hex');
}

const contentOf = (path: string) => [hashOf(path), hashOf(`${path}-wal`)];

/** Opens as the app does, and closes with the test. */
function open(paths: { recordsPath: string; cachePath: string }) {
  const opened = openRecordsOrSalvage(paths, { now: () => DAY_MS });
  onTestFinished(() => void opened.records.close());
  return opened;
}

function overwrite(path: string, at: number, bytes: Uint8Array): void {
  const content = readFileSync(path);
  content.set(bytes, at);
  writeFileSync(path, content);
}

test('whole records are opened as they are, and no copy is made', () => {
  const { folder, ...paths } = makeProfile()();
  const { records, damage } = open(paths);
  expect(damage).toBeNull();
  expect(listRegisteredClients(records)).toHaveLength(CLIENTS);
  expect(labelClient(records, 'BT-C1000', 'new')).toBe(true);
  expect(readdirSync(folder).filter((name) => /damaged|readable/.test(name))).toEqual([]);
});

describe('of damaged records', () => {
  test('a copy is kept, for its owner alone, once however often they are opened', () => {
    const { folder, ...paths } = makeProfile()();
    overwrite(paths.recordsPath, 5 * PAGE_BYTES, Buffer.alloc(PAGE_BYTES, 0xa5));
    const before = contentOf(paths.recordsPath);
    const { damage, records } = open(paths);
    const copyPath = damage?.copyPath ?? '';
    expect(copyPath).toMatch(/records\.sqlite\.damaged-2026-11-23-[0-9a-f]{12}$/);
    expect(contentOf(copyPath)).toEqual(before);
    records.close();
    expect(contentOf(paths.recordsPath)).toEqual(before);
    expect(open(paths).damage?.copyPath).toBe(copyPath);
    const copies = readdirSync(folder).filter((name) => name.includes('.damaged-'));
    expect(copies.filter((name) => !/-(wal|shm)$/.test(name))).toHaveLength(1);
    for (const name of copies) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  });

  test('what lies before and behind a damaged page is read, and it is said what is missing', () => {
    const copyOf = makeProfile();
    const { folder: _, ...paths } = copyOf();
    const leaf = pagesOf(paths.recordsPath, 'clients')[1] ?? 0;
    overwrite(paths.recordsPath, (leaf - 1) * PAGE_BYTES, Buffer.alloc(PAGE_BYTES, 0xa5));
    const { records, damage } = open(paths);
    expect(damage?.incomplete).toEqual(['clients']);
    const labels = listRegisteredClients(records).map(({ label }) => label);
    expect(labels).toContain('in the log');
    expect(labels).toContain(`Client ${CLIENTS - 1}`);
    expect(labels.length).toBeLessThan(CLIENTS);
    expect(verifyChain(records)).toMatchObject({ ok: true, entries: CLIENTS });
    expect(latestRate(records)?.observedAtMs).toBe(CLIENTS - 1);
  });

  test.each<[string, (path: string) => void]>([
    ['their header is overwritten', (path) => overwrite(path, 0, Buffer.alloc(100, 0xa5))],
    ['they are text', (path) => writeFileSync(path, 'not a database'.repeat(1000))],
    ['they are empty', (path) => truncateSync(path)],
    ['they are gone', (path) => rmSync(path)],
  ])('the history names the clients when %s', (_what, damageIt) => {
    const { folder: _, ...paths } = makeProfile()();
    damageIt(paths.recordsPath);
    if (!existsSync(paths.recordsPath)) rmSync(`${paths.recordsPath}-wal`);
    const before = contentOf(paths.recordsPath);
    const { records, damage } = open(paths);
    expect(damage?.incomplete).toEqual([
      'clients',
      'requests',
      'notes',
      'guards',
      'rates',
      'audit',
    ]);
    const clients = listRegisteredClients(records);
    expect(clients.map(({ uid }) => uid)).toEqual(['BT-C1000', 'BT-C1001']);
    const cache = openCache(paths.cachePath, records.name);
    onTestFinished(() => void cache.close());
    const sort = { by: 'time', descending: true } as const;
    expect(historyPage(cache, { filter: {}, sort, after: null, limit: 5 }).rows).toHaveLength(2);
    expect(contentOf(paths.recordsPath)).toEqual(before);
  });

  test('an audit log that was cut off is damage, though every page is sound', () => {
    const { folder: _, ...paths } = makeProfile()();
    const db = new Database(paths.recordsPath);
    db.exec(`DROP TRIGGER audit_is_not_deleted; DELETE FROM audit WHERE seq > ${CLIENTS - 2}`);
    db.close();
    const before = contentOf(paths.recordsPath);
    const { records, damage } = open(paths);
    expect(damage?.incomplete).toEqual(['audit']);
    expect(verifyChain(records)).toEqual({
      ok: false,
      entries: CLIENTS - 2,
      firstBadSeq: CLIENTS - 1,
    });
    expect(listRegisteredClients(records)).toHaveLength(CLIENTS);
    expect(contentOf(paths.recordsPath)).toEqual(before);
  });

  test('a trigger whose text is damaged is damage, which no check of pages finds', () => {
    const { folder: _, ...paths } = makeProfile()();
    const content = readFileSync(paths.recordsPath);
    const at = content.indexOf('OLD.created_at_ms');
    overwrite(paths.recordsPath, at + 'OLD.'.length, Buffer.from('X'));
    expect(open(paths).damage).not.toBeNull();
  });

  test('so is a column whose name is damaged where a constraint names it', () => {
    const { folder: _, ...paths } = makeProfile()();
    const at = readFileSync(paths.recordsPath).lastIndexOf('deposit_address     TEXT');
    overwrite(paths.recordsPath, at, Buffer.from('X'));
    const before = contentOf(paths.recordsPath);
    expect(open(paths).damage).not.toBeNull();
    expect(contentOf(paths.recordsPath)).toEqual(before);
  });

  test('nothing that is shown can be written', () => {
    const { folder: _, ...paths } = makeProfile()();
    overwrite(paths.recordsPath, 0, Buffer.alloc(100, 0xa5));
    const { records } = open(paths);
    expect(() => labelClient(records, 'BT-C1000', 'x')).toThrow(/readonly/);
    expect(() =>
      annotate(records, { clientUid: 'A', tid: '1', note: 'n', tags: [], updatedAtMs: 1 }),
    ).toThrow(/readonly/);
  });
});

test('wherever bytes are flipped: whole, or only read or refused, and left as they were', () => {
  const copyOf = makeProfile();
  const { recordsPath } = copyOf();
  const bytes = statSync(recordsPath).size;
  const outcomes = { whole: 0, damaged: 0 };
  // Flips in the first pages, where the schema lies, are as likely as all others together.
  const position = fc.oneof(fc.nat(8 * PAGE_BYTES), fc.nat(bytes - 1));
  const flips = fc.array(fc.record({ at: position, mask: fc.integer({ min: 1, max: 255 }) }), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(flips, (all) => {
      const { folder, ...paths } = copyOf();
      const content = readFileSync(paths.recordsPath);
      for (const { at, mask } of all) content[at] = (content[at] ?? 0) ^ mask;
      writeFileSync(paths.recordsPath, content);
      const before = contentOf(paths.recordsPath);
      // A larger number where the version stands is no damage to be seen.
      if (content.readInt32BE(VERSION_AT) > recordsMigrations.length) {
        expect(() => openRecordsOrSalvage(paths)).toThrow(/newer version/);
        expect(contentOf(paths.recordsPath)).toEqual(before);
        return;
      }
      const { records, damage } = openRecordsOrSalvage(paths, { now: () => DAY_MS });
      try {
        if (damage === null) outcomes.whole += 1;
        else {
          outcomes.damaged += 1;
          listRegisteredClients(records);
          listTags(records);
          getPolicy(records);
          latestRate(records);
          verifyChain(records);
          expect(records.readonly).toBe(true);
          expect(contentOf(paths.recordsPath)).toEqual(before);
          expect(contentOf(damage.copyPath ?? '')).toEqual(before);
        }
      } finally {
        records.close();
        rmSync(folder, { recursive: true });
      }
    }),
    { seed: 20_261_123, numRuns: 80 },
  );
  // Most flips are within the content of a row, which no check of SQLite's covers.
  expect(outcomes.damaged).toBeGreaterThan(15);
  expect(outcomes.whole).toBeGreaterThan(5);
}, 90_000);

/** Page numbers of a table's leaves, in order. */
function pagesOf(path: string, table: string): number[] {
  const copy = join(temporaryDirectory(), 'pages.db');
  copyFileSync(path, copy);
  const db = new Database(copy);
  try {
    return db
      .prepare<[string], number>(
        `SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path`,
      )
      .pluck()
      .all(table);
  } finally {
    db.close();
  }
}

test('a name in the schema that no statement fits any more is damage', () => {
  const { records, cache, recordsPath, cachePath } = openDatabases();
  records.pragma('wal_checkpoint(TRUNCATE)');
  records.close();
  cache.close();
  const content = readFileSync(recordsPath);
  content.write('unknown_guard_mz', content.indexOf('unknown_guard_ms'));
  writeFileSync(recordsPath, content);
  const opened = openRecordsOrSalvage({ recordsPath, cachePath }, { findMisfit });
  onTestFinished(() => void opened.records.close());
  expect(opened.damage).not.toBeNull();
});

describe('a schema that the migrations did not make', () => {
  test.each([
    ['a trigger that is gone', 'DROP TRIGGER intents_named_stay', 'intents_named_stay is gone'],
    [
      'an added trigger',
      'CREATE TRIGGER extra AFTER INSERT ON notes BEGIN DELETE FROM tags; END',
      'trigger extra was added',
    ],
    ['an added table', 'CREATE TABLE extra (id INTEGER PRIMARY KEY)', 'table extra was added'],
    ['an index that is gone', 'DROP INDEX intents_by_sent', 'intents_by_sent is gone'],
    [
      'a trigger made anew that does nothing',
      `DROP TRIGGER intents_named_stay;
       CREATE TRIGGER intents_named_stay BEFORE UPDATE ON intents WHEN 0 BEGIN SELECT 1; END`,
      'intents_named_stay is not what the app made',
    ],
  ])('%s makes records damaged, whose rows are all shown', (_what, sql, told) => {
    const paths = openDatabases();
    registerClients(paths.records, [{ uid: 'BT-C1', label: 'One', source: 'added', addedAtMs: 1 }]);
    paths.records.close();
    const db = new Database(paths.recordsPath);
    db.exec(sql);
    db.close();
    const { records, damage } = openRecordsOrSalvage(paths, { findMisfit });
    onTestFinished(() => void records.close());
    expect(damage?.misfit).toContain(told);
    expect(damage?.incomplete).toEqual([]);
    expect(records.isWritable).toBe(false);
    expect(listRegisteredClients(records)).toHaveLength(1);
  });
});
