import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createServerClock,
  JUMP_MS,
  type KeptClock,
  type ServerClock,
} from '../../../src/main/bitpro/clock.ts';

const SECOND = 1000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START_MS = Date.UTC(2026, 10, 27, 9);

/** A machine and a server, each with a clock that can be set, and the app that is closed and opened between them. */
function createWorld({ wallAheadMs = 0 } = {}) {
  const machine = { wallMs: START_MS + wallAheadMs, monotonicMs: 5000 };
  const server = { nowMs: START_MS };
  let kept: KeptClock | null = null;
  const open = (): ServerClock =>
    createServerClock(
      { wallMs: () => machine.wallMs, monotonicMs: () => machine.monotonicMs },
      { kept, keep: (clock) => void (kept = structuredClone(clock)) },
    );
  let clock = open();
  return {
    get clock() {
      return clock;
    },
    machine,
    server,
    /** Time passes for everyone. */
    pass(ms: number): void {
      machine.wallMs += ms;
      machine.monotonicMs += ms;
      server.nowMs += ms;
    },
    /** The monotonic clock of Linux stands still meanwhile. */
    sleep(ms: number): void {
      machine.wallMs += ms;
      server.nowMs += ms;
    },
    answer(roundTripMs = 20): void {
      clock.dateMs();
      const sentAtMs = machine.monotonicMs;
      this.pass(roundTripMs / 2);
      const date = new Date(server.nowMs).toUTCString();
      this.pass(roundTripMs / 2);
      clock.observe(date, sentAtMs, machine.monotonicMs);
    },
    restart(closedForMs = 0): void {
      clock.keep();
      this.killed(closedForMs);
    },
    /** What was not kept is lost. */
    killed(closedForMs = 0): void {
      machine.wallMs += closedForMs;
      server.nowMs += closedForMs;
      // Another process counts from another moment.
      machine.monotonicMs = 17;
      clock = open();
    },
  };
}

/** A Date is cut to the second. */
const NEAR_MS = SECOND;

describe('the date', () => {
  it('is off by no more than half a second and half the round trip, and better with every answer', () => {
    const exchange = fc.record({
      thereMs: fc.integer({ min: 0, max: 5000 }),
      backMs: fc.integer({ min: 0, max: 5000 }),
      pauseMs: fc.integer({ min: 0, max: HOUR }),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: -400 * DAY, max: 400 * DAY }),
        fc.array(exchange, { minLength: 1, maxLength: 9 }),
        (wallAheadMs, all) => {
          const world = createWorld({ wallAheadMs });
          const { clock, machine, server } = world;
          let boundMs = Infinity;
          for (const { thereMs, backMs, pauseMs } of all) {
            world.pass(pauseMs);
            const sentAtMs = machine.monotonicMs;
            world.pass(thereMs);
            const date = new Date(server.nowMs).toUTCString();
            world.pass(backMs);
            clock.observe(date, sentAtMs, machine.monotonicMs);
            boundMs = Math.min(boundMs, (1000 + thereMs + backMs) / 2);
            expect(Math.abs(clock.dateMs() - server.nowMs)).toBeLessThanOrEqual(boundMs + 1);
            expect(Math.abs(clock.offsetMs() + wallAheadMs)).toBeLessThanOrEqual(boundMs + 2);
          }
        },
      ),
    );
  });

  it('follows the server wherever it goes, and no clock of this machine', () => {
    const world = createWorld();
    expect(world.clock.dateMs()).toBe(START_MS);
    world.answer();
    for (const byMs of [10 * HOUR, -10 * HOUR, -400 * DAY, 3 * SECOND]) {
      world.server.nowMs += byMs;
      world.answer();
      expect(Math.abs(world.clock.dateMs() - world.server.nowMs)).toBeLessThanOrEqual(NEAR_MS);
      world.machine.wallMs += 3 * byMs;
      expect(Math.abs(world.clock.dateMs() - world.server.nowMs)).toBeLessThanOrEqual(NEAR_MS);
    }
  });

  it('is learned from a readable Date alone', () => {
    const { clock } = createWorld();
    clock.observe('yesterday', 1, 1);
    clock.observe(undefined, 1, 1);
    clock.observe(new Date(START_MS + DAY).toUTCString(), 10, 9);
    expect([clock.isKnown(), clock.observedAtMs(), clock.offsetMs()]).toEqual([false, null, 0]);
    expect(clock.dateMs()).toBe(START_MS);
  });
});

