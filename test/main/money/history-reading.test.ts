import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RemoteTransaction } from '../../../src/main/bitpro/wire.ts';
import {
  readBaseline as read,
  readSince,
  type HistoryClient,
} from '../../../src/main/money/history-reading.ts';
import type { Baseline } from '../../../src/main/storage/records/settling-repo.ts';
import { newnessOf } from '../../../src/main/money/matching.ts';
import { ModelServer } from '../sync/model-server.ts';
import { NO_HISTORY } from './journal-of.ts';

const UID = 'BT-C1';
const START_MS = 1_490_000_000_000;

function server(rows: number, gapMs = 60_000): ModelServer {
  const model = new ModelServer();
  model.addClient(UID);
  for (let n = 0; n < rows; n += 1) model.add(UID, { createdAtMs: START_MS + n * gapMs });
  return model;
}

/** As it is kept where nothing else is known of the client. */
async function readBaseline(client: HistoryClient, uid: string, atMs: number): Promise<Baseline> {
  const baseline = await read(client, uid, { atMs, slackMs: 0 });
  return { ...baseline, isWhole: baseline.floorMs === null };
}

const since = ({ floorMs, tids }: Baseline, knownTids: string[] = []) => ({
  floorMs,
  knownTids: [...tids, ...knownTids],
});

const isNewerThan = (baseline: Baseline, row: RemoteTransaction): boolean =>
  newnessOf(baseline, row, true) === 'new';

function history(model: ModelServer): RemoteTransaction[] {
  return model.histories.get(UID) ?? [];
}

function nowOf(model: ModelServer): number {
  return history(model)[0]?.createdAtMs ?? START_MS;
}

test.each([
  ['an empty history', 0, 60_000, 1],
  ['a short one', 3, 60_000, 2],
  ['one full page of hours', 25, 3_600_000, 1],
  ['a busy quarter of an hour', 60, 1000, 4],
  ['rows of one instant', 30, 0, 3],
  ['years', 500, 3_600_000, 1],
])('the baseline of %s', async (_, rows, gapMs, pages) => {
  const model = server(rows, gapMs);
  const baseline = await readBaseline(model, UID, nowOf(model));
  expect(model.requests).toHaveLength(pages);
  for (const row of history(model)) expect(isNewerThan(baseline, row)).toBe(false);
});

test('whatever comes after the baseline is newer, whatever was there is not, also when pages shift', async () => {
  const arrivals = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 60 }),
      fc.constantFrom(0, 1000, 3_600_000),
      fc.integer({ min: 0, max: 70 }),
      arrivals,
      async (rows, gapMs, after, during) => {
        const model = server(rows, gapMs);
        const old = new Set(history(model).map(({ tid }) => tid));
        const baseline = await readBaseline(model, UID, nowOf(model));
        for (let n = 0; n < after; n += 1) model.add(UID);
        const added = history(model).slice(0, after);
        model.beforeRequest = () => {
          for (let n = during.shift() ?? 0; n > 0; n -= 1) model.add(UID);
        };
        const found = await readSince(model, UID, since(baseline));
        if (found.problem !== null) return;
        const tids = found.rows.map(({ tid }) => tid);
        expect(new Set(tids).size).toBe(tids.length);
        for (const { tid } of added) expect(tids).toContain(tid);
        for (const row of found.rows) expect(isNewerThan(baseline, row)).toBe(!old.has(row.tid));
      },
    ),
  );
});

test('a history that shows less than the baseline lags', async () => {
  const model = server(10);
  const baseline = await readBaseline(model, UID, nowOf(model));
  history(model).shift();
  const found = await readSince(model, UID, since(baseline));
  expect(found.problem).toContain('lags');
});

test('a history without what is known from elsewhere lags', async () => {
  const model = server(10);
  const baseline = await readBaseline(model, UID, nowOf(model));
  const { tid } = model.add(UID);
  const knownTids = [tid];
  expect((await readSince(model, UID, since(baseline, knownTids))).problem).toBeNull();
  history(model).shift();
  expect((await readSince(model, UID, since(baseline, knownTids))).problem).toContain('lags');
});

test.each([0, 10])(
  'a page that ends in the middle is not the end, after %i rows',
  async (before) => {
    const model = server(before);
    const baseline = await readBaseline(model, UID, nowOf(model));
    for (let n = 0; n < 30; n += 1) model.add(UID);
    const cut = {
      transactions: async (uid: string, page: number) =>
        (await model.transactions(uid, page)).slice(0, page === 1 ? 12 : 25),
    };
    const found = await readSince(cut, UID, since(baseline));
    expect(found.problem).toContain('ended in the middle');
  },
);

test('a server that sends one page for every page is not read as complete, nor forever', async () => {
  const model = server(25);
  const stuck = { transactions: (uid: string) => model.transactions(uid, 1) };
  const baseline = { ...NO_HISTORY, atMs: START_MS };
  const found = await readSince(stuck, UID, since(baseline));
  expect(found.problem).not.toBeNull();
});

test('a history that comes oldest first is read to its end', async () => {
  const model = server(40, 3_600_000);
  const oldestFirst = {
    transactions: async (_: string, page: number) =>
      history(model)
        .toReversed()
        .slice((page - 1) * 25, page * 25),
  };
  const baseline = await readBaseline(oldestFirst, UID, nowOf(model));
  const { tid } = model.add(UID);
  const found = await readSince(oldestFirst, UID, since(baseline));
  expect(found.problem).toBeNull();
  expect(found.rows.filter((row) => isNewerThan(baseline, row)).map((row) => row.tid)).toEqual([
    tid,
  ]);
});
