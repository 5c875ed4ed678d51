import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rateSeries } from '../../../src/main/rates/series.ts';
import { saveTransactions } from '../../../src/main/storage/cache/transactions-repo.ts';
import type { RecordsDb } from '../../../src/main/storage/open.ts';
import { insertRate } from '../../../src/main/storage/records/rates-repo.ts';
import { openDatabases } from '../storage/databases.ts';
import { buy } from '../storage/transactions.ts';

const NOW_MS = 1_500_000_000_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Quotes that are valid for a minute each. */
function observe(records: RecordsDb, points: readonly (readonly [number, number])[]): void {
  const insertAll = records.transaction(() => {
    for (const [observedAtMs, buyPriceCents] of points) {
      const timeExpiresMs = observedAtMs + MINUTE_MS;
      const rate = { asset: 'BTC', buyPriceCents, timeExpiresMs, observedAtMs };
      insertRate(records, { ...rate, trigger: 'poll' }, null);
    }
  });
  insertAll();
}

test('without any observation there is nothing, in every period', async () => {
  const { records, cache } = openDatabases();
  for (const period of ['day', 'week', 'month', 'year', 'all'] as const) {
    const empty = { timesMs: [], pricesCents: [], trades: [], observations: 0 };
    expect(await rateSeries(records, cache, period, NOW_MS)).toEqual(empty);
  }
});

test('few observations come as they are, oldest first, only those of the period', async () => {
  const { records, cache } = openDatabases();
  const points = [
    [NOW_MS - 2 * DAY_MS, 100],
    [NOW_MS - 2 * MINUTE_MS, 300],
    [NOW_MS - MINUTE_MS, 200],
    [NOW_MS, 400],
  ] as const;
  observe(records, points);
  expect(await rateSeries(records, cache, 'day', NOW_MS)).toMatchObject({
    timesMs: points.slice(1).map(([atMs]) => atMs),
    pricesCents: [300, 200, 400],
    observations: 3,
  });
  expect((await rateSeries(records, cache, 'all', NOW_MS)).observations).toBe(4);
});

test('a time without observations is a gap, one quote held long is none', async () => {
  const { records, cache } = openDatabases();
  const start = NOW_MS - 60 * MINUTE_MS;
  observe(records, [
    [start, 100],
    [start + MINUTE_MS, 101],
    [start + 2 * MINUTE_MS, 102],
  ]);
  // Valid for half an hour: its repetitions were not kept.
  const held = start + 3 * MINUTE_MS;
  const rate = { asset: 'BTC', buyPriceCents: 103, trigger: 'poll', observedAtMs: held } as const;
  insertRate(records, { ...rate, timeExpiresMs: held + 30 * MINUTE_MS }, null);
  observe(records, [
    [held + 30 * MINUTE_MS, 104],
    [held + 31 * MINUTE_MS, 105],
    [held + 40 * MINUTE_MS, 106],
  ]);
  const { pricesCents, timesMs } = await rateSeries(records, cache, 'day', NOW_MS);
  expect(pricesCents).toEqual([100, 101, 102, 103, 104, 105, null, 106]);
  expect(timesMs).toEqual(timesMs.toSorted((a, b) => a - b));
});

test('thinning keeps every extreme, the order and at most 1,000 points', async () => {
  const steps = [1000, MINUTE_MS, 23 * MINUTE_MS, 3 * HOUR_MS, 5 * HOUR_MS];
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1001, max: 6000 }),
      fc.integer(),
      fc.constantFrom(...steps),
      async (count, seed, stepMs) => {
        const { records, cache, close } = openDatabases();
        const noise = (index: number) => Math.imul(index ^ seed, 2_654_435_761) >>> 0;
        const points = Array.from({ length: count }, (_, index) => {
          const atMs = NOW_MS - (count - index) * stepMs + (noise(index) % stepMs);
          return [atMs, 100_000 + (noise(index) >>> 12)] as const;
        });
        // Their order in the file is that of a clock that was set back.
        observe(records, [...points.slice(count / 2), ...points.slice(0, count / 2)]);
        const { timesMs, pricesCents, observations } = await rateSeries(
          records,
          cache,
          'all',
          NOW_MS,
        );
        const shown = timesMs.flatMap((atMs, index) => {
          const price = pricesCents[index];
          return typeof price === 'number' ? [[atMs, price] as const] : [];
        });
        expect(observations).toBe(count);
        expect(shown.length).toBeLessThanOrEqual(1000);
        expect(timesMs).toEqual(timesMs.toSorted((a, b) => a - b));
        expect([shown.at(0), shown.at(-1)]).toEqual([points.at(0), points.at(-1)]);
        const known = new Map(points);
        expect(shown.every(([atMs, price]) => known.get(atMs) === price)).toBe(true);
        expect(extremesByBucket(shown, points)).toEqual(extremesByBucket(points, points));
        close();
      },
    ),
    { numRuns: 20 },
  );
});