describe('the guarded time', () => {
  it.each([0, HOUR, -HOUR, 25 * HOUR, -25 * HOUR, 400 * DAY, -400 * DAY])(
    'is the server’s from the first answer on, the machine’s clock being %i ms ahead',
    (wallAheadMs) => {
      const world = createWorld({ wallAheadMs });
      world.answer();
      world.pass(3 * HOUR);
      expect(Math.abs(world.clock.nowMs() - world.server.nowMs)).toBeLessThanOrEqual(NEAR_MS);
      world.answer();
      world.restart(8 * HOUR);
      world.answer();
      expect(Math.abs(world.clock.nowMs() - world.server.nowMs)).toBeLessThanOrEqual(2 * NEAR_MS);
    },
  );

  it('counts the sleep of the machine with the first answer after it', () => {
    const world = createWorld();
    world.answer();
    world.sleep(9 * HOUR);
    const asleep = world.clock.nowMs();
    expect(asleep).toBeLessThan(START_MS + SECOND);
    world.answer();
    expect(Math.abs(world.clock.nowMs() - world.server.nowMs)).toBeLessThanOrEqual(2 * NEAR_MS);
  });

  it('takes no Date of an exchange during which the machine slept', () => {
    const world = createWorld();
    world.answer();
    world.clock.dateMs();
    const sentAtMs = world.machine.monotonicMs;
    const date = new Date(world.server.nowMs).toUTCString();
    world.sleep(9 * HOUR);
    world.clock.observe(date, sentAtMs, world.machine.monotonicMs + 1);
    world.answer();
    expect(Math.abs(world.clock.nowMs() - world.server.nowMs)).toBeLessThanOrEqual(2 * NEAR_MS);
  });

  it('never runs backwards, nor faster than time, however either clock is set, also over restarts', () => {
    const jump = fc.constantFrom(HOUR, -HOUR, 25 * HOUR, -25 * HOUR, 400 * DAY, -400 * DAY, 7000);
    const step = fc.oneof(
      fc.record({ kind: fc.constantFrom('wall' as const, 'server' as const), byMs: jump }),
      fc.record({ kind: fc.constant('pass' as const), byMs: fc.integer({ min: 1, max: HOUR }) }),
      fc.record({ kind: fc.constant('answer' as const), byMs: fc.constant(0) }),
      fc.record({ kind: fc.constant('restart' as const), byMs: fc.constant(0) }),
    );
    fc.assert(
      fc.property(jump, fc.array(step, { maxLength: 40 }), (wallAheadMs, steps) => {
        const world = createWorld({ wallAheadMs });
        world.answer();
        const beganMs = world.clock.nowMs();
        let passedMs = 0;
        let formerMs = beganMs;
        let moved: string | null = null;
        for (const { kind, byMs } of steps) {
          if (kind === 'pass') {
            world.pass(byMs);
            passedMs += byMs;
          } else if (kind === 'answer') {
            world.answer();
            passedMs += 20;
            moved = null;
          } else if (kind === 'restart') world.restart();
          // Both set alike between two answers cannot be told from a machine that slept.
          else if (moved === null || moved === kind) {
            moved = kind;
            if (kind === 'wall') world.machine.wallMs += byMs;
            else world.server.nowMs += byMs;
          }
          const nowMs = world.clock.nowMs();
          expect(nowMs).toBeGreaterThanOrEqual(formerMs);
          expect(nowMs - beganMs).toBeLessThanOrEqual(passedMs + 3 * SECOND);
          formerMs = nowMs;
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each([10 * HOUR, 25 * HOUR, 400 * DAY])(
    'gains nothing from a server that is %i ms ahead and then right again, and signing goes on',
    (aheadMs) => {
      const world = createWorld();
      world.answer();
      world.server.nowMs += aheadMs;
      world.answer();
      expect(world.clock.nowMs()).toBeLessThan(START_MS + 3 * SECOND);
      expect(Math.abs(world.clock.dateMs() - world.server.nowMs)).toBeLessThanOrEqual(NEAR_MS);
      world.server.nowMs -= aheadMs;
      world.answer();
      world.pass(HOUR);
      expect(Math.abs(world.clock.nowMs() - world.server.nowMs)).toBeLessThanOrEqual(3 * SECOND);
      expect(Math.abs(world.clock.dateMs() - world.server.nowMs)).toBeLessThanOrEqual(NEAR_MS);
    },
  );

  it('is not taken from a server that was set while the app was closed, nor from a machine that was', () => {
    for (const one of ['server', 'wall'] as const) {
      const world = createWorld();
      world.answer();
      world.restart();
      if (one === 'server') world.server.nowMs += 25 * HOUR;
      else world.machine.wallMs += 25 * HOUR;
      world.answer();
      expect(world.clock.nowMs()).toBeLessThan(START_MS + 3 * SECOND);
    }
  });
});

describe('eras', () => {
  it('grow with a jump of either clock and with nothing else', () => {
    const world = createWorld();
    world.answer();
    const first = world.clock.era();
    for (let minute = 0; minute < 600; minute += 1) {
      world.pass(60_000);
      // Set right gently.
      world.machine.wallMs += 30;
      world.server.nowMs -= 20;
      world.answer(minute % 5 === 0 ? 4000 : 20);
    }
    expect(world.clock.era()).toBe(first);
    world.machine.wallMs -= JUMP_MS + SECOND;
    expect(world.clock.era()).toBe(first + 1);
    world.server.nowMs += JUMP_MS + 3 * SECOND;
    world.answer();
    expect(world.clock.era()).toBe(first + 2);
    world.answer();
    world.restart();
    world.answer();
    expect(world.clock.era()).toBe(1);
  });
});

describe('the dates of the last day', () => {
  const isWithin = ({ clock }: { clock: ServerClock }, dateMs: number): boolean =>
    clock.datesWithin(DAY).some(({ fromMs, toMs }) => dateMs >= fromMs && dateMs <= toMs);

  it('are those of the last 24 hours, and of the future', () => {
    const world = createWorld();
    world.answer();
    // Also of the day before the first answer.
    expect(isWithin(world, START_MS - 23 * HOUR)).toBe(true);
    expect(isWithin(world, START_MS - 25 * HOUR)).toBe(false);
    world.pass(48 * HOUR);
    world.answer();
    const { nowMs } = world.server;
    expect(isWithin(world, nowMs - 23 * HOUR)).toBe(true);
    expect(isWithin(world, nowMs - 25 * HOUR)).toBe(false);
    expect(isWithin(world, nowMs + 400 * DAY)).toBe(true);
  });

  it.each([10 * HOUR, 25 * HOUR, -25 * HOUR, 400 * DAY, -400 * DAY])(
    'hold what was dated before the first answer ever, when the server is set by %i ms right after it',
    (byMs) => {
      const world = createWorld();
      world.answer();
      world.server.nowMs += byMs;
      world.pass(1000);
      world.answer();
      expect(isWithin(world, START_MS - 2 * HOUR)).toBe(true);
      world.pass(HOUR);
      world.answer();
      expect(isWithin(world, START_MS - 2 * HOUR)).toBe(true);
    },
  );

  it.each([10 * HOUR, 25 * HOUR, -25 * HOUR, 400 * DAY, -400 * DAY])(
    'hold whatever was dated in the last day by a server that was set by %i ms, and no longer',
    (byMs) => {
      const world = createWorld();
      world.answer();
      world.pass(30 * HOUR);
      world.answer();
      const beforeMs = world.server.nowMs;
      world.server.nowMs += byMs;
      world.pass(1000);
      world.answer();
      world.pass(HOUR);
      const afterMs = world.server.nowMs;
      world.restart();
      expect([isWithin(world, beforeMs - HOUR), isWithin(world, afterMs)]).toEqual([true, true]);
      expect(isWithin(world, afterMs - 100 * DAY)).toBe(false);
      world.answer();
      for (let hour = 0; hour < 30; hour += 1) {
        world.pass(HOUR);
        world.answer();
      }
      expect(isWithin(world, world.server.nowMs - 23 * HOUR)).toBe(true);
      expect(isWithin(world, world.server.nowMs - 25 * HOUR)).toBe(false);
    },
  );

  it.each([
    ['a minute', 60 * SECOND],
    ['ten hours', 10 * HOUR],
    ['three days', 72 * HOUR],
  ])('are those of %s, too, that went by while the machine’s clock was set back', (_what, byMs) => {
    const world = createWorld();
    world.answer();
    world.pass(30 * HOUR);
    world.answer();
    world.clock.keep();
    const keptMs = world.server.nowMs;
    world.machine.wallMs -= 100 * HOUR;
    world.killed(byMs);
    world.answer();
    const { nowMs } = world.server;
    expect(isWithin(world, keptMs - HOUR)).toBe(true);
    for (let agoMs = Math.min(byMs, 23 * HOUR); agoMs > 0; agoMs -= 10 * SECOND) {
      expect(isWithin(world, nowMs - agoMs)).toBe(true);
    }
    for (let hour = 0; hour < 30; hour += 1) {
      world.pass(HOUR);
      world.answer();
    }
    expect(isWithin(world, world.server.nowMs - 23 * HOUR)).toBe(true);
    expect(isWithin(world, world.server.nowMs - 25 * HOUR)).toBe(false);
  });

  it('stay few, whatever the server says', () => {
    const world = createWorld();
    let kept = 0;
    for (let index = 0; index < 500; index += 1) {
      world.answer();
      world.server.nowMs += index % 2 === 0 ? 10 * SECOND : -10 * SECOND;
      kept = Math.max(kept, world.clock.datesWithin(DAY).length);
    }
    expect(kept).toBe(2);
  });
});
