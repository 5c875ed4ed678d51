import { expect, onTestFinished, test } from 'vitest';
import type { SyncProgress } from '../../../src/shared/domain/sync.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { getBalance } from '../../../src/main/storage/cache/balances-repo.ts';
import { getCoverage } from '../../../src/main/storage/cache/coverage-repo.ts';
import { getTransaction } from '../../../src/main/storage/cache/history-repo.ts';
import {
  acceptAddress,
  archiveClient,
  getRegisteredClient,
  registerClient,
} from '../../../src/main/storage/records/clients-repo.ts';
import type { DepositEvent } from '../../../src/main/sync/deposit-events.ts';
import {
  createSyncEngine,
  type SyncEngine,
  type SyncEngineDeps,
} from '../../../src/main/sync/engine.ts';
import { createFirstAddresses } from '../../../src/main/sync/first-addresses.ts';
import { openDatabases } from '../storage/databases.ts';
import { ModelServer } from './model-server.ts';

const START_MS = 1_500_000_000_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

function setUp(clients: Record<string, number>, options: Partial<SyncEngineDeps> = {}) {
  const databases = openDatabases();
  const { records } = databases;
  const server = new ModelServer();
  const time = { nowMs: START_MS };
  for (const [index, [uid, rows]] of Object.entries(clients).entries()) {
    server.addClient(uid);
    for (let row = 0; row < rows; row += 1) {
      server.add(uid, { createdAtMs: START_MS - HOUR_MS + row * 1000 });
    }
    registerClient(records, { uid, label: '', source: 'added', addedAtMs: -index });
  }
  const deposits: DepositEvent[] = [];
  const progress: SyncProgress[] = [];
  const changes: unknown[] = [];
  const create = () => {
    const engine = createSyncEngine({
      ...databases,
      client: server,
      now: () => time.nowMs,
      requestsAtOnce: 1,
      onProgress: (event) => progress.push(event),
      onChanged: (event) => changes.push(event),
      onDeposits: (events) => deposits.push(...events),
      ...options,
    });
    onTestFinished(() => engine.close());
    return engine;
  };
  /** What the clock does a minute later. */
  const round = (engine: SyncEngine = create()) => {
    time.nowMs += MINUTE_MS;
    return engine.runDue();
  };
  const requestsOf = async (work: () => Promise<unknown>) => {
    server.requests.length = 0;
    await work();
    return [...server.requests];
  };
  return { ...databases, server, time, deposits, progress, changes, create, round, requestsOf };
}

test('every newest page and balance comes before any backfill; nothing new costs one request a client', async () => {
  const { create, round, requestsOf, time } = setUp({ A: 60, B: 3 });
  const engine = create();
  const balanceAfterBackfill = 'client A';
  expect(await requestsOf(() => round(engine))).toEqual([
    'page A 1',
    'page B 1',
    'client A',
    'client B',
    'page A 1',
    'page A 2',
    'page A 3',
    balanceAfterBackfill,
  ]);
  expect(await requestsOf(() => round(engine))).toEqual(['page A 1', 'page B 1']);
  time.nowMs += 10 * 60_000;
  const withBalances = ['page A 1', 'page B 1', 'client A', 'client B'];
  expect(await requestsOf(() => round(engine))).toEqual(withBalances);
});

test('a balance is read again with every change in the history, in and out of one amount included', async () => {
  const { create, round, requestsOf, server } = setUp({ A: 3 });
  const engine = create();
  await round(engine);
  const { tid } = server.add('A', { type: 'deposit', amountSats: 5, confirmations: 6 });
  server.add('A', { type: 'withdrawal', amountSats: 5, state: 'pending' });
  expect(await requestsOf(() => round(engine))).toEqual(['page A 1', 'client A']);
  server.change('A', tid, { amountSats: 6 });
  expect(await requestsOf(() => round(engine))).toEqual(['page A 1', 'client A']);
  expect(await requestsOf(() => round(engine))).toEqual(['page A 1']);
});

test('the newest of every client comes before all depths; what is on screen is first of either', async () => {
  const { create, round, requestsOf } = setUp({ A: 60, B: 60, C: 30 });
  const engine = create();
  engine.prioritise(['C']);
  const requests = await requestsOf(() => round(engine));
  const uids = requests.filter((request) => request.startsWith('page')).map((each) => each[5]);
  expect(uids.join('')).toBe('CABCCAAABBB');
});

