import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isCleared } from '../../../src/main/money/waiting.ts';
import type { Moment } from '../../../src/main/storage/records/settling-repo.ts';

const DELAY_MS = 600_000;
const over: Moment = { guardMs: 0, monotonicMs: 0, run: 'a', era: 1 };

type Reading = Parameters<typeof isCleared>[1][number];

/** A reading so long after the sending, on both clocks unless said. */
const at = (ms: number, moment: Partial<Moment> = {}, changes: Partial<Reading> = {}): Reading => ({
  moment: { ...over, guardMs: ms, monotonicMs: ms, ...moment },
  complete: true,
  matches: 0,
  ...changes,
});
const first = DELAY_MS + 1;
const second = 2 * DELAY_MS + 2;

describe('cleared needs two complete readings, after the delay and apart by more than it', () => {
  test.each<[string, Reading[], boolean]>([
    ['none', [], false],
    ['one', [at(first)], false],
    ['two, far apart', [at(first), at(second)], true],
    ['two, apart by the delay only', [at(first), at(second - 1)], false],
    ['the first within the delay', [at(DELAY_MS), at(second - 1)], false],
    ['one incomplete', [at(first, {}, { complete: false }), at(second)], false],
    ['one with a match', [at(first, {}, { matches: 1 }), at(second)], false],
    ['many close together', [at(first), at(first + 1), at(first + 2)], false],
    ['the guarded time stood', [at(first, { guardMs: 1 }), at(second, { guardMs: 2 })], false],
    ['the monotonic time stood', [at(first, { monotonicMs: 1 }), at(second)], false],
    ['a jump before the second', [at(first), at(second, { era: 2 })], false],
    [
      'a jump, and all anew since',
      [at(first), at(second, { era: 2 }), at(3 * first, { era: 2 }), at(4 * second, { era: 2 })],
      true,
    ],
    ['a jump and back', [at(first), at(second, { era: 2 }), at(second + 1, { era: 3 })], false],
    [
      'a restart between, guarded time alone',
      [at(first), at(second, { run: 'b', monotonicMs: 5 })],
      true,
    ],
    ['a restart, and no time passed', [at(first), at(first, { run: 'b', monotonicMs: 5 })], false],
    ['readings of before moments were kept', [{ ...at(first), moment: null }, at(second)], false],
  ])('%s', (_, readings, cleared) => {
    expect(isCleared(over, readings, DELAY_MS)).toBe(cleared);
  });

  test('without the moment of the sending, the first reading begins the wait', () => {
    expect(isCleared(null, [at(0), at(first), at(second)], DELAY_MS)).toBe(true);
    expect(isCleared(null, [at(first), at(second)], DELAY_MS)).toBe(false);
  });

  test('whatever the clocks do, never before two delays have passed on the monotonic one of a run', () => {
    const step = fc.record({
      ms: fc.integer({ min: 1, max: DELAY_MS }),
      guardJumpMs: fc.constantFrom(0, 0, 36_000_000, -36_000_000),
      jumps: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        let [guardMs, monotonicMs, era] = [0, 0, 1];
        const readings = steps.map(({ ms, guardJumpMs, jumps }) => {
          monotonicMs += ms;
          guardMs += ms + guardJumpMs;
          if (jumps) era += 1;
          return at(0, { guardMs, monotonicMs, era });
        });
        if (isCleared(over, readings, DELAY_MS)) {
          expect(monotonicMs).toBeGreaterThan(2 * DELAY_MS);
        }
      }),
    );
  });
});
