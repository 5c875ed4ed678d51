import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createServerClock } from '../../../src/main/bitpro/clock.ts';
import { createConnectionMonitor } from '../../../src/main/bitpro/connection.ts';
import {
  nextAttemptDelayMs,
  readRetryAfterMs,
  readRetryPolicy as policy,
} from '../../../src/main/bitpro/retry.ts';

describe('nextAttemptDelayMs', () => {
  const failed = { attempt: 1, elapsedMs: 0, transient: true, retryAfterMs: null };

  it('is capped, jittered, bounded in number and never leads past the deadline', () => {
    const attempts = fc.record({
      attempt: fc.integer({ min: 1, max: 50 }),
      elapsedMs: fc.integer({ min: 0, max: 2 * policy.deadlineMs }),
      transient: fc.boolean(),
      retryAfterMs: fc.option(fc.integer({ min: 0, max: 100_000 })),
    });
    fc.assert(
      fc.property(attempts, fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, random) => {
        const delayMs = nextAttemptDelayMs(attempt, policy, random);
        if (!attempt.transient || attempt.attempt >= policy.maxAttempts) expect(delayMs).toBeNull();
        if (delayMs === null) return;
        const leastMs = attempt.retryAfterMs ?? 0;
        expect(delayMs).toBeGreaterThanOrEqual(leastMs);
        expect(delayMs).toBeLessThanOrEqual(leastMs + policy.maxDelayMs);
        expect(attempt.elapsedMs + delayMs).toBeLessThan(policy.deadlineMs);
      }),
    );
  });

  it.each([
    [1, 300],
    [2, 600],
    [3, 1200],
  ])('doubles its ceiling: attempt %i', (attempt, ceilingMs) => {
    expect(nextAttemptDelayMs({ ...failed, attempt }, policy, 1)).toBe(ceilingMs);
    expect(nextAttemptDelayMs({ ...failed, attempt }, policy, 0)).toBe(0);
  });
});

describe('readRetryAfterMs', () => {
  const nowMs = Date.UTC(2017, 3, 10, 4, 43, 0);
  it.each([
    ['120', 120_000],
    ['Mon, 10 Apr 2017 04:43:12 GMT', 12_000],
    ['Mon, 10 Apr 2017 04:42:00 GMT', 0],
    ['soon', null],
    [undefined, null],
  ])('%s', (header, expected) => {
    expect(readRetryAfterMs(header, nowMs)).toBe(expected);
  });
});

describe('createServerClock', () => {
  /** An answer of a server whose clock is `offsetMs` ahead, written `afterMs` into the exchange. */
  const dateAt = (localMs: number, offsetMs: number) =>
    new Date(Math.floor((localMs + offsetMs) / 1000) * 1000).toUTCString();

  it('is off by no more than half a second and half the round trip, and better with every answer', () => {
    const exchange = fc.record({
      sentAtMs: fc.integer({ min: 1.5e12, max: 1.6e12 }),
      thereMs: fc.integer({ min: 0, max: 5000 }),
      backMs: fc.integer({ min: 0, max: 5000 }),
    });
    const offset = fc.integer({ min: -1e7, max: 1e7 });
    fc.assert(
      fc.property(offset, fc.array(exchange, { minLength: 1, maxLength: 9 }), (offsetMs, all) => {
        const clock = createServerClock(() => 0);
        let boundMs = Infinity;
        for (const { sentAtMs, thereMs, backMs } of all) {
          const date = dateAt(sentAtMs + thereMs, offsetMs);
          clock.observe(date, sentAtMs, sentAtMs + thereMs + backMs);
          boundMs = Math.min(boundMs, (1000 + thereMs + backMs) / 2);
          expect(Math.abs(clock.offsetMs() - offsetMs)).toBeLessThanOrEqual(boundMs + 1);
        }
      }),
    );
  });

  it('follows a clock that was set, and ignores a Date that is none', () => {
    const clock = createServerClock(() => 1_000_000_000);
    const observe = (offsetMs: number) => clock.observe(dateAt(1e12, offsetMs), 1e12, 1e12 + 10);
    expect(clock.nowMs()).toBe(1_000_000_000);
    observe(0);
    observe(3_600_000);
    expect(Math.abs(clock.offsetMs() - 3_600_000)).toBeLessThan(600);
    const before = clock.offsetMs();
    clock.observe('yesterday', 1e12, 1e12);
    clock.observe(undefined, 1e12, 1e12);
    clock.observe(dateAt(1e12, 0), 1e12, 1e12 - 1);
    expect(clock.offsetMs()).toBe(before);
    expect(clock.nowMs()).toBe(1_000_000_000 + before);
  });
});

describe('createConnectionMonitor', () => {
  it('tells changes only, and keeps the time of the first failure', () => {
    let nowMs = 1000;
    const clock = createServerClock(() => nowMs);
    const told: unknown[] = [];
    const monitor = createConnectionMonitor({
      clock,
      now: () => nowMs,
      onChange: ({ state, sinceMs, reason, clockWarning }) =>
        told.push([state, sinceMs, reason, clockWarning]),
    });
    expect(monitor.status()).toMatchObject({ state: 'unknown', reason: null });
    const observe = (atMs: number, reason: string | null) => {
      nowMs = atMs;
      monitor.observe(reason === null ? { kind: 'answered' } : { kind: 'failed', reason });
    };
    observe(2000, null);
    observe(3000, null);
    observe(4000, 'refused');
    observe(5000, 'refused');
    observe(6000, 'timeout');
    clock.observe(new Date(100_000).toUTCString(), 6000, 6000);
    observe(7000, null);
    expect(told).toEqual([
      ['online', 2000, null, false],
      ['offline', 4000, 'refused', false],
      ['offline', 4000, 'timeout', false],
      ['online', 7000, null, true],
    ]);
  });
});