test('backfills share the requests in turn, so that a long one keeps none waiting', async () => {
  const { round, requestsOf } = setUp({ A: 500, B: 60 }, { requestsAtOnce: 2 });
  const requests = await requestsOf(() => round());
  expect(requests.indexOf('page B 3')).toBeLessThan(requests.indexOf('page A 8'));
});

test('a backfill cut off by the network goes on where it stopped, in a new process too', async () => {
  const { round, server, cache, requestsOf } = setUp({ A: 250 });
  server.beforeRequest = (request) => {
    if (request === 'page A 7') throw new AppError('offline', 'No network.', { retryable: true });
  };
  const stopped = await round();
  expect(stopped).toMatchObject({ running: false, lastError: 'No network.', clientsDone: 0 });
  expect(stopped.lastCompletedAtMs).toBeNull();
  expect(getCoverage(cache, 'A')).toEqual({
    rows: 150,
    completeToPage: 6,
    complete: false,
    asOfMs: null,
  });

  server.beforeRequest = () => {};
  const requests = await requestsOf(() => round());
  expect(requests.filter((request) => request.startsWith('page'))).toEqual([
    'page A 1',
    ...[6, 7, 8, 9, 10, 11].map((page) => `page A ${page}`),
  ]);
  expect(getCoverage(cache, 'A')).toMatchObject({ rows: 250, completeToPage: 10, complete: true });
});

test('a client the server does not know is named, and does not stop the others', async () => {
  const { round, server, cache } = setUp({ A: 1, B: 1 });
  server.histories.delete('A');
  const done = await round();
  expect(done).toMatchObject({
    lastError: null,
    failing: [{ clientUid: 'A', message: 'Not found' }],
    clientsDone: 1,
    clientsTotal: 2,
  });
  expect(getCoverage(cache, 'B').complete).toBe(true);
  expect(getCoverage(cache, 'A')).toMatchObject({ completeToPage: 0, complete: false });
});

test('archived clients are left alone', async () => {
  const { round, records, requestsOf } = setUp({ A: 1, B: 1 });
  archiveClient(records, 'A', true);
  expect(await requestsOf(() => round())).toEqual(['page B 1', 'client B']);
});

test('a cancelled run says so, keeps what it read and writes nothing more', async () => {
  const { create, round, server, cache } = setUp({ A: 250 });
  const engine = create();
  server.beforeRequest = (request) => {
    if (request === 'page A 4') engine.cancel();
  };
  const stopped = await round(engine);
  expect(stopped.lastError).toBe('Stopped before everything was read.');
  expect(getCoverage(cache, 'A')).toMatchObject({ rows: 75, completeToPage: 3, complete: false });
});

test('close waits for the request under way, so that the databases can be closed', async () => {
  const { create, round, server, cache, close } = setUp({ A: 250 });
  const engine = create();
  let closing: Promise<void> | undefined;
  server.beforeRequest = (request) => {
    if (request === 'page A 4') closing = engine.close();
  };
  await round(engine);
  await closing;
  expect(getCoverage(cache, 'A').rows).toBe(75);
  close();
});

test('the last completed run is remembered across starts', async () => {
  const { create, round, time } = setUp({ A: 1 });
  await round();
  time.nowMs += HOUR_MS;
  expect(create().status().lastCompletedAtMs).toBe(START_MS + MINUTE_MS);
});

test('deposits are news once when they arrive and once when final, never while backfilling', async () => {
  const { round, server, deposits } = setUp({ A: 0 });
  const old = server.add('A', { type: 'deposit', confirmations: 2, createdAtMs: START_MS });
  await round();
  expect(deposits).toEqual([]);

  const fresh = server.add('A', { type: 'deposit', confirmations: 0, amountSats: 5 });
  await round();
  expect(deposits).toEqual([{ clientUid: 'A', tid: fresh.tid, kind: 'new', amountSats: 5 }]);

  for (const confirmations of [3, 6, 6]) {
    server.change('A', fresh.tid, { confirmations });
    server.change('A', old.tid, { confirmations });
    await round();
  }
  expect(deposits.slice(1).map(({ tid, kind }) => [tid, kind])).toEqual([
    [fresh.tid, 'confirmed'],
    [old.tid, 'confirmed'],
  ]);
});

