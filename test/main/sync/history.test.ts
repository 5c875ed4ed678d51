import fc from 'fast-check';
import { expect, test } from 'vitest';
import { getCoverage } from '../../../src/main/storage/cache/coverage-repo.ts';
import { historyPage } from '../../../src/main/storage/cache/history-repo.ts';
import { getBalanceSums } from '../../../src/main/storage/cache/totals-repo.ts';
import type { CacheDb } from '../../../src/main/storage/open.ts';
import { archiveClient, registerClient } from '../../../src/main/storage/records/clients-repo.ts';
import { createSyncEngine, type SyncEngine } from '../../../src/main/sync/engine.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { openDatabases, type Databases } from '../storage/databases.ts';
import { ModelServer } from './model-server.ts';

const numRuns = Number(process.env['RUNS'] ?? 60);
const TIMEOUT_MS = 1000 * Math.max(60, numRuns);

/** What happens before a request is answered: rows arrive or are dropped, or the run ends. */
type Event = { add: number } | { drop: number } | 'offline' | 'cancel';

const arrivals = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Event>({ add: 0 }) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 3 }).map((add): Event => ({ add })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Event>(...[24, 25, 26, 60, 130].map((add) => ({ add }))),
  },
  { weight: 1, arbitrary: fc.constantFrom<Event>('offline', 'cancel') },
);
const drops = fc.nat({ max: 200 }).map((drop): Event => ({ drop }));

const worlds = (event: fc.Arbitrary<Event>) =>
  fc.record({
    initialRows: fc.constantFrom(0, 1, 24, 25, 26, 50, 99, 175, 250, 420),
    events: fc.array(event, { maxLength: 60 }),
    runs: fc.integer({ min: 1, max: 4 }),
    /** Whether a row is of another second than the one before it. */
    ticks: fc.array(fc.boolean(), { minLength: 1, maxLength: 50 }),
    requestsAtOnce: fc.constantFrom(1, 3, 8),
    scheduler: fc.scheduler(),
  });

type World = typeof worlds extends (event: never) => fc.Arbitrary<infer W> ? W : never;

/** Each world is a client of its own: databases take longer to make than all else. */
let clients = 0;

/** A desk and a server on which things happen between any two requests, in any order of requests and answers. */
function setUp(databases: Databases, world: World) {
  const { records, cache } = databases;
  const { initialRows, events, ticks, requestsAtOnce, scheduler } = world;
  const uid = `BT-C${(clients += 1)}`;
  const server = new ModelServer();
  const queue = [...events];
  let added = 0;
  let engine: SyncEngine;
  const add = (count: number) => {
    for (let index = 0; index < count; index += 1) {
      const top = server.histories.get(uid)?.[0]?.createdAtMs ?? 1_490_000_000_000;
      server.add(uid, { createdAtMs: top + (ticks[added++ % ticks.length] ? 1000 : 0) });
    }
  };
  server.addClient(uid);
  add(initialRows);
  registerClient(records, { uid, label: '', source: 'added', addedAtMs: 0 });
  server.travel = () => scheduler.schedule(Promise.resolve());
  server.beforeRequest = () => {
    const event = queue.shift() ?? { add: 0 };
    if (event === 'offline') throw new AppError('offline', 'No network.');
    if (event === 'cancel') engine.cancel();
    else if ('add' in event) add(event.add);
    else server.histories.get(uid)?.splice(event.drop, 1);
  };
  const inNewProcess = async <T>(work: (engine: SyncEngine) => Promise<T>): Promise<T> => {
    engine = createSyncEngine({
      records,
      cache,
      client: server,
      now: Date.now,
      requestsAtOnce,
      onProgress: () => {},
      onChanged: () => {},
      onDeposits: () => {},
    });
    const done = work(engine);
    await scheduler.waitFor(done);
    await engine.close();
    return done;
  };
  const history = () => server.histories.get(uid) ?? [];
  const close = () => archiveClient(records, uid, true);
  return { uid, cache, queue, server, history, inNewProcess, close };
}

