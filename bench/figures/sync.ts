import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import Database from 'better-sqlite3';
import * as z from 'zod';
import { defaultApiOptions } from '#shared/domain/profile.ts';
import { createBitproClient, type BitproClient } from '../../src/main/bitpro/client.ts';
import { createServerClock, machineClocks } from '../../src/main/bitpro/clock.ts';
import { buildRequest, type Identity } from '../../src/main/bitpro/request.ts';
import { createSigner } from '../../src/main/secrets/signer.ts';
import { savePage } from '../../src/main/storage/cache/coverage-repo.ts';
import { openCache, openRecords } from '../../src/main/storage/open.ts';
import { registerClient } from '../../src/main/storage/records/clients-repo.ts';
import { createSyncEngine } from '../../src/main/sync/engine.ts';
import { interleave, median, type Context, type Figure } from '../harness.ts';

const PAGE_ROWS = 25;
const AT_ONCE = 8;
const LATENCY_MS = 50;
/** A row comes in this often while pages are read; a busy client of the reference has one in hours. */
const ARRIVAL_MS = 250;
const SECRET = 'bench';
const UID = 'BT-C1';

/** 1,000 of the million rows' run, fewer of a smaller one. */
function pagesOf({ rows }: Context): number {
  return Math.min(1000, Math.max(40, Math.floor(rows / 1000)));
}

export type Server = { identity: Identity; client: () => BitproClient };

export async function withServer<T>(
  options: Record<'rows' | 'latencyMs' | 'arrivalMs', number>,
  use: (server: Server) => Promise<T>,
): Promise<T> {
  const args = Object.entries({ ...options, secret: SECRET }).map(
    ([key, value]) => `--${key}=${value}`,
  );
  const child = fork(join(import.meta.dirname, '../page-server.ts'), args, {
    execArgv: ['--no-warnings'],
  });
  try {
    const [port]: unknown[] = await once(child, 'message');
    const baseUrl = `http://127.0.0.1:${String(port)}/api/v1`;
    const signer = createSigner(SECRET);
    const identity = { baseUrl, apiKey: 'bench', signer, options: defaultApiOptions };
    const client = () =>
      createBitproClient({ ...identity, clock: createServerClock(machineClocks()) });
    return await use({ identity, client });
  } finally {
    child.kill();
  }
}

function openDesk(context: Context) {
  const dir = context.scratch('sync');
  const records = openRecords(join(dir, 'records.sqlite'));
  const cache = openCache(join(dir, 'cache.sqlite'), join(dir, 'records.sqlite'));
  registerClient(records, { uid: UID, label: '', source: 'added', addedAtMs: 0 });
  return {
    records,
    cache,
    close: () => {
      cache.close();
      records.close();
    },
  };
}

type Reading = { ms: number; pages: number; lost: number; loopP99Ms: number; loopMaxMs: number };

/** One first reading of a client by the engine, as the app does it. */
async function readWithEngine(context: Context, client: BitproClient): Promise<Reading> {
  const { records, cache, close } = openDesk(context);
  const engine = createSyncEngine({
    client,
    records,
    cache,
    now: Date.now,
    onProgress: () => {},
    onChanged: () => {},
    onDeposits: () => {},
  });
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  const startMs = performance.now();
  const { pages, lastError } = await engine.runNow();
  const ms = performance.now() - startMs;
  loop.disable();
  if (lastError !== null) throw new Error(lastError);
  await engine.close();
  // The server's tids count up from 1 without a hole, and the newest one read is the last that can be asked for.
  const [rows, newest] = cache
    .prepare<[], [number, number]>('SELECT count(*), max(CAST(tid AS INTEGER)) FROM transactions')
    .raw()
    .get() ?? [0, 0];
  close();
  const lost = newest - rows;
  return { ms, pages, lost, loopP99Ms: loop.percentile(99) / 1e6, loopMaxMs: loop.max / 1e6 };
}

/** One page after another, each written when it is in: what every peer does. Pages a second. */
async function readOneByOne(
  context: Context,
  client: BitproClient,
  pages: number,
): Promise<number> {
  const { cache, close } = openDesk(context);
  const startMs = performance.now();
  for (let page = 1; page <= pages; page += 1) {
    const rows = await client.transactions(UID, page);
    savePage(cache, { clientUid: UID, page, rows, joinsTid: null, readAtMs: Date.now() });
  }
  const ms = performance.now() - startMs;
  close();
  return (pages * 1000) / ms;
}