test('rows that settle are asked for by tid once they left the first page, ever more rarely', async () => {
  const { round, server, cache, time, requestsOf } = setUp({ A: 0 });
  const { tid } = server.add('A', { type: 'withdrawal', state: 'pending', createdAtMs: START_MS });
  await round();
  for (let row = 0; row < 30; row += 1) server.add('A', { createdAtMs: START_MS + row });

  time.nowMs += HOUR_MS;
  expect(await requestsOf(() => round())).not.toContain(`row A ${tid}`); // on page 2, just read
  expect(await requestsOf(() => round())).not.toContain(`row A ${tid}`); // over an hour old: after 61 s
  server.change('A', tid, { state: 'processed' });
  expect(await requestsOf(() => round())).toContain(`row A ${tid}`);
  expect(getTransaction(cache, 'A', tid)?.state).toBe('processed');
  time.nowMs += 24 * HOUR_MS;
  expect(await requestsOf(() => round())).not.toContain(`row A ${tid}`);
});

test('a deposit address that changes is kept beside the known one until the operator decides', async () => {
  const { time, round, server, records } = setUp({ A: 0 });
  await round();
  server.addresses.set('A', 'another');
  time.nowMs += 10 * MINUTE_MS;
  await round();
  const conflict = { depositAddress: 'address of A', conflictingAddress: 'another' };
  expect(getRegisteredClient(records, 'A')).toMatchObject(conflict);
  server.addresses.set('A', 'address of A');
  time.nowMs += 10 * MINUTE_MS;
  await round();
  expect(getRegisteredClient(records, 'A')).toMatchObject(conflict);

  expect(acceptAddress(records, 'A', 'a third')).toBe(false);
  expect(acceptAddress(records, 'A', 'another')).toBe(true);
  expect(getRegisteredClient(records, 'A')).toMatchObject({
    depositAddress: 'another',
    conflictingAddress: null,
  });
});

test('of two addresses within one reading the first is kept, and the other stands beside it', () => {
  const { records } = setUp({ A: 0 });
  const addresses = createFirstAddresses(records);
  expect(['first', 'first', 'other'].map((address) => addresses.observe('A', address))).toEqual([
    true,
    false,
    true,
  ]);
  const both = { depositAddress: 'first', conflictingAddress: 'other' };
  expect(getRegisteredClient(records, 'A')).toMatchObject(both);
});

test('a refresh reads the balance itself, though another reading has asked for it', async () => {
  const { create, server, records } = setUp({ A: 1 }, { requestsAtOnce: 2 });
  const engine = create();
  const answer = server.getClient.bind(server);
  const neverAnswered = Promise.withResolvers<never>();
  const asked = Promise.withResolvers<void>();
  server.getClient = () => {
    server.getClient = answer;
    asked.resolve();
    return neverAnswered.promise;
  };
  const onItsWay = Promise.withResolvers<void>();
  server.travel = () => {
    server.travel = () => Promise.resolve();
    return onItsWay.promise;
  };
  const refreshed = engine.refreshClient('A');
  const reading = engine.runNow();
  await asked.promise;
  onItsWay.resolve();
  await refreshed;
  expect(getRegisteredClient(records, 'A')?.depositAddress).toBe('address of A');
  neverAnswered.reject(new AppError('offline', 'No network.'));
  await reading;
});

test('a refresh rereads a whole history that does not add up to the balance', async () => {
  const { create, round, server, cache, requestsOf } = setUp({ A: 60 });
  const engine = create();
  await round(engine);
  // Slips in below the first page, where reading to the first known row cannot see it.
  const late = server.add('A', { amountSats: 777 });
  const history = server.histories.get('A') ?? [];
  history.splice(40, 0, ...history.splice(0, 1));
  await round(engine);
  expect(getTransaction(cache, 'A', late.tid)).toBeNull();

  const requests = await requestsOf(() => engine.refreshClient('A'));
  const head = ['page A 1', 'client A'];
  // Twice, for a row may have come in between page and balance.
  expect(requests).toEqual([...head, ...head, 'page A 1', 'page A 2', 'page A 3', 'client A']);
  expect(getTransaction(cache, 'A', late.tid)?.amountSats).toBe(777);
  expect(await requestsOf(() => engine.refreshClient('A'))).toEqual(head);
});

test('a history the server shortened still ends complete', async () => {
  const { round, server, cache } = setUp({ A: 100 });
  server.beforeRequest = (request) => {
    if (request === 'page A 4') throw new AppError('offline', 'No network.');
  };
  await round();
  server.beforeRequest = () => {};
  server.histories.get('A')?.splice(10, 70);
  await round();
  expect(getCoverage(cache, 'A')).toMatchObject({ rows: 95, complete: true });
});

test('a refresh passes its failure on', async () => {
  const { create, server } = setUp({ A: 1 });
  server.beforeRequest = () => {
    throw new AppError('timeout', 'Too slow.', { retryable: true });
  };
  await expect(create().refreshClient('A')).rejects.toMatchObject({ code: 'timeout' });
});

