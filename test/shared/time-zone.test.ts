import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createLocalClock,
  createUtcClock,
  dayAfter,
  dayOf,
  isDay,
  isTimeZone,
  startOfDayMs,
  type ClockTime,
} from '#shared/time-zone.ts';

const iso = (atMs: number) => new Date(atMs).toISOString();
const shown = ({ date, timeOfDayMs, offset }: ClockTime) =>
  date + iso(timeOfDayMs).slice('1970-01-01T'.length, -1) + offset;

describe('the start of a day in a zone', () => {
  it.each([
    ['2026-01-15', 'UTC', '2026-01-15T00:00:00.000Z', 'no offset'],
    ['2026-01-15', 'Europe/Paris', '2026-01-14T23:00:00.000Z', 'winter'],
    ['2026-07-15', 'Europe/Paris', '2026-07-14T22:00:00.000Z', 'summer'],
    ['2026-03-29', 'Europe/Paris', '2026-03-28T23:00:00.000Z', 'the day of 23 hours'],
    ['2026-03-30', 'Europe/Paris', '2026-03-29T22:00:00.000Z', 'the day after it'],
    ['2026-10-26', 'Europe/Paris', '2026-10-25T23:00:00.000Z', 'after the day of 25 hours'],
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z', 'midnight skipped: 01:00'],
    ['2020-11-01', 'America/Havana', '2020-11-01T04:00:00.000Z', 'midnight twice: the first'],
    ['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00:00.000Z', 'a day that was left out'],
    ['2011-12-31', 'Pacific/Apia', '2011-12-30T10:00:00.000Z', 'the day after that'],
    ['2026-01-15', 'Asia/Kathmandu', '2026-01-14T18:15:00.000Z', 'an offset of 5:45'],
    ['2026-04-05', 'Australia/Lord_Howe', '2026-04-04T13:00:00.000Z', 'half an hour of change'],
  ])('%s in %s is %s (%s)', (day, zone, expected) => {
    expect(iso(startOfDayMs(day, zone))).toBe(expected);
  });

  it('is the first instant of that day, in any zone on any day', () => {
    const zones = Intl.supportedValuesOf('timeZone');
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: Date.UTC(2012, 0), max: Date.UTC(2037, 0) }),
        (zone, atMs) => {
          const day = dayOf(atMs, zone);
          const startMs = startOfDayMs(day, zone);
          expect(dayOf(startMs, zone)).toBe(day);
          expect(dayOf(startMs - 1, zone) < day).toBe(true);
          expect(startMs <= atMs && atMs < startOfDayMs(dayAfter(day), zone)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a calendar day', () => {
  it.each([
    ['2024-02-29', true],
    ['2026-02-29', false],
    ['2026-13-01', false],
    ['2026-1-1', false],
    ['', false],
  ])('%s: %s', (day, expected) => {
    expect(isDay(day)).toBe(expected);
  });

  it('is followed by the next one', () => {
    expect(dayAfter('2026-12-31')).toBe('2027-01-01');
  });
});

describe('many moments in UTC', () => {
  it('are written as toISOString writes each', () => {
    const utc = createUtcClock();
    const anyMs = fc.integer({ min: -8.64e15, max: 8.64e15 });
    const nearMs = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2026, 0, 3) });
    fc.assert(
      fc.property(fc.array(fc.oneof(anyMs, nearMs)), (moments) => {
        expect(moments.map((atMs) => shown(utc(atMs)))).toEqual(moments.map(iso));
      }),
    );
    expect(() => utc(8.64e15 + 1)).toThrow(RangeError);
  });
});

describe('local time', () => {
  it('carries the offset of its moment on both sides of a change', () => {
    const clock = createLocalClock('Europe/Paris');
    const local = (atMs: number) => shown(clock(atMs));
    expect(local(Date.UTC(2026, 2, 29, 0, 59, 59, 999))).toBe('2026-03-29T01:59:59.999+01:00');
    expect(local(Date.UTC(2026, 2, 29, 1))).toBe('2026-03-29T03:00:00.000+02:00');
    expect(local(Date.UTC(2026, 6, 1))).toBe('2026-07-01T02:00:00.000+02:00');
    expect(shown(createLocalClock('America/New_York')(0))).toBe('1969-12-31T19:00:00.000-05:00');
  });

  it('reads back as the same moment', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('Europe/Paris', 'Asia/Kolkata', 'America/St_Johns', 'Pacific/Chatham'),
        fc.integer({ min: Date.UTC(2009, 0), max: Date.UTC(2037, 0) }),
        (zone, atMs) => {
          expect(Date.parse(shown(createLocalClock(zone)(atMs)))).toBe(atMs);
        },
      ),
    );
  });

  it('knows which zones exist', () => {
    expect(isTimeZone('Europe/Paris')).toBe(true);
    expect(isTimeZone('Mars/Olympus')).toBe(false);
  });
});