const parallel: Figure = {
  name: 'sync.parallel',
  unit: 'pages/s',
  anchor: 'the same pages one after another (an eighth of them)',
  goal: [
    { minRatio: 7 },
    { max: 1.15, of: 'of the limit N·L/K' },
    { max: 0, of: 'lost rows' },
    // Generous: a loaded machine, and the collector, are in it.
    { max: 20, of: 'loop p99', unit: 'ms' },
    { max: 60, of: 'loop max', unit: 'ms' },
  ],
  async run(context) {
    const pages = pagesOf(context);
    const options = { rows: pages * PAGE_ROWS, latencyMs: LATENCY_MS, arrivalMs: ARRIVAL_MS };
    const readings: Reading[] = [];
    const { value, anchorValue } = await interleave(
      context.rounds,
      () =>
        withServer(options, async ({ client }) => {
          const reading = await readWithEngine(context, client());
          readings.push(reading);
          return (pages * 1000) / reading.ms;
        }),
      () =>
        withServer(options, ({ client }) =>
          readOneByOne(context, client(), Math.ceil(pages / AT_ONCE)),
        ),
    );
    const limitMs = (pages * LATENCY_MS) / AT_ONCE;
    return {
      value,
      anchorValue,
      readings: {
        'of the limit N·L/K': median(readings.map(({ ms }) => ms)) / limitMs,
        'lost rows': Math.max(...readings.map(({ lost }) => lost)),
        'pages read': median(readings.map((reading) => reading.pages)),
        'loop p99': median(readings.map(({ loopP99Ms }) => loopP99Ms)),
        'loop max': median(readings.map(({ loopMaxMs }) => loopMaxMs)),
      },
    };
  },
};

const naiveRow = z.object({
  tid: z.string(),
  type: z.enum(['bitcoin_deposit', 'bitcoin_buy', 'bitcoin_withdrawal']),
  amount: z.string().regex(/^-?\d+\.\d{1,8}$/),
  created_at: z.iso.datetime(),
  tx_id: z.string().optional(),
  address: z.string().optional(),
  state: z.string().optional(),
  tx_confirmations: z.number().optional(),
});
const naivePage = z.array(naiveRow);

/** What one writes first: `fetch`, zod, one page after another, one row a statement. Milliseconds. */
async function readNaively(context: Context, { identity }: Server, pages: number): Promise<number> {
  const db = new Database(join(context.scratch('naive'), 'naive.sqlite'));
  // Of the same durability as the app's cache.
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  db.exec(`CREATE TABLE transactions (client TEXT, tid TEXT, type TEXT, sats INTEGER, at_ms INTEGER,
    tx_id TEXT, address TEXT, state TEXT, confirmations INTEGER, PRIMARY KEY (client, tid));
    CREATE INDEX by_time ON transactions (at_ms); CREATE INDEX by_client ON transactions (client, at_ms)`);
  const upsert = db.prepare(
    'INSERT OR REPLACE INTO transactions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const startMs = performance.now();
  for (let page = 1; page <= pages; page += 1) {
    const plan = {
      method: 'GET',
      endpoint: `/clients/${UID}/transactions`,
      query: `page=${page}`,
      body: Buffer.alloc(0),
      isPublic: false,
    } as const;
    const { origin, uri, headers } = buildRequest(plan, identity, Date.now());
    const response = await fetch(new URL(uri, origin), { headers });
    if (response.status !== 200) throw new Error(`status ${response.status}`);
    for (const row of naivePage.parse(await response.json())) {
      const { tid, type, tx_id: txId = null, address = null, state = null } = row;
      const sats = Math.round(Number(row.amount) * 1e8);
      const atMs = Date.parse(row.created_at);
      upsert.run(UID, tid, type, sats, atMs, txId, address, state, row.tx_confirmations ?? null);
    }
  }
  const ms = performance.now() - startMs;
  db.close();
  return ms;
}

const pipeline: Figure = {
  name: 'sync.pipeline',
  unit: 'ms',
  anchor: 'fetch (faster than axios), zod, one page after another, one row a statement',
  goal: [{ maxRatio: 0.6 }],
  run: (context) => {
    const pages = pagesOf(context);
    const options = { rows: pages * PAGE_ROWS, latencyMs: 0, arrivalMs: 0 };
    return withServer(options, (server) =>
      interleave(
        context.rounds,
        async () => (await readWithEngine(context, server.client())).ms,
        () => readNaively(context, server, pages),
      ),
    );
  },
};

export const figures: readonly Figure[] = [parallel, pipeline];
