import { cpSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { parse } from 'csv-parse/sync';
import { createDepositAddresses } from '../../src/main/clients/deposit-addresses.ts';
import { createRegistry } from '../../src/main/clients/registry.ts';
import { saveBalance } from '../../src/main/storage/cache/balances-repo.ts';
import { clientView } from '../../src/main/storage/client-views.ts';
import { openCache, openForReading, openRecords } from '../../src/main/storage/open.ts';
import { overview } from '../../src/main/storage/reconciliation.ts';
import { interleave, median, type Context, type Figure } from '../harness.ts';

/** What many clients cost is not their histories. Goals are those of 20,000: `--clients 20000 --only clients.`. */
const ROWS_EACH = 7;
const QUERY = { verdict: null, limit: 50 } as const;
const VIEWS = 200;

const SUMS = `SELECT client_id, type, sum(sats), sum(rows) FROM main.totals GROUP BY client_id, type`;

/** In the query worker: main is not held by it at all. */
const overviewFigure: Figure = {
  name: 'clients.overview',
  unit: 'ms',
  anchor: 'its sums in SQL alone',
  goal: [{ max: 30 }],
  async run(context) {
    const { cache, records, reader, uids } = copyOf(context, 'overview');
    const sums = reader.prepare(SUMS).raw();
    const unchanged: number[] = [];
    overview(reader, QUERY);
    const measured = await interleave(
      context.rounds,
      () => {
        unchanged.push(msOf(() => overview(reader, QUERY)));
        // By another connection, as in the app: the worker's own sees that something was written.
        saveBalance(cache, uids[0] ?? '', {
          balanceSats: unchanged.length,
          unconfirmedSats: 0,
          asOfMs: 1,
        });
        return msOf(() => overview(reader, QUERY));
      },
      () => msOf(() => sums.all()),
    );
    for (const db of [reader, cache, records]) db.close();
    const { value, anchorValue } = measured;
    return { value, anchorValue, readings: { 'nothing written': median(unchanged) } };
  },
};

/** The page of one client asks for one, so the number of the others does not matter. */
const oneClient: Figure = {
  name: 'clients.one',
  unit: 'ms',
  anchor: 'the same on a desk of a hundredth of the clients',
  goal: [{ maxRatio: 2 }, { max: 1 }],
  async run(context) {
    const [many, few] = [1, 100].map((part) => {
      const { reader, ...rest } = copyOf(context, 'one-client', part);
      reader.close();
      return rest;
    });
    if (!many || !few) throw new Error('two desks');
    const viewing = ({ records, cache, uids }: typeof many) => {
      const asked = Array.from({ length: VIEWS }, (_, at) => uids[(at * 7919) % uids.length] ?? '');
      return () => msOf(() => asked.map((uid) => clientView(records, cache, uid))) / VIEWS;
    };
    const [ours, anchor] = [viewing(many), viewing(few)];
    ours();
    anchor();
    const { value, anchorValue } = await interleave(context.rounds, ours, anchor);
    for (const { cache, records } of [many, few]) {
      cache.close();
      records.close();
    }
    return { value, anchorValue };
  },
};

/** A list of uids from its text to the registry, in main. */
const importFigure: Figure = {
  name: 'clients.import',
  unit: 'ms',
  anchor: 'csv-parse and one transaction of plain inserts',
  goal: [{ max: 16, of: 'longest hold', unit: 'ms' }],
  async run(context) {
    const csv = Array.from({ length: context.clients }, (_, at) => `BT-C${at},Client no. ${at}`);
    const text = ['uid,label', ...csv].join('\n');
    const holds: number[] = [];
    const { value, anchorValue } = await interleave(
      context.rounds,
      async () => {
        const { ms, longestMs } = await importAll(context, text);
        holds.push(longestMs);
        return ms;
      },
      () => insertAll(context, text),
    );
    return { value, anchorValue, readings: { 'longest hold': median(holds) } };
  },
};

async function importAll(context: Context, text: string) {
  const dir = context.scratch('import');
  const records = openRecords(join(dir, 'records.sqlite'));
  const cache = openCache(join(dir, 'cache.sqlite'), join(dir, 'records.sqlite'));
  const registry = createRegistry({
    records,
    cache,
    client: { getClient: () => Promise.reject(new Error('not asked')) },
    addresses: createDepositAddresses({ records, network: () => 'testnet' }),
    now: Date.now,
    actor: () => 'bench',
    onChanged: () => {},
    onAdded: () => {},
  });
  const longest = longestTurn();
  const whole = stopwatch();
  const lines = await registry.previewImport(text);
  await registry.import(lines.map(({ uid, label }) => ({ uid, label })));
  const ms = whole();
  const longestMs = longest();
  cache.close();
  records.close();
  return { ms, longestMs };
}

function insertAll(context: Context, text: string): number {
  const db = new Database(join(context.scratch('insert'), 'plain.sqlite'));
  db.pragma('journal_mode = WAL');
  db.exec('CREATE TABLE clients (uid TEXT PRIMARY KEY, label TEXT NOT NULL) STRICT');
  const insert = db.prepare('INSERT INTO clients VALUES (?, ?)');
  const ms = msOf(() => {
    const rows: string[][] = parse(text, { from_line: 2 });
    db.transaction(() => rows.forEach((row) => insert.run(row)))();
  });
  db.close();
  return ms;
}

/** A desk that may be written, and a connection that only reads, as the worker's. */
function copyOf(context: Context, name: string, part = 1) {
  const clients = Math.max(1, Math.floor(context.clients / part));
  const data = context.dataset(clients * ROWS_EACH, clients);
  const dir = context.scratch(name);
  cpSync(data.dir, dir, { recursive: true });
  const recordsPath = join(dir, 'records.sqlite');
  const cachePath = join(dir, 'cache.sqlite');
  const records = openRecords(recordsPath);
  const cache = openCache(cachePath, recordsPath);
  const uids = records.prepare<[], string>('SELECT uid FROM clients').pluck().all();
  return { records, cache, reader: openForReading(cachePath, recordsPath), uids };
}

/** Of this thread's processor: what else the machine does is not in it. Never nothing, so that ratios are numbers. */
function stopwatch(): () => number {
  const before = process.threadCpuUsage();
  return () => {
    const { user, system } = process.threadCpuUsage(before);
    return Math.max(1, user + system) / 1000;
  };
}

function msOf(work: () => unknown): number {
  const end = stopwatch();
  work();
  return end();
}

/** The most that one turn of the loop takes, until it is asked for. */
function longestTurn(): () => number {
  let longestMs = 0;
  let isOver = false;
  let turn = stopwatch();
  const look = (): void => {
    longestMs = Math.max(longestMs, turn());
    turn = stopwatch();
    if (!isOver) setImmediate(look);
  };
  setImmediate(look);
  return () => {
    isOver = true;
    return Math.max(longestMs, turn());
  };
}

export const figures: readonly Figure[] = [overviewFigure, oneClient, importFigure];
