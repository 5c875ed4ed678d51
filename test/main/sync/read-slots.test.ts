import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createReadSlots } from '../../../src/main/sync/read-slots.ts';

test('answers that come in together are worked on one a turn of the loop, and hold back no request', async () => {
  const slots = createReadSlots(8, new Set());
  const { signal } = new AbortController();
  const arrival = Promise.withResolvers<void>();
  let asked = 0;
  let done = 0;
  const all = Array.from({ length: 16 }, async (_, index) => {
    await slots.use(`BT-${index}`, { signal, isDepth: false }, async () => {
      asked += 1;
      await arrival.promise;
    });
    done += 1;
  });
  await turn();
  expect(asked).toBe(8);
  arrival.resolve();
  const doneAfter: number[] = [];
  for (let each = 0; each < 40; each += 1) {
    await turn();
    doneAfter.push(done);
  }
  const most = doneAfter.map((count, index) => count - (doneAfter[index - 1] ?? 0));
  expect(Math.max(...most)).toBeLessThanOrEqual(2);
  expect(asked).toBe(16);
  await Promise.all(all);
});

test('what fails gives its place to the next', async () => {
  const slots = createReadSlots(1, new Set());
  const { signal } = new AbortController();
  const read = (answer: Promise<number>) =>
    slots.use('BT-1', { signal, isDepth: false }, () => answer);
  await expect(read(Promise.reject(new Error('down')))).rejects.toThrow('down');
  expect(await read(Promise.resolve(1))).toBe(1);
});
