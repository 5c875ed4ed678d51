type Parts = Record<Intl.DateTimeFormatPartTypes, string>;

type Zone = { formatter: Intl.DateTimeFormat; ms: number; parts: Parts };

const zones = new Map<string, Zone>();

/**
 * Building an Intl formatter costs about a hundred formats, so there is one a zone. A moment is mostly written
 * twice, in a cell and in its title, and taken apart once.
 */
function partsIn(ms: number, timeZone: string): Parts {
  const known = zones.get(timeZone);
  if (known?.ms === ms) return known.parts;
  const formatter = known?.formatter ?? createFormatter(timeZone);
  const entries = formatter.formatToParts(ms).map((part) => [part.type, part.value]);
  const parts = Object.fromEntries(entries) as Parts;
  zones.set(timeZone, { formatter, ms, parts });
  return parts;
}

function createFormatter(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
}

/** `2026-11-22` in the zone. */
export function formatDay(ms: number, timeZone: string): string {
  const { year, month, day } = partsIn(ms, timeZone);
  return `${year.padStart(4, '0')}-${month}-${day}`;
}

/** `2026-11-22 14:05` in the zone. */
export function formatMinute(ms: number, timeZone: string): string {
  const { hour, minute } = partsIn(ms, timeZone);
  return `${formatDay(ms, timeZone)} ${hour}:${minute}`;
}

/** `2026-11-22 14:05:09` in the zone. */
export function formatSecond(ms: number, timeZone: string): string {
  return `${formatMinute(ms, timeZone)}:${partsIn(ms, timeZone).second}`;
}

/** `14:05:09` in the zone. */
export function formatClock(ms: number, timeZone: string): string {
  const { hour, minute, second } = partsIn(ms, timeZone);
  return `${hour}:${minute}:${second}`;
}

/** `14:05` in the zone; with its day when that is another than now. */
export function formatShortClock(ms: number, timeZone: string, nowMs = Date.now()): string {
  const { hour, minute } = partsIn(ms, timeZone);
  const clock = `${hour}:${minute}`;
  const day = formatDay(ms, timeZone);
  return day === formatDay(nowMs, timeZone) ? clock : `${day} ${clock}`;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How long ago, in the largest whole unit: `just now`, `5 min ago`, `3 h ago`, `12 d ago`. */
export function formatAge(ageMs: number): string {
  if (ageMs < MINUTE_MS) return 'just now';
  if (ageMs < HOUR_MS) return `${Math.floor(ageMs / MINUTE_MS)} min ago`;
  if (ageMs < DAY_MS) return `${Math.floor(ageMs / HOUR_MS)} h ago`;
  return `${Math.floor(ageMs / DAY_MS)} d ago`;
}

/** Time left as `0:09` or `12:30`, from an hour on as `2 h`; never below zero, and no number where it means nothing. */
export function formatCountdown(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000));
  if (seconds > 48 * 3600) return 'over 2 days';
  if (seconds >= 3600) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

const counts = new Intl.NumberFormat('en-US');

/** `1,204`: grouped like amounts. */
export function formatCount(count: number): string {
  return counts.format(count);
}

/** `1 client`, `1,204 clients`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** `7518e03f…1d19d0d4`: the ends are what people compare. */
export function cutMiddle(text: string, keep = 8): string {
  return text.length <= keep * 2 + 1 ? text : `${text.slice(0, keep)}…${text.slice(-keep)}`;
}

/** Groups of four, for reading an address aloud or against paper. */
export function groupsOfFour(text: string): string[] {
  return text.match(/.{1,4}/g) ?? [];
}

/** The calendar day `days` after `day`, both as `2026-11-22`. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}
