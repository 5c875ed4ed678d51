import { describe, expect, test } from 'vitest';
import { formatCountdown, formatShortClock } from '../../../src/renderer/lib/format.ts';
import { timeLeft } from '../../../src/renderer/lib/rate.ts';

const NOW = Date.UTC(2026, 10, 27, 12, 40);

describe('the end of a rate', () => {
  test.each([
    ['in a minute', NOW + 60_000, 60_000],
    ['over', NOW - 1, -1],
    ['in a day', NOW + 24 * 3_600_000, 24 * 3_600_000],
    ['milliseconds taken for seconds', NOW * 1000, null],
    ['a year ahead', NOW + 365 * 24 * 3_600_000, null],
  ])('%s', (_name, expiresMs, leftMs) => {
    expect(timeLeft(expiresMs, NOW)).toBe(leftMs);
  });
});

test.each([
  [9000, '0:09'],
  [750_000, '12:30'],
  [3_600_000, '1 h'],
  [24 * 3_600_000, '24 h'],
  [NOW * 1000, 'over 2 days'],
])('%i ms are counted down as %s', (leftMs, text) => {
  expect(formatCountdown(leftMs)).toBe(text);
});

test('a time of today is its clock, one of another day has its day', () => {
  expect(formatShortClock(NOW, 'UTC', NOW + 3_600_000)).toBe('12:40');
  expect(formatShortClock(NOW, 'UTC', NOW + 24 * 3_600_000)).toBe('2026-11-27 12:40');
  expect(formatShortClock(NOW, 'Pacific/Auckland', NOW + 3_600_000)).toBe('01:40');
});
