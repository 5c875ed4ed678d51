import fc from 'fast-check';
import { expect, test } from 'vitest';
import { getCoverage } from '../../../src/main/storage/cache/coverage-repo.ts';
import { historyPage } from '../../../src/main/storage/cache/history-repo.ts';
import { sumsByClient } from '../../../src/main/storage/cache/totals-repo.ts';
import type { CacheDb } from '../../../src/main/storage/open.ts';
import { registerClient } from '../../../src/main/storage/records/clients-repo.ts';
import { createSyncEngine } from '../../../src/main/sync/engine.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { openDatabases } from '../storage/databases.ts';
import { ModelServer } from './model-server.ts';

const uid = 'BT-C1';

/** What happens before a request is answered: rows arrive, or the line breaks. */
const eventArbitrary = fc.oneof(
  { weight: 6, arbitrary: fc.constant<number | 'offline'>(0) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom(24, 25, 26, 60, 130) },
  { weight: 1, arbitrary: fc.constant<number | 'offline'>('offline') },
);

function localTids(cache: CacheDb): string[] {
  const sort = { by: 'time', descending: true } as const;
  const { rows } = historyPage(cache, { filter: {}, sort, after: null, limit: 10_000 });
  return rows.map(({ tid }) => tid);
}

test('whatever arrives or breaks between two pages, a quiet run ends with exactly the history', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(0, 1, 24, 25, 26, 50, 99, 175),
      fc.array(eventArbitrary, { maxLength: 40 }),
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 50 }),
      async (initialRows, events, runs, ticks) => {
        const { records, cache, close } = openDatabases();
        const server = new ModelServer();
        let added = 0;
        const add = (count: number) => {
          for (let index = 0; index < count; index += 1) {
            const top = server.histories.get(uid)?.[0]?.createdAtMs ?? 1_490_000_000_000;
            // Many rows share their second.
            server.add(uid, { createdAtMs: top + (ticks[added++ % ticks.length] ? 1000 : 0) });
          }
        };
        server.addClient(uid);
        add(initialRows);
        registerClient(records, { uid, label: '', source: 'added', addedAtMs: 0 });
        const queue = [...events];
        server.beforeRequest = () => {
          const event = queue.shift() ?? 0;
          if (event === 'offline') throw new AppError('offline', 'No network.');
          add(event);
        };
        for (let run = 0; run < runs; run += 1) {
          const engine = createEngine({ records, cache }, server);
          await engine.runNow();
        }
        queue.length = 0;
        const last = await createEngine({ records, cache }, server).runNow();

        const history = server.histories.get(uid) ?? [];
        expect(last.lastError).toBeNull();
        expect(localTids(cache).toSorted()).toEqual(history.map(({ tid }) => tid).toSorted());
        expect(getCoverage(cache, uid)).toMatchObject({
          rows: history.length,
          complete: true,
          completeToPage: Math.max(1, Math.ceil(history.length / 25)),
        });
        const total = history.reduce((sum, { amountSats }) => sum + amountSats, 0);
        expect(sumsByClient(cache)[0]?.byType.buy.sats ?? 0).toBe(total);
        close();
      },
    ),
    { numRuns: Number(process.env['RUNS'] ?? 60) },
  );
});

function createEngine(
  databases: Pick<ReturnType<typeof openDatabases>, 'records' | 'cache'>,
  server: ModelServer,
) {
  return createSyncEngine({
    ...databases,
    client: server,
    now: Date.now,
    onProgress: () => {},
    onChanged: () => {},
    onDeposits: () => {},
  });
}