function localTids(cache: CacheDb, clientUid: string): string[] {
  const sort = { by: 'time', descending: true } as const;
  const { rows } = historyPage(cache, { filter: { clientUid }, sort, after: null, limit: 10_000 });
  return rows.map(({ tid }) => tid);
}

/** Known rows right below which the server has one that is not known, and that does not show. */
function hiddenGaps(cache: CacheDb, uid: string, history: readonly { tid: string }[]): string[] {
  const known = new Set(localTids(cache, uid));
  const gaps = cache
    .prepare<[string], string>(
      `SELECT t.tid FROM gaps g JOIN transactions t ON t.id = g.transaction_id
       JOIN main.clients c ON c.id = g.client_id WHERE c.uid = ?`,
    )
    .pluck();
  const open = new Set(gaps.all(uid));
  return history
    .filter(({ tid }, index) => {
      const below = history[index + 1];
      return below !== undefined && known.has(tid) && !known.has(below.tid) && !open.has(tid);
    })
    .map(({ tid }) => tid);
}

test(
  'whatever arrives or breaks between two pages, no gap is hidden and a quiet run ends with exactly the history',
  async () => {
    const databases = openDatabases();
    await fc.assert(
      fc.asyncProperty(worlds(arrivals), async (world) => {
        const { uid, cache, queue, history, inNewProcess, close } = setUp(databases, world);
        for (let run = 0; run < world.runs; run += 1) {
          await inNewProcess((engine) => engine.runNow());
          expect(hiddenGaps(cache, uid, history())).toEqual([]);
        }
        queue.length = 0;
        const last = await inNewProcess((engine) => engine.runNow());

        expect(last.lastError).toBeNull();
        expect(localTids(cache, uid).toSorted()).toEqual(
          history()
            .map(({ tid }) => tid)
            .toSorted(),
        );
        expect(getCoverage(cache, uid)).toMatchObject({
          rows: history().length,
          complete: true,
          completeToPage: Math.max(1, Math.ceil(history().length / 25)),
        });
        const total = history().reduce((sum, { amountSats }) => sum + amountSats, 0);
        expect(getBalanceSums(cache, uid).buySats).toBe(total);
        close();
      }),
      { numRuns },
    );
  },
  TIMEOUT_MS,
);

/** Pages asked for past the end, when the last page is not seen yet, and one more reading of a page for a proof. */
const PAGES_IN_VAIN = 8 + 1;

test(
  'a history at rest costs each of its pages once, in whatever order answers arrive',
  async () => {
    const databases = openDatabases();
    await fc.assert(
      fc.asyncProperty(worlds(fc.constant<Event>({ add: 0 })), async (world) => {
        // Rows of one second have no order, by which pages without a row in common could be told apart.
        const inOrder = { ...world, ticks: [true] };
        const { cache, uid, server, history, inNewProcess, close } = setUp(databases, inOrder);
        await inNewProcess((engine) => engine.runNow());
        const pages = server.requests.filter((request) => request.startsWith(`page ${uid}`));
        const needed = Math.ceil(history().length / 25);
        // The newest page is read before it is known that more is missing.
        expect(pages.length).toBeLessThanOrEqual(1 + needed + PAGES_IN_VAIN);
        expect(getCoverage(cache, uid).complete).toBe(true);
        close();
      }),
      { numRuns },
    );
  },
  TIMEOUT_MS,
);

test(
  'rows dropped between two pages may hide others, until a refresh finds by the balance that they are missing',
  async () => {
    const databases = openDatabases();
    await fc.assert(
      fc.asyncProperty(worlds(fc.oneof(arrivals, drops)), async (world) => {
        const { uid, cache, queue, history, inNewProcess, close } = setUp(databases, world);
        for (let run = 0; run < world.runs; run += 1) {
          await inNewProcess((engine) => engine.runNow());
        }
        queue.length = 0;
        await inNewProcess(async (engine) => {
          await engine.runNow();
          await engine.refreshClient(uid);
        });
        const known = new Set(localTids(cache, uid));
        expect(history().filter(({ tid }) => !known.has(tid))).toEqual([]);
        expect(getCoverage(cache, uid).complete).toBe(true);
        close();
      }),
      { numRuns },
    );
  },
  TIMEOUT_MS,
);
