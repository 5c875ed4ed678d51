/**
 * Days and local times in a named zone (IANA), by way of Intl: the runtime has no Temporal yet.
 * An offset is local time minus UTC, in milliseconds.
 */

const DAY_MS = 86_400_000;
const formatters = new Map<string, Intl.DateTimeFormat>();

function offsetFormatter(timeZone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
    formatters.set(timeZone, formatter);
  }
  return formatter;
}

/** True for a zone name this runtime knows. */
export function isTimeZone(name: string): boolean {
  try {
    offsetFormatter(name);
    return true;
  } catch {
    return false;
  }
}

/** @throws RangeError for a zone the runtime does not know */
export function offsetMsAt(atMs: number, timeZone: string): number {
  const text = offsetFormatter(timeZone).format(atMs);
  const match = /GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(text);
  if (!match) throw new RangeError(`No offset in "${text}"`);
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = match;
  const size = Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1000;
  return sign === '-' ? -size : size;
}

/** Midnight of `YYYY-MM-DD` as if it were UTC; null when no calendar holds that day. */
function readDay(day: string): number | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (!match) return null;
  const atMs = Date.parse(`${day}T00:00:00Z`);
  // Date.parse lets 31 February roll over into March.
  return Number.isNaN(atMs) || new Date(atMs).toISOString().slice(0, 10) !== day ? null : atMs;
}

/** True for a real calendar day written as `YYYY-MM-DD`. */
export function isDay(day: string): boolean {
  return readDay(day) !== null;
}

/** The calendar day after `day`. @throws RangeError when `day` is none */
export function dayAfter(day: string): string {
  const atMs = readDay(day);
  if (atMs === null) throw new RangeError(`Not a day: ${day}`);
  return new Date(atMs + DAY_MS).toISOString().slice(0, 10);
}

/** The calendar day that `atMs` falls on in the zone, as `YYYY-MM-DD`. */
export function dayOf(atMs: number, timeZone: string): string {
  return new Date(atMs + offsetMsAt(atMs, timeZone)).toISOString().slice(0, 10);
}

/**
 * First instant of a day in a zone, in epoch ms. Where the clocks skip midnight the day begins at the change
 * (and a day that a zone left out is empty: it begins where the next one does); where midnight comes twice, at
 * the first.
 * @throws RangeError when `day` is no calendar day or the zone is not known
 */
export function startOfDayMs(day: string, timeZone: string): number {
  const midnightMs = readDay(day);
  if (midnightMs === null) throw new RangeError(`Not a day: ${day}`);
  const before = offsetMsAt(midnightMs - DAY_MS, timeZone);
  const after = offsetMsAt(midnightMs + DAY_MS, timeZone);
  const matching = [midnightMs - before, midnightMs - after].filter(
    (atMs) => atMs + offsetMsAt(atMs, timeZone) === midnightMs,
  );
  return matching.length > 0
    ? Math.min(...matching)
    : changeBetween(midnightMs - after, midnightMs - before, timeZone);
}

/** The first millisecond in (low, high] whose offset is no longer that of `low`. */
function changeBetween(lowMs: number, highMs: number, timeZone: string): number {
  const offset = offsetMsAt(lowMs, timeZone);
  let low = lowMs;
  let high = highMs;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetMsAt(middle, timeZone) === offset) low = middle;
    else high = middle;
  }
  return high;
}

/** A moment as a clock shows it. Its parts, one after the other, are ISO 8601. */
export type ClockTime = {
  /** `2026-03-29T` */
  date: string;
  /** Since midnight, by the clock. */
  timeOfDayMs: number;
  /** `+02:00`, or `Z` of UTC. */
  offset: string;
};

/**
 * Reads epoch ms on a clock of UTC. For many moments in order of time: a day is written out once.
 * @throws RangeError beyond the years that Date knows
 */
export function createUtcClock(): (atMs: number) => ClockTime {
  const show = createClock();
  return (atMs) => show(atMs, 'Z');
}

/**
 * Reads epoch ms on a clock of a zone. It asks Intl twice a day of data instead of once a call, since no zone changes
 * its offset and back within one day.
 * @throws RangeError for a zone the runtime does not know
 */
export function createLocalClock(timeZone: string): (atMs: number) => ClockTime {
  const show = createClock();
  let dayStartMs = Number.NaN;
  let offset: number | null = null;
  let suffix = '';
  return (atMs) => {
    if (!(atMs >= dayStartMs && atMs < dayStartMs + DAY_MS)) {
      dayStartMs = Math.floor(atMs / DAY_MS) * DAY_MS;
      offset = offsetMsAt(dayStartMs, timeZone);
      if (offset === offsetMsAt(dayStartMs + DAY_MS, timeZone)) suffix = offsetText(offset);
      else offset = null;
    }
    if (offset !== null) return show(atMs + offset, suffix);
    const known = offsetMsAt(atMs, timeZone);
    return show(atMs + known, offsetText(known));
  };
}

function createClock(): (clockMs: number, offset: string) => ClockTime {
  let dayStartMs = Number.NaN;
  let date = '';
  return (clockMs, offset) => {
    if (!(clockMs >= dayStartMs && clockMs < dayStartMs + DAY_MS)) {
      date = new Date(clockMs).toISOString().slice(0, -'00:00:00.000Z'.length);
      dayStartMs = Math.floor(clockMs / DAY_MS) * DAY_MS;
    }
    return { date, timeOfDayMs: clockMs - dayStartMs, offset };
  };
}

function offsetText(offsetMs: number): string {
  const minutes = Math.round(Math.abs(offsetMs) / 60_000);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${offsetMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