/** Lowest and highest price of each of 999 equal parts of the whole; of whole hours from half an hour on. */
function extremesByBucket(
  some: readonly (readonly [number, number])[],
  all: readonly (readonly [number, number])[],
): [bucket: number, lowest: number, highest: number][] {
  const firstMs = Math.min(...all.map(([atMs]) => atMs));
  const unitMs = (NOW_MS + 1 - firstMs) / 499 > 4 * HOUR_MS ? HOUR_MS : 1;
  const originMs = Math.floor(firstMs / unitMs) * unitMs;
  const widthMs = Math.ceil((NOW_MS + 1 - originMs) / 499 / unitMs) * unitMs;
  const buckets = Map.groupBy(some, ([atMs]) => Math.floor((atMs - originMs) / widthMs));
  return [...buckets].map(([bucket, points]) => {
    const prices = points.map(([, price]) => price);
    return [bucket, Math.min(...prices), Math.max(...prices)];
  });
}

test('of the hours at the ends only what lies in the period counts', async () => {
  const { records, cache } = openDatabases();
  const firstMs = NOW_MS - 365 * DAY_MS;
  const minutes = Array.from({ length: 3000 }, (_, index) => index);
  observe(records, [
    [firstMs - 1, 1],
    ...minutes.map((index) => [firstMs + index * 150 * MINUTE_MS, 1000] as const),
    [NOW_MS + 1, 9],
  ]);
  const { timesMs, pricesCents, observations } = await rateSeries(records, cache, 'year', NOW_MS);
  expect(observations).toBe(3000);
  expect(timesMs[0]).toBe(firstMs);
  expect(new Set(pricesCents)).toEqual(new Set([1000]));
});

const observedEvery = (stepMs: number, count: number) => `
  WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${count - 1})
  INSERT INTO rates (asset, buy_price_cents, time_expires_ms, observed_at_ms, trigger)
  SELECT 'BTC', 100 + i % 7, ${NOW_MS} + (1 - i) * ${stepMs}, ${NOW_MS} - i * ${stepMs}, 'poll' FROM n`;

test('a week read every five seconds leaves the event loop its turns, and ends with the profile', async () => {
  const { records, cache } = openDatabases();
  records.exec(observedEvery(5000, 120_000));
  let turns = 0;
  const beat = setInterval(() => (turns += 1), 0);
  const { observations } = await rateSeries(records, cache, 'week', NOW_MS);
  clearInterval(beat);
  expect(observations).toBe(120_000);
  expect(turns).toBeGreaterThan(2);

  const unfinished = rateSeries(records, cache, 'week', NOW_MS);
  records.close();
  await expect(unfinished).rejects.toMatchObject({ code: 'cancelled' });
});

test('a night without the app is one gap in a thinned month', async () => {
  const { records, cache } = openDatabases();
  const minutes = Array.from({ length: 10_000 }, (_, index) => index);
  const morning = (index: number) => (index < 5000 ? 0 : 600 * MINUTE_MS);
  observe(
    records,
    minutes.map((index) => [NOW_MS - 12_000 * MINUTE_MS + index * MINUTE_MS + morning(index), 100]),
  );
  const { timesMs, pricesCents } = await rateSeries(records, cache, 'month', NOW_MS);
  const gaps = pricesCents.flatMap((price, index) => (price === null ? [timesMs[index]] : []));
  expect(gaps).toHaveLength(1);
  expect(gaps[0]).toBeGreaterThan(NOW_MS - 7_001 * MINUTE_MS);
  expect(gaps[0]).toBeLessThan(NOW_MS - 6_400 * MINUTE_MS);
});

test('own buys are marked at the price they came to, others are not guessed', async () => {
  const { records, cache } = openDatabases();
  const atMs = NOW_MS - 5 * MINUTE_MS;
  observe(records, [[NOW_MS - 10 * MINUTE_MS, 122_510]]);
  saveTransactions(
    cache,
    'A',
    [
      buy('22000700', { amountSats: 122_779_733, createdAtMs: atMs }),
      buy('elsewhere', { createdAtMs: atMs }),
    ],
    NOW_MS,
  );
  records.exec('DROP TRIGGER intents_journaled_with_audit; DROP TRIGGER intents_begin_journaled');
  const insert = records.prepare(
    `INSERT INTO intents (id, kind, state, client_uid, usd_cents, quoted_price_cents,
       quote_observed_at_ms, quote_expires_at_ms, expected_sats, attempts, created_at_ms,
       sent_at_ms, settled_at_ms, server_tid, received_sats)
     VALUES ('i1', 'buy', 'confirmed', 'A', 150000, 122510, 1, 2, 122438984, 1, 1, 2, 3,
       '22000700', 122779733)`,
  );
  records.transaction(() => insert.run())();
  expect((await rateSeries(records, cache, 'day', NOW_MS)).trades).toEqual([
    { atMs, clientUid: 'A', amountSats: 122_779_733, priceCents: 122_170 },
  ]);
});
