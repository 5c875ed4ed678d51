import { expect, onTestFinished, test } from 'vitest';
import type { RateStatus } from '../../../src/shared/domain/rate.ts';
import { AppError } from '../../../src/shared/errors.ts';
import type { RemoteRate } from '../../../src/main/bitpro/wire.ts';
import { createRatePoller } from '../../../src/main/rates/poller.ts';
import { openDatabases } from '../storage/databases.ts';

const START_MS = 1_500_000_000_000;
/** The server's clock is a minute ahead of this machine's. */
const OFFSET_MS = 60_000;

function setUp() {
  const { records } = openDatabases();
  const time = { nowMs: START_MS };
  const clock = {
    dateMs: () => time.nowMs + OFFSET_MS,
    monotonicMs: () => time.nowMs - START_MS,
    offsetMs: () => OFFSET_MS,
  };
  const server: { answer: () => RemoteRate | Promise<RemoteRate>; requests: number } = {
    answer: () => quote(30_000),
    requests: 0,
  };
  const scheduled: { run: () => void; delayMs: number; calledOff: boolean }[] = [];
  const told: RateStatus[] = [];
  const create = () => {
    const poller = createRatePoller({
      client: {
        rates: async () => {
          server.requests += 1;
          return server.answer();
        },
      },
      records,
      clock,
      now: () => time.nowMs,
      onRate: (status) => told.push(status),
      schedule: (run, delayMs) => {
        const entry = { run, delayMs, calledOff: false };
        scheduled.push(entry);
        return () => (entry.calledOff = true);
      },
    });
    onTestFinished(() => poller.close());
    return poller;
  };
  /** A quote that ends so long from now, on the server's clock. */
  const quote = (validForMs: number, buyPriceCents = 122_510): RemoteRate => ({
    asset: 'BTC',
    buyPriceCents,
    timeExpiresMs: clock.dateMs() + validForMs,
  });
  const kept = () =>
    records
      .prepare('SELECT buy_price_cents, trigger, intent_id FROM rates ORDER BY id')
      .raw()
      .all();
  return { time, server, scheduled, told, create, quote, kept };
}

test.each([
  [30_000, 30_500],
  [1_000, 5_000],
  [-100_000, 5_000],
  [3_600_000, 60_000],
])(
  'a quote valid for %i ms by the server is asked for again in %i ms',
  async (validMs, delayMs) => {
    const { create, server, scheduled, quote } = setUp();
    server.answer = () => quote(validMs);
    const poller = create();
    poller.start();
    await poller.refresh('poll');
    expect(scheduled.at(-1)?.delayMs).toBe(delayMs);
  },
);

test('an unchanged quote is kept once, observations around a trade always', async () => {
  const { create, server, quote, kept } = setUp();
  const same = quote(30_000);
  server.answer = () => same;
  const poller = create();
  await poller.refresh('poll');
  await poller.refresh('poll');
  await poller.refresh('before_trade', 'i1');
  await poller.refresh('after_trade', 'i1');
  server.answer = () => ({ ...same, timeExpiresMs: same.timeExpiresMs + 1 });
  await poller.refresh('poll');
  expect(kept()).toEqual([
    [122_510, 'poll', null],
    [122_510, 'before_trade', 'i1'],
    [122_510, 'after_trade', 'i1'],
    [122_510, 'poll', null],
  ]);
});

test('a failure keeps the last rate, says why and backs off; the next answer ends it', async () => {
  const { create, server, scheduled, told, quote } = setUp();
  const poller = create();
  poller.start();
  await poller.refresh('poll');
  server.answer = () => {
    throw new AppError('offline', 'No network.', { retryable: true });
  };
  const delays: (number | undefined)[] = [];
  for (let failure = 0; failure < 8; failure += 1) {
    await expect(poller.refresh('poll')).rejects.toMatchObject({ code: 'offline' });
    delays.push(scheduled.at(-1)?.delayMs);
  }
  expect(delays).toEqual([5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
  expect(told.at(-1)).toMatchObject({
    rate: { buyPriceCents: 122_510 },
    lastError: 'No network.',
    clockOffsetMs: OFFSET_MS,
  });
  server.answer = () => quote(30_000, 130_000);
  await poller.refresh('poll');
  expect(poller.status()).toMatchObject({ rate: { buyPriceCents: 130_000 }, lastError: null });
  expect(scheduled.at(-1)?.delayMs).toBe(30_500);
});

test('only one request waits to be sent, whoever asked last', async () => {
  const { create, scheduled } = setUp();
  const poller = create();
  poller.start();
  await poller.refresh('poll');
  await poller.refresh('before_trade', 'i1');
  expect(scheduled.filter(({ calledOff }) => !calledOff)).toHaveLength(1);
});

test('offline after a restart the last rate is known, with the time it was seen', async () => {
  const { create, time } = setUp();
  await create().refresh('before_trade', 'i1');
  time.nowMs += 3_600_000;
  expect(create().status().rate).toMatchObject({
    buyPriceCents: 122_510,
    observedAtMs: START_MS,
    trigger: 'before_trade',
  });
});

test('an answer that comes after closing is not written and not told', async () => {
  const { create, server, told, quote, kept } = setUp();
  let answer: (rate: RemoteRate) => void = () => {};
  server.answer = () => new Promise((resolve) => (answer = resolve));
  const poller = create();
  poller.start();
  await Promise.resolve();
  const closing = poller.close();
  answer(quote(30_000));
  await closing;
  expect(server.requests).toBe(1);
  expect(kept()).toEqual([]);
  expect(told).toEqual([]);
});
