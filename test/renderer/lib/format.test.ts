import { describe, expect, it, test } from 'vitest';
import {
  addDays,
  cutMiddle,
  formatAge,
  formatCountdown,
  formatDay,
  formatSecond,
  groupsOfFour,
  plural,
} from '../../../src/renderer/lib/format.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

describe('times in the chosen zone', () => {
  test.each([
    ['2026-11-22T23:30:05Z', 'UTC', '2026-11-22 23:30:05'],
    ['2026-11-22T23:30:05Z', 'Europe/Paris', '2026-11-23 00:30:05'],
    ['2026-11-22T23:30:05Z', 'America/Los_Angeles', '2026-11-22 15:30:05'],
    ['2026-07-01T00:00:00Z', 'Asia/Kathmandu', '2026-07-01 05:45:00'],
    // The hour that is there twice when summer time ends.
    ['2026-10-25T00:30:00Z', 'Europe/Paris', '2026-10-25 02:30:00'],
    ['2026-10-25T01:30:00Z', 'Europe/Paris', '2026-10-25 02:30:00'],
  ])('%s in %s is %s', (iso, timeZone, expected) => {
    expect(formatSecond(Date.parse(iso), timeZone)).toBe(expected);
    expect(formatDay(Date.parse(iso), timeZone)).toBe(expected.slice(0, 10));
  });

  it('writes midnight as 00, not as 24', () => {
    expect(formatSecond(Date.parse('2026-01-01T00:00:00Z'), 'UTC')).toBe('2026-01-01 00:00:00');
  });
});

test.each([
  [0, 'just now'],
  [MINUTE_MS - 1, 'just now'],
  [MINUTE_MS, '1 min ago'],
  [HOUR_MS - 1, '59 min ago'],
  [HOUR_MS, '1 h ago'],
  [24 * HOUR_MS - 1, '23 h ago'],
  [49 * HOUR_MS, '2 d ago'],
])('an age of %i ms reads "%s"', (ageMs, expected) => {
  expect(formatAge(ageMs)).toBe(expected);
});

test.each([
  [59_001, '1:00'],
  [9_000, '0:09'],
  [1, '0:01'],
  [0, '0:00'],
  [-5_000, '0:00'],
])('%i ms left count down as %s', (leftMs, expected) => {
  expect(formatCountdown(leftMs)).toBe(expected);
});

it('cuts only what gets shorter by it', () => {
  expect(cutMiddle('7518e03ffd987865aa6c7e456e379690')).toBe('7518e03f…6e379690');
  expect(cutMiddle('12345678901234567')).toBe('12345678901234567');
});

it('groups an address without losing a character', () => {
  const address = '2MzCEdXEzBaxCJQAq8igw4pUP1NSGAgzsUr';
  const groups = groupsOfFour(address);
  expect(groups.join('')).toBe(address);
  expect(groups.slice(0, 2)).toEqual(['2MzC', 'EdXE']);
  expect(groups.at(-1)).toBe('sUr');
});

it('adds days across months and the end of summer time', () => {
  expect(addDays('2026-10-25', 1)).toBe('2026-10-26');
  expect(addDays('2026-03-01', -1)).toBe('2026-02-28');
});

it('counts one apart from many', () => {
  expect(plural(1, 'client')).toBe('1 client');
  expect(plural(1204, 'client')).toBe('1,204 clients');
});
