import { expect, test } from 'vitest';
import {
  getTransaction,
  historyPage,
  historySummary,
} from '../../../src/main/storage/cache/history-repo.ts';
import { listMissing } from '../../../src/main/storage/cache/removed-repo.ts';
import { getBalanceSums } from '../../../src/main/storage/cache/totals-repo.ts';
import type { RemoteTransaction } from '../../../src/main/bitpro/wire.ts';
import { DAY_MS } from '../../../src/main/storage/cache/totals-repo.ts';
import { MINUTE_MS, START_MS, syncRig } from './sync-rig.ts';

type Rig = ReturnType<typeof syncRig>;

/** Takes a row out of the service's history, as after a reorg. */
function drop({ server }: Rig, tid: string): RemoteTransaction {
  const history = server.histories.get('A') ?? [];
  const [row] = history.splice(
    history.findIndex((each) => each.tid === tid),
    1,
  );
  if (!row) throw new Error(`no row ${tid}`);
  return row;
}

const removedAt = ({ cache }: Rig, tid: string) => getTransaction(cache, 'A', tid)?.removedAtMs;

const places: [string, number, (rig: Rig) => string][] = [
  ['the newest row', 5, ({ server }) => server.histories.get('A')?.[0]?.tid ?? ''],
  [
    'a row in the middle of the newest page',
    60,
    ({ server }) => server.histories.get('A')?.[12]?.tid ?? '',
  ],
  ['a row far down', 160, ({ server }) => server.histories.get('A')?.[140]?.tid ?? ''],
  ['the oldest row', 60, ({ server }) => server.histories.get('A')?.at(-1)?.tid ?? ''],
  ['the only row', 1, ({ server }) => server.histories.get('A')?.[0]?.tid ?? ''],
];

test.each(places)(
  '%s that vanishes is marked, in no sum and still shown',
  async (_name, rows, pick) => {
    const rig = syncRig({ A: rows });
    const { cache, round, server, time } = rig;
    await round();
    const tid = pick(rig);
    const before = getBalanceSums(cache, 'A').buySats;
    const { amountSats, createdAtMs } = drop(rig, tid);
    await rig.engine.runNow();
    expect(removedAt(rig, tid)).toBeNull();
    for (let minute = 0; minute < 3; minute += 1) await round();

    expect(removedAt(rig, tid)).toBeGreaterThan(START_MS);
    expect(getBalanceSums(cache, 'A').buySats).toBe(before - amountSats);
    const ranges = [
      {},
      { clientUid: 'A' },
      { fromMs: createdAtMs, toMs: createdAtMs + 1 },
      { fromMs: createdAtMs - (createdAtMs % DAY_MS), toMs: time.nowMs + DAY_MS },
      { minSats: 1 },
    ];
    for (const filter of ranges) {
      const sort = { by: 'time', descending: true } as const;
      const listed = historyPage(cache, { filter, sort, after: null, limit: 500 }).rows;
      const summed = listed.filter((row) => row.removedAtMs === null);
      expect(historySummary(cache, filter)).toMatchObject({
        count: listed.length,
        buySats: summed.reduce((sum, row) => sum + row.amountSats, 0),
      });
      expect(listed.find((row) => row.tid === tid)?.removedAtMs).not.toBeNull();
    }
    expect(server.requests.filter((request) => request.startsWith('row'))).toEqual([
      `row A ${tid}`,
    ]);
  },
);

test('a row that comes back is as if it had never gone', async () => {
  const rig = syncRig({ A: 30 });
  const { cache, round, server } = rig;
  await round();
  const sums = getBalanceSums(cache, 'A');
  const row = drop(rig, '30');
  await rig.engine.runNow();
  for (let minute = 0; minute < 3; minute += 1) await round();
  expect(removedAt(rig, '30')).not.toBeNull();
  server.histories.get('A')?.unshift({ ...row });
  await rig.engine.runNow();
  expect(removedAt(rig, '30')).toBeNull();
  expect(getBalanceSums(cache, 'A')).toEqual(sums);
  expect(listMissing(cache, 'A')).toEqual([]);
});

test('a history that lags for less than a minute, or knows the row by its tid, removes nothing', async () => {
  const rig = syncRig({ A: 30 });
  const { cache, round, server, time, engine } = rig;
  await round();
  const row = drop(rig, '30');
  for (let reading = 0; reading < 5; reading += 1) {
    time.nowMs += 5000;
    await engine.runNow();
  }
  expect(removedAt(rig, '30')).toBeNull();
  expect(listMissing(cache, 'A')).toMatchObject([{ tid: '30', removedAtMs: null }]);
  server.transaction = async () => row;
  for (let minute = 0; minute < 5; minute += 1) await round();
  expect(removedAt(rig, '30')).toBeNull();
});

test('rows pushed down while a history is read are not taken for gone', async () => {
  const rig = syncRig({ A: 200 });
  const { round, server, time, engine, cache } = rig;
  await round();
  let requests = 0;
  server.beforeRequest = () => {
    requests += 1;
    if (requests % 3 === 0) server.add('A', { createdAtMs: time.nowMs });
  };
  for (let reading = 0; reading < 4; reading += 1) {
    time.nowMs += 2 * MINUTE_MS;
    await engine.refreshClient('A');
  }
  expect(listMissing(cache, 'A')).toEqual([]);
});

test('a row of an unknown type that is removed is none to be explained any more', async () => {
  const rig = syncRig({ A: 5 });
  const [row] = rig.server.histories.get('A') ?? [];
  if (row) row.type = 'unknown';
  await rig.round();
  expect(getBalanceSums(rig.cache, 'A').unknownRows).toBe(1);
  drop(rig, row?.tid ?? '');
  for (let minute = 0; minute < 3; minute += 1) await rig.round();
  expect(removedAt(rig, row?.tid ?? '')).toBeGreaterThan(START_MS);
  expect(getBalanceSums(rig.cache, 'A').unknownRows).toBe(0);
});

test.each([MINUTE_MS * 60, -MINUTE_MS * 60])(
  'a clock that is set by %i ms between two readings makes no minute, and none longer',
  async (byMs) => {
    let passedMs = 0;
    const rig = syncRig({ A: 60 }, { monotonicMs: () => passedMs });
    await rig.round();
    const tid = rig.server.histories.get('A')?.[0]?.tid ?? '';
    drop(rig, tid);
    await rig.engine.runNow();
    rig.time.nowMs += byMs;
    passedMs += 1000;
    await rig.engine.runNow();
    await rig.engine.refreshClient('A');
    expect(removedAt(rig, tid)).toBeNull();
    passedMs += MINUTE_MS;
    await rig.engine.refreshClient('A');
    expect(removedAt(rig, tid)).not.toBeNull();
  },
);
