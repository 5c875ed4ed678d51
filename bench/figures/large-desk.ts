import { setTimeout as delay } from 'node:timers/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { join } from 'node:path';
import { buildRequest } from '../../src/main/bitpro/request.ts';
import { startUpkeep } from '../../src/main/storage/cache/upkeep.ts';
import { openCache, openRecords } from '../../src/main/storage/open.ts';
import { registerClients } from '../../src/main/storage/records/clients-repo.ts';
import { createSyncEngine } from '../../src/main/sync/engine.ts';
import { interleave, median, type Context, type Figure } from '../harness.ts';
import { withServer, type Server } from './sync.ts';

const AT_ONCE = 8;
/** Short histories: what a desk of many clients costs is the requests. */
const ROWS = 7;
/** Every quiet client is read once in it, whatever the size of the desk. */
const REST_MINUTES = 12;
const MINUTE_MS = 60_000;

type Reading = { ms: number; loopP99Ms: number; heapMiB: number; restPercent: number };

/** The first reading of all clients, and what they cost while nothing happens. */
async function readAll(context: Context, { client }: Server): Promise<Reading> {
  const dir = context.scratch('large-desk');
  const records = openRecords(join(dir, 'records.sqlite'));
  const cache = openCache(join(dir, 'cache.sqlite'), join(dir, 'records.sqlite'));
  registerClients(
    records,
    uidsOf(context).map((uid) => ({ uid, label: '', source: 'imported' as const, addedAtMs: 0 })),
  );
  // As in the app: the log is copied into the database by a worker.
  const upkeep = startUpkeep(cache, {
    cachePath: join(dir, 'cache.sqlite'),
    onFailure: (error) => {
      throw error;
    },
  });
  let nowMs = Date.now();
  const engine = createSyncEngine({
    client: client(),
    records,
    cache,
    now: () => nowMs,
    onProgress: () => {},
    onChanged: () => {},
    onDeposits: () => {},
  });
  const heapBefore = heapMiB();
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  const startMs = performance.now();
  const { lastError } = await engine.runNow();
  const ms = performance.now() - startMs;
  loop.disable();
  if (lastError !== null) throw new Error(lastError);
  const cpuBefore = process.cpuUsage();
  for (let minute = 0; minute < REST_MINUTES; minute += 1) {
    nowMs += MINUTE_MS;
    await engine.runDue();
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  const restPercent = ((user + system) / 1000 / (REST_MINUTES * MINUTE_MS)) * 100;
  const heap = heapMiB() - heapBefore;
  await engine.close();
  await upkeep.close();
  cache.close();
  records.close();
  return { ms, loopP99Ms: loop.percentile(99) / 1e6, heapMiB: heap, restPercent };
}

/** The same requests with `fetch`, which is undici, as many at a time; nothing is kept of the answers. */
async function askAll(context: Context, { identity }: Server): Promise<number> {
  const endpoints = uidsOf(context).flatMap((uid) => [
    `/clients/${uid}/transactions`,
    `/clients/${uid}`,
  ]);
  const startMs = performance.now();
  const worker = async (): Promise<void> => {
    for (let endpoint = endpoints.pop(); endpoint !== undefined; endpoint = endpoints.pop()) {
      const plan = { method: 'GET', endpoint, query: '', body: NO_BODY, isPublic: false } as const;
      const { origin, uri, headers } = buildRequest(plan, identity, Date.now());
      const response = await fetch(new URL(uri, origin), { headers });
      if (response.status !== 200) throw new Error(`status ${response.status}`);
      await response.json();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return performance.now() - startMs;
}

const NO_BODY = Buffer.alloc(0);

function uidsOf({ clients }: Context): string[] {
  return Array.from({ length: clients }, (_, index) => `BT-C${index}`);
}

function heapMiB(): number {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  if (typeof gc === 'function') for (let round = 0; round < 3; round += 1) gc();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** Its goals are those of 20,000 clients: `--clients 20000 --only sync.20000`. */
const largeDesk: Figure = {
  name: 'sync.20000',
  unit: 'ms',
  anchor: 'the same requests by fetch (undici), eight at a time',
  goal: [
    { maxRatio: 1.3 },
    { max: 20, of: 'heap', unit: 'MiB' },
    { max: 16, of: 'loop p99', unit: 'ms' },
    { max: 3, of: 'at rest', unit: '% of a core' },
  ],
  async run(context) {
    const readings: Reading[] = [];
    const options = { rows: ROWS, latencyMs: 0, arrivalMs: 0 };
    const { value, anchorValue } = await withServer(options, (server) =>
      interleave(
        context.rounds,
        async () => {
          const reading = await readAll(context, server);
          readings.push(reading);
          await delay(10);
          return reading.ms;
        },
        () => askAll(context, server),
      ),
    );
    return {
      value,
      anchorValue,
      readings: {
        heap: median(readings.map((reading) => reading.heapMiB)),
        'loop p99': median(readings.map((reading) => reading.loopP99Ms)),
        'at rest': median(readings.map((reading) => reading.restPercent)),
      },
    };
  },
};

export const figures: readonly Figure[] = [largeDesk];
