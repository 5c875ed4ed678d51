import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createPace } from '../../../src/main/bitpro/pace.ts';
import { clientFor } from './client-under-test.ts';
import { json, startRawServer } from './raw-server.ts';

const refuse = (response: ServerResponse, retryAfter?: string, status = 429) =>
  response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end();

/** A server that refuses the first request and notes when each came and how many it had at once. */
async function serverThatRefusesOnce(first: (response: ServerResponse) => unknown) {
  const log: { atMs: number; atOnce: number }[] = [];
  let atOnce = 0;
  const server = await startRawServer((_seen, response) => {
    atOnce += 1;
    log.push({ atMs: performance.now(), atOnce });
    response.on('close', () => (atOnce -= 1));
    if (log.length === 1) first(response);
    else void delay(20).then(() => json(response, 200, []));
  });
  return { server, log };
}

it.each([
  ['seconds', () => '1', 429, 1000],
  // A date has whole seconds: 2 s ahead are at least 1.
  ['a date', () => new Date(Date.now() + 2000).toUTCString(), 429, 950],
  ['seconds of a service that is down', () => '1', 503, 1000],
])(
  'all reads wait as long as Retry-After asks of one: %s',
  async (_form, header, status, leastMs) => {
    const { server, log } = await serverThatRefusesOnce((r) => refuse(r, header(), status));
    const bitpro = clientFor(server.baseUrl, { realTime: true });
    const first = bitpro.transactions('BT-C1', 1);
    while (bitpro.sleeps.length === 0) await delay(5);
    const others = [2, 3, 4, 5, 6, 7, 8].map((page) => bitpro.transactions('BT-C1', page));
    expect(await Promise.all([first, ...others])).toEqual(Array.from({ length: 8 }, () => []));
    const [refused, ...answered] = log;
    const waitedMs = Math.min(...answered.map(({ atMs }) => atMs)) - (refused?.atMs ?? 0);
    expect(waitedMs).toBeGreaterThanOrEqual(leastMs - 5);
    expect(waitedMs).toBeLessThan(leastMs + 2500);
    // One was under way when it was refused, so one at a time goes on, and a little more with each answer.
    expect(answered[0]?.atOnce).toBe(1);
    expect(Math.max(...answered.map(({ atOnce }) => atOnce))).toBeLessThan(7);
  },
);

it('a pause beyond the deadline fails all reads at once, without a request, until it is over', async () => {
  const server = await startRawServer((_seen, response) => refuse(response, '60'));
  const bitpro = clientFor(server.baseUrl, { realTime: true });
  for (let read = 0; read < 3; read += 1) {
    await expect(bitpro.transactions('BT-C1', 1)).rejects.toMatchObject({
      code: 'rate_limited',
      retryable: true,
    });
  }
  expect(server.seen).toHaveLength(1);
  expect(bitpro.sleeps).toEqual([]);
});

it('a read that waits for its turn is cancelled at once, and leaves the others theirs', async () => {
  const { server } = await serverThatRefusesOnce((r) => refuse(r, '1'));
  const bitpro = clientFor(server.baseUrl, { realTime: true });
  const first = bitpro.transactions('BT-C1', 1);
  while (bitpro.sleeps.length === 0) await delay(5);
  const leaving = new AbortController();
  const second = bitpro.transactions('BT-C1', 2, leaving.signal);
  const third = bitpro.transactions('BT-C1', 3);
  const startedMs = performance.now();
  leaving.abort();
  await expect(second).rejects.toMatchObject({ code: 'cancelled' });
  expect(performance.now() - startedMs).toBeLessThan(500);
  expect(await Promise.all([first, third])).toEqual([[], []]);
});

it('a payment is not held back', async () => {
  const server = await startRawServer(({ method }, response) => {
    if (method === 'GET') refuse(response, '60');
    else json(response, 200, { tid: '1', amount: '0.1', created_at: '2017-04-10T08:52:08Z' });
  });
  const bitpro = clientFor(server.baseUrl);
  await expect(bitpro.transactions('BT-C1', 1)).rejects.toMatchObject({ code: 'rate_limited' });
  expect(await bitpro.buy('BT-C1', 100)).toMatchObject({ kind: 'accepted' });
});

it('without a Retry-After pauses double, up to half a minute and as much again by chance', async () => {
  const randoms = fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(randoms, async (draws) => {
      let nowMs = 0;
      const pauses: number[] = [];
      const pace = createPace({
        now: () => nowMs,
        random: () => draws[pauses.length] ?? 0,
        sleep: async (delayMs) => {
          nowMs += delayMs;
        },
      });
      for (const [index] of draws.entries()) {
        pace.slowDown(null);
        const startedMs = nowMs;
        (await pace.enter({ withinMs: Infinity, signal: undefined }))?.();
        pauses.push(nowMs - startedMs);
        const leastMs = Math.min(30_000, 300 * 2 ** index);
        expect(pauses[index]).toBeGreaterThanOrEqual(leastMs);
        expect(pauses[index]).toBeLessThanOrEqual(2 * leastMs + 1);
      }
    }),
  );
});
