import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { HistoryQuery } from '#shared/domain/transaction.ts';
import { reindexAnnotation } from '../../../src/main/storage/cache/annotation-index.ts';
import { historyPage, historySummary } from '../../../src/main/storage/cache/history-repo.ts';
import { createQueries } from '../../../src/main/storage/cache/queries.ts';
import { saveTransactions } from '../../../src/main/storage/cache/transactions-repo.ts';
import { startUpkeep } from '../../../src/main/storage/cache/upkeep.ts';
import { openCache } from '../../../src/main/storage/open.ts';
import { annotate } from '../../../src/main/storage/records/annotations-repo.ts';
import type { AppError } from '../../../src/shared/errors.ts';
import { openDatabases } from './databases.ts';
import { buy, withdrawal } from './transactions.ts';

const newestFirst = { by: 'time', descending: true } as const;
const pageOf = (filter: HistoryQuery['filter']): HistoryQuery => {
  return { filter, sort: newestFirst, after: null, limit: 3 };
};

function openQueries() {
  const databases = openDatabases();
  const failures: [string, unknown][] = [];
  const onFailure = (event: string, error: unknown): void => void failures.push([event, error]);
  const queries = createQueries(databases.cache, databases, onFailure);
  onTestFinished(() => queries.close());
  const rows = Array.from({ length: 9 }, (_, index) =>
    withdrawal(`900${index}`, { createdAtMs: index, amountSats: index + 1 }),
  );
  saveTransactions(databases.cache, 'A', rows, 1);
  return { ...databases, queries, failures };
}

test('the worker answers as the connection of the main thread does', async () => {
  const { cache, queries } = openQueries();
  for (const filter of [
    {},
    { text: '900' },
    { text: '9004' },
    { states: ['pending'] },
    { minSats: 4 },
  ]) {
    expect(await queries.page(pageOf(filter))).toEqual(historyPage(cache, pageOf(filter)));
    expect(await queries.summary(filter)).toEqual(historySummary(cache, filter));
  }
  expect(await queries.ask('page', pageOf({}))).toEqual(historyPage(cache, pageOf({})));
});

test('it sees what was written since it began', async () => {
  const { cache, queries } = openQueries();
  expect((await queries.page(pageOf({ text: '7777' }))).rows).toEqual([]);
  saveTransactions(cache, 'B', [buy('7777')], 1);
  expect((await queries.page(pageOf({ text: '7777' }))).rows).toMatchObject([{ tid: '7777' }]);
});

/** Many rows, so that a scan of all takes long enough to be met. */
function fillWithHashes(cache: Database.Database): void {
  cache.exec(`
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150000)
    INSERT INTO transactions (client_id, tid, type, amount_sats, created_at_ms, tx_id, settling, fetched_at_ms)
    SELECT (SELECT id FROM clients LIMIT 1), 'h' || i, 1, i, i, randomblob(32), 0, 1 FROM n`);
}

test(
  'a question for rows interrupts a sum and an older search, which are answered afterwards',
  { timeout: 60_000 },
  async () => {
    const { cache, queries } = openQueries();
    fillWithHashes(cache);
    // In the middle of no hash: every row is looked at.
    const nowhere = { text: 'abcdef0123456789abcdef0123456789' };
    const answered: string[] = [];
    const note = async <T>(name: string, answer: Promise<T>): Promise<T> => {
      const value = await answer;
      answered.push(name);
      return value;
    };
    await queries.page(pageOf({ text: 'h149999' }));
    const begun = () => new Promise((resolve) => setTimeout(resolve, 20));
    const sum = note('sum', queries.summary(nowhere));
    await begun();
    const old = note('old search', queries.page(pageOf(nowhere)));
    await begun();
    const fresh = note('new search', queries.page(pageOf({ text: 'h149999' })));
    expect((await fresh).rows).toHaveLength(1);
    expect(answered).toEqual(['new search']);
    expect((await old).rows).toEqual([]);
    expect(await sum).toMatchObject({ count: 0 });
    expect(answered).toEqual(['new search', 'old search', 'sum']);
  },
);

test('of questions that wait, the newest is answered first, and sums after rows', async () => {
  const { queries } = openQueries();
  const answered: string[] = [];
  const ask = async (name: string, answer: Promise<unknown>) => {
    await answer;
    answered.push(name);
  };
  await Promise.all([
    ask('first', queries.page(pageOf({ text: 'a' }))),
    ask('second', queries.page(pageOf({ text: 'ab' }))),
    ask('third', queries.page(pageOf({ text: 'abc' }))),
    ask('sum', queries.summary({ text: 'abc' })),
  ]);
  expect(answered).toEqual(['first', 'third', 'second', 'sum']);
});

