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
const DAY_MS = 1440 * MINUTE_MS;

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

test('thinning keeps every extreme, the order and about 2,000 points', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2001, max: 6000 }),
      fc.integer(),
      fc.constantFrom(1000, MINUTE_MS, 7 * MINUTE_MS),
      async (count, seed, stepMs) => {
        const { records, cache, close } = openDatabases();
        const points = Array.from({ length: count }, (_, index) => {
          const priceCents = 100_000 + (Math.imul(index ^ seed, 2_654_435_761) >>> 8);
          return [NOW_MS - (count - index) * stepMs, priceCents] as const;
        });
        observe(records, points);
        const { timesMs, pricesCents, observations } = await rateSeries(
          records,
          cache,
          'all',
          NOW_MS,
        );
        const prices = points.map(([, priceCents]) => priceCents);
        const shown = pricesCents.filter((price) => price !== null);
        expect(observations).toBe(count);
        expect(timesMs.length).toBe(pricesCents.length);
        expect(timesMs.length).toBeLessThanOrEqual(2000);
        expect(Math.min(...shown)).toBe(Math.min(...prices));
        expect(Math.max(...shown)).toBe(Math.max(...prices));
        expect([shown.at(0), shown.at(-1)]).toEqual([prices.at(0), prices.at(-1)]);
        expect(timesMs).toEqual(timesMs.toSorted((a, b) => a - b));
        const known = new Map(points);
        expect(timesMs.every((atMs, index) => known.get(atMs) === pricesCents[index])).toBe(true);
        close();
      },
    ),
    { numRuns: 8 },
  );
});

test('a year of minutes leaves the event loop its turns, and ends when the profile closes', async () => {
  const { records, cache } = openDatabases();
  records.exec(`WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)
    INSERT INTO rates (asset, buy_price_cents, time_expires_ms, observed_at_ms, trigger)
    SELECT 'BTC', 100 + i % 7, ${NOW_MS} - i * 60000 + 60000, ${NOW_MS} - i * 60000, 'poll' FROM n`);
  let turns = 0;
  const beat = setInterval(() => (turns += 1), 0);
  const { observations } = await rateSeries(records, cache, 'year', NOW_MS);
  clearInterval(beat);
  expect(observations).toBe(300_001);
  expect(turns).toBeGreaterThan(2);

  const unfinished = rateSeries(records, cache, 'year', NOW_MS);
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
  records.exec(
    `INSERT INTO intents (id, kind, state, client_uid, usd_cents, quoted_price_cents,
       quote_observed_at_ms, quote_expires_at_ms, expected_sats, attempts, created_at_ms,
       sent_at_ms, settled_at_ms, server_tid, received_sats)
     VALUES ('i1', 'buy', 'confirmed', 'A', 150000, 122510, 1, 2, 122438984, 1, 1, 2, 3,
       '22000700', 122779733)`,
  );
  expect((await rateSeries(records, cache, 'day', NOW_MS)).trades).toEqual([
    { atMs, clientUid: 'A', amountSats: 122_779_733, priceCents: 122_170 },
  ]);
});
