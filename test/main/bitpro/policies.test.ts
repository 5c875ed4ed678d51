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

describe('createConnectionMonitor', () => {
  it('tells changes only, and keeps the time of the first failure', () => {
    let nowMs = 1000;
    const clock = createServerClock({ wallMs: () => nowMs, monotonicMs: () => nowMs });
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
