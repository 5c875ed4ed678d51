import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { savePage } from '../../src/main/storage/cache/coverage-repo.ts';
import { historyPage } from '../../src/main/storage/cache/history-repo.ts';
import { saveTransactions } from '../../src/main/storage/cache/transactions-repo.ts';
import { startUpkeep } from '../../src/main/storage/cache/upkeep.ts';
import { openCache, openRecords, type CacheDb } from '../../src/main/storage/open.ts';
import { generateClients } from '../generate.ts';
import { interleave, percentile, type Context, type Figure } from '../harness.ts';
import { createImport } from '../import-anchor.ts';
import { pageSql } from '../questions.ts';
import { runCli } from '../sqlite-cli.ts';
import { knownPages, newPages, pagesSql, type SentPage } from '../sync-pages.ts';
import type { Dataset } from '../dataset.ts';

const PAGES_A_ROUND = 400;

/** A copy that may be written. */
function copyOf({ dataset, scratch }: Context, name: string): Dataset {
  const source = dataset();
  const dir = scratch(name);
  const copy = {
    dir,
    cachePath: join(dir, 'cache.sqlite'),
    recordsPath: join(dir, 'records.sqlite'),
  };
  copyFileSync(source.cachePath, copy.cachePath);
  copyFileSync(source.recordsPath, copy.recordsPath);
  return copy;
}

/** The cache as it is while the app syncs: with its upkeep in a worker. */
async function whileKept<T>(data: Dataset, work: (cache: CacheDb) => Promise<T>): Promise<T> {
  const cache = openCache(data.cachePath, data.recordsPath);
  const checked = Promise.withResolvers<void>();
  const upkeep = startUpkeep(cache, {
    cachePath: data.cachePath,
    checkAfterMs: 0,
    onChecked: checked.resolve,
    onFailure: checked.reject,
  });
  try {
    await checked.promise;
    return await work(cache);
  } finally {
    await upkeep.close();
    cache.close();
  }
}

const bulk: Figure = {
  name: 'load.bulk',
  unit: 's',
  anchor: 'sqlite3 .import into the same table and indexes',
  goal: [{ maxRatio: 0.9 }],
  async run(context) {
    const anchor = createImport(context);
    const ours = () => loadAll(context);
    const { value, anchorValue } = await interleave(context.rounds, ours, anchor);
    return { value, anchorValue };
  },
};

/** Seconds of saving alone; making the rows up does not count. */
function loadAll({ rows, clients, seed, scratch }: Context): number {
  const dir = scratch('load');
  const records = openRecords(join(dir, 'records.sqlite'));
  const cache = openCache(join(dir, 'cache.sqlite'), join(dir, 'records.sqlite'));
  let spentMs = 0;
  const spend = (work: () => void) => {
    const startMs = performance.now();
    work();
    spentMs += performance.now() - startMs;
  };
  spend(() => cache.exec('BEGIN'));
  for (const client of generateClients({ rows, clients, seed })) {
    spend(() => saveTransactions(cache, client.uid, client.rows, 0));
  }
  spend(() => cache.exec('COMMIT'));
  cache.close();
  records.close();
  return spentMs / 1000;
}

/** Pages a second, saved one a transaction, as syncing does. */
function upsert(name: string, minRatio: number, pick: typeof newPages): Figure {
  return {
    name: `sync.upsert.${name}`,
    unit: 'pages/s',
    anchor: 'sqlite3, the same rows in the same transactions',
    goal: [{ minRatio }],
    async run(context) {
      const ofCli = copyOf(context, 'cli');
      const cliSide = createPicker(context, pick);
      const ourSide = createPicker(context, pick);
      return await whileKept(copyOf(context, 'ours'), async (cache) => {
        const ours = () => {
          const pages = ourSide(cache);
          const startMs = performance.now();
          for (const page of pages) save(cache, page);
          return rateOf(pages, performance.now() - startMs);
        };
        const idleMs = runCli(ofCli.cachePath, 'SELECT count(*) FROM states;');
        const anchor = () => {
          const pages = cliSide(cache);
          return rateOf(pages, runCli(ofCli.cachePath, pagesSql(pages)) - idleMs);
        };
        const { value, anchorValue } = await interleave(context.rounds, ours, anchor);
        return { value, anchorValue };
      });
    },
  };
}

/** The same pages for both sides, other ones in each round. */
function createPicker({ seed }: Context, pick: typeof newPages) {
  let round = 0;
  return (cache: CacheDb): SentPage[] => pick(cache, PAGES_A_ROUND, seed * 1000 + round++);
}

function save(cache: CacheDb, { clientUid, rows }: SentPage): void {
  savePage(cache, { clientUid, page: 1, rows, joinsTid: null, readAtMs: 1 });
}

function rateOf(pages: readonly SentPage[], ms: number): number {
  return (pages.length * 1000) / ms;
}

const commit: Figure = {
  name: 'sync.commit',
  unit: 'ms',
  anchor: null,
  goal: [{ max: 2, unit: 'ms (p99)' }],
  async run(context) {
    return await whileKept(copyOf(context, 'commit'), async (cache) => {
      const times: number[] = [];
      for (let round = 0; round < context.rounds; round += 1) {
        for (const page of newPages(cache, PAGES_A_ROUND, context.seed * 1000 + round)) {
          const startMs = performance.now();
          save(cache, page);
          times.push(performance.now() - startMs);
          // As between two answers of a server, so that the worker gets its turn.
          await new Promise(setImmediate);
        }
      }
      const readings = { p50: percentile(times, 50), max: percentile(times, 100) };
      return { value: percentile(times, 99), anchorValue: null, readings };
    });
  },
};

const cold: Figure = {
  name: 'open.cold',
  unit: 'ms',
  anchor: 'a sqlite3 process to the same rows',
  goal: [{ maxRatio: 1.5 }],
  async run(context) {
    const { rounds } = context;
    const data = copyOf(context, 'cold');
    const query = {
      filter: {},
      sort: { by: 'time', descending: true },
      after: null,
      limit: 100,
    } as const;
    const ours = () => {
      evict(data);
      const startMs = performance.now();
      const cache = openCache(data.cachePath, data.recordsPath);
      historyPage(cache, query);
      const ms = performance.now() - startMs;
      cache.close();
      return ms;
    };
    const anchor = () => {
      evict(data);
      return runCli(data.cachePath, `ATTACH '${data.recordsPath}' AS records;\n${pageSql(query)}`);
    };
    const { value, anchorValue } = await interleave(rounds * 3, ours, anchor);
    return { value, anchorValue };
  },
};

/** Drops the files from the system's page cache (GNU dd: POSIX_FADV_DONTNEED). */
function evict({ cachePath, recordsPath }: Dataset): void {
  for (const path of [cachePath, recordsPath]) {
    execFileSync('sync', [path]);
    const args = [`of=${path}`, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0'];
    execFileSync('dd', args, { stdio: 'ignore' });
  }
}

export const figures: readonly Figure[] = [
  bulk,
  upsert('new', 1.6, newPages),
  upsert('unchanged', 7, knownPages),
  commit,
  cold,
];
