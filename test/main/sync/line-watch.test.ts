import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { createLineWatch } from '../../../src/main/sync/line-watch.ts';

function setUp() {
  const line = { knocks: 0, isUp: false, hangs: false };
  let nowMs = 0;
  const timers: { run: () => void; atMs: number; calledOff: boolean }[] = [];
  const watch = createLineWatch({
    knock: async (signal) => {
      line.knocks += 1;
      if (line.hangs) await once(signal, 'abort');
      if (!line.isUp) throw new Error('refused');
    },
    random: () => 0.999,
    schedule: (run, delayMs) => {
      const timer = { run, atMs: nowMs + delayMs, calledOff: false };
      timers.push(timer);
      return () => (timer.calledOff = true);
    },
  });
  onTestFinished(() => watch.close());
  const pass = async (ms: number) => {
    const untilMs = nowMs + ms;
    for (;;) {
      const due = timers.findIndex(({ atMs, calledOff }) => !calledOff && atMs <= untilMs);
      const [timer] = due < 0 ? [] : timers.splice(due, 1);
      if (!timer) break;
      nowMs = timer.atMs;
      timer.run();
      await new Promise(setImmediate);
    }
    nowMs = untilMs;
  };
  return { line, watch, pass };
}

test('while the line is down it is knocked at no more than twice a second and no less than each second', async () => {
  const { line, watch, pass } = setUp();
  watch.watch();
  watch.watch();
  await pass(20_000);
  expect(line.knocks).toBeGreaterThanOrEqual(20);
  expect(line.knocks).toBeLessThanOrEqual(40);
});

test('once it is back nothing is asked any more, until it is lost again', async () => {
  const { line, watch, pass } = setUp();
  watch.watch();
  await pass(5000);
  line.isUp = true;
  const before = line.knocks;
  await pass(60_000);
  expect(line.knocks).toBe(before + 1);
  line.isUp = false;
  watch.watch();
  await pass(3000);
  expect(line.knocks).toBeGreaterThan(before + 1);
  watch.close();
  const closed = line.knocks;
  await pass(60_000);
  expect(line.knocks).toBe(closed);
});

test('knocks that hang in a dead line keep no other back, and end when one came through', async () => {
  const { line, watch, pass } = setUp();
  line.hangs = true;
  watch.watch();
  await pass(5000);
  expect(line.knocks).toBeGreaterThanOrEqual(3);
  line.hangs = false;
  line.isUp = true;
  const before = line.knocks;
  await pass(2000);
  expect(line.knocks).toBe(before + 1);
});

test('when in doubt the line is looked at once, and watched only when it is lost', async () => {
  const { line, watch, pass } = setUp();
  watch.look();
  watch.look();
  await pass(10_000);
  expect(line.knocks).toBe(1);
  watch.watch();
  await pass(500);
  watch.look();
  expect(line.knocks).toBe(1);
  await pass(1000);
  expect(line.knocks).toBeGreaterThan(1);
  watch.close();
  const closed = line.knocks;
  watch.look();
  await pass(10_000);
  expect(line.knocks).toBe(closed);
});
