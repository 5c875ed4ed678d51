import { expect, onTestFinished, test } from 'vitest';
import { createLineWatch } from '../../../src/main/sync/line-watch.ts';

function setUp() {
  const line = { pings: 0, isUp: false };
  let nowMs = 0;
  const timers: { run: () => void; atMs: number; calledOff: boolean }[] = [];
  const watch = createLineWatch({
    ping: async () => {
      line.pings += 1;
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

test('while the line is down it is tried less than every 700 ms and more than every two seconds', async () => {
  const { line, watch, pass } = setUp();
  watch.watch();
  watch.watch();
  await pass(20_000);
  expect(line.pings).toBeGreaterThanOrEqual(10);
  expect(line.pings).toBeLessThanOrEqual(28);
});

test('once it is back nothing is asked any more, until it is lost again', async () => {
  const { line, watch, pass } = setUp();
  watch.watch();
  await pass(5000);
  line.isUp = true;
  const before = line.pings;
  await pass(60_000);
  expect(line.pings).toBe(before + 1);
  line.isUp = false;
  watch.watch();
  await pass(3000);
  expect(line.pings).toBeGreaterThan(before + 1);
  watch.close();
  const closed = line.pings;
  await pass(60_000);
  expect(line.pings).toBe(closed);
});