test('progress is told at both ends and not more often than every 250 ms between', async () => {
  const { round, progress, changes, time, server } = setUp({ A: 500 });
  server.beforeRequest = () => {
    time.nowMs += 100;
  };
  await round();
  expect(progress.length).toBeGreaterThan(4);
  expect(progress.length).toBeLessThan(12);
  expect(progress.at(0)).toMatchObject({ running: true, clientsTotal: 1, pages: 0 });
  expect(progress.at(-1)).toMatchObject({ running: false, clientsDone: 1, rows: 500 });
  expect(progress.filter(({ pagesLeft }) => pagesLeft !== null)).toEqual([]);
  expect(changes).toContainEqual({ clients: true, transactions: true });
});

test('once started it runs again after each run, whatever its end, until closed', async () => {
  const scheduled: { run: () => void; delayMs: number; calledOff: boolean }[] = [];
  const { create, round, server, cache } = setUp(
    { A: 1 },
    {
      intervalMs: 60_000,
      schedule: (run, delayMs) => {
        const entry = { run, delayMs, calledOff: false };
        scheduled.push(entry);
        return () => (entry.calledOff = true);
      },
    },
  );
  const engine = create();
  server.beforeRequest = () => {
    throw new AppError('offline', 'No network.');
  };
  engine.start();
  await round(engine);
  expect(scheduled).toHaveLength(1);
  expect(getBalance(cache, 'A')).toBeNull();

  server.beforeRequest = () => {};
  scheduled[0]?.run();
  await round(engine);
  expect(getBalance(cache, 'A')).toMatchObject({ balanceSats: 1 });
  expect(scheduled.map(({ delayMs }) => delayMs)).toEqual([60_000, 60_000]);
  await engine.close();
  expect(scheduled.at(-1)?.calledOff).toBe(true);
});

test('a clock that was set back keeps no balance from being read', async () => {
  const { create, round, time, server, cache } = setUp({ A: 1 });
  const engine = create();
  time.nowMs += HOUR_MS;
  await round(engine);
  time.nowMs -= HOUR_MS;
  server.balances.set('A', 77);
  await round(engine);
  expect(getBalance(cache, 'A')?.balanceSats).toBe(77);
  server.balances.set('A', 78);
  await engine.runNow();
  expect(getBalance(cache, 'A')?.balanceSats).toBe(78);
});

test('every balance is read when that is asked for, whatever its age', async () => {
  const { create, round, server, cache } = setUp({ A: 1, B: 1 });
  const engine = create();
  await round(engine);
  server.balances.set('A', 5);
  server.balances.set('B', 6);
  await engine.runNow();
  expect(['A', 'B'].map((uid) => getBalance(cache, uid)?.balanceSats)).toEqual([5, 6]);
});

test('quiet clients are asked more rarely, those on screen and all when the line is back at once', async () => {
  const { create, round, requestsOf, time } = setUp({ A: 1, B: 1 });
  const engine = create();
  await round(engine);
  time.nowMs += 100 * 24 * HOUR_MS;
  await round(engine);
  engine.prioritise(['B']);
  expect(await requestsOf(() => round(engine))).toEqual(['page B 1']);
  engine.prioritise([]);
  engine.start();
  await engine.runDue();
  const back = await requestsOf(async () => {
    engine.resume();
    await engine.runDue();
  });
  expect(back.toSorted()).toEqual(['page A 1', 'page B 1']);
});

test('what a stopped reading did not come to is read next, and what it came to is not', async () => {
  const uids = Array.from({ length: 12 }, (_, index) => `C${String(index).padStart(2, '0')}`);
  const { create, round, requestsOf, server, time } = setUp(
    Object.fromEntries(uids.map((uid) => [uid, 1])),
  );
  const engine = create();
  await round(engine);
  time.nowMs += 24 * HOUR_MS;
  server.beforeRequest = () => {
    if (server.requests.filter((request) => request.startsWith('page')).length === 6)
      engine.cancel();
  };
  const first = await requestsOf(() => engine.runNow());
  server.beforeRequest = () => {};
  const next = await requestsOf(() => engine.runDue());
  const pages = (requests: string[]) => requests.filter((request) => request.startsWith('page'));
  const read = pages(first).slice(0, -1);
  expect(pages(next).filter((page) => read.slice(0, 4).includes(page))).toEqual([]);
  expect(new Set([...pages(first), ...pages(next)]).size).toBe(uids.length);
});