test('what cannot be answered is told as an error, and the next question is answered', async () => {
  const { cache, queries, failures } = openQueries();
  const tooMuch = Number.MAX_SAFE_INTEGER;
  saveTransactions(cache, 'B', [buy('1', { amountSats: tooMuch })], 1);
  saveTransactions(cache, 'C', [buy('2', { amountSats: tooMuch, createdAtMs: 86_400_000 })], 1);
  await expect(queries.summary({ minSats: 1, types: ['buy'] })).rejects.toMatchObject({
    code: 'internal',
  });
  await expect.poll(() => String(failures[0])).toMatch(/query worker.*summary/s);
  expect((await queries.summary({ text: '9001' })).count).toBe(1);
});

test('closing ends the worker, and what was not answered is cancelled', async () => {
  const { queries, close } = openQueries();
  const answers = ['a', 'b', 'c'].map((text) => queries.page(pageOf({ text })));
  const settled = Promise.allSettled(answers);
  await queries.close();
  const last = (await settled).at(1);
  expect(last).toMatchObject({ status: 'rejected', reason: { code: 'cancelled' } });
  close();
});

describe('upkeep', () => {
  test('copies the log into the database, and no commit of the main thread does', async () => {
    const { cache, cachePath } = openDatabases();
    const onFailure = vi.fn<(error: AppError) => void>();
    const upkeep = startUpkeep(cache, { cachePath, onFailure });
    const autocheckpoint = () => cache.pragma('wal_autocheckpoint', { simple: true });
    await vi.waitFor(() => expect(autocheckpoint()).toBe(0), 5000);
    saveTransactions(cache, 'A', [buy('1')], 1);
    await vi.waitFor(() => expect(rowsWithoutLog(cachePath)).toBe(1), 5000);
    await upkeep.close();
    expect(autocheckpoint()).toBe(1000);
    expect(onFailure).not.toHaveBeenCalled();
  });

  test('puts together what commits left of the index for text in parts', async () => {
    const { records, cache, cachePath } = openDatabases();
    const onFailure = vi.fn<(error: AppError) => void>();
    for (let index = 0; index < 30; index += 1) {
      const tid = String(index);
      saveTransactions(cache, 'A', [buy(tid)], 1);
      const note = `invoice number ${index} of the year`;
      annotate(records, { clientUid: 'A', tid, note, tags: [], updatedAtMs: 1 });
      reindexAnnotation(cache, 'A', tid);
    }
    const parts = cache.prepare('SELECT count(DISTINCT segid) FROM annotations_idx').pluck();
    expect(parts.get()).toBeGreaterThan(1);
    const upkeep = startUpkeep(cache, { cachePath, onFailure, checkAfterMs: 0 });
    await vi.waitFor(() => expect(parts.get()).toBe(1), 5000);
    await upkeep.close();
    const found = historyPage(cache, pageOf({ text: 'number 7 of' }));
    expect(found.rows).toMatchObject([{ tid: '7' }]);
    expect(onFailure).not.toHaveBeenCalled();
  });

  function rowsWithoutLog(path: string): unknown {
    const copy = `${path}.copy`;
    copyFileSync(path, copy);
    const db = new Database(copy);
    try {
      return db.prepare('SELECT count(*) FROM transactions').pluck().get();
    } catch {
      return 'not yet';
    } finally {
      db.close();
    }
  }

  test('finds a damaged cache after it was opened, and opened thoroughly it is set aside', async () => {
    const { cache, cachePath, recordsPath, directory, close } = openDatabases();
    const rows = Array.from({ length: 500 }, (_, index) => buy(String(index)));
    saveTransactions(cache, 'A', rows, 1);
    close();
    const content = readFileSync(cachePath);
    content.fill(0xa5, content.length - 8 * 4096);
    writeFileSync(cachePath, content);

    const opened = openCache(cachePath, recordsPath);
    const failed = Promise.withResolvers<AppError>();
    const onFailure = failed.resolve;
    const upkeep = startUpkeep(opened, { cachePath, onFailure, checkAfterMs: 0 });
    expect((await failed.promise).code).toBe('storage_damaged');
    await upkeep.close();
    opened.close();

    const rebuilt = openCache(cachePath, recordsPath, { now: () => 42, thorough: true });
    onTestFinished(() => void rebuilt.close());
    expect(historyPage(rebuilt, pageOf({})).rows).toEqual([]);
    expect(readdirSync(directory)).toContain('cache.db.bad-42');
  });

  test('says when the file is whole', async () => {
    const { cache, cachePath } = openDatabases();
    const checked = Promise.withResolvers<void>();
    const upkeep = startUpkeep(cache, {
      cachePath,
      checkAfterMs: 0,
      onFailure: checked.reject,
      onChecked: checked.resolve,
    });
    await checked.promise;
    await upkeep.close();
  });
});
