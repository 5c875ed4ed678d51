/**
 * The server's time as far as its answers tell it (api-readings.md, 8; ADR 14). Two readings of it, because a
 * clock may be wrong or be set, the server's as well as this machine's:
 *
 * - `dateMs`, what the server would write into `Date` now. It follows the server wherever it goes.
 * - `nowMs`, for guards and waits. It advances only by time that is shown to have passed, and never goes back.
 */
export type ServerClock = {
  /**
   * Epoch ms on the server's clock as it was first read, never running backwards, also over restarts. A clock that
   * is set, whichever it is, neither shortens nor ends what is measured with it. Not a date: those are `dateMs`.
   */
  nowMs(): number;
  /** Epoch ms on the server's clock as its last answers have it; this machine's until one was seen. */
  dateMs(): number;
  /** Server's clock minus this machine's; 0 until an answer was seen. */
  offsetMs(): number;
  /** Has an answer ever told the time, in this run or before? Until then it is this machine's clock that runs. */
  hasBegun(): boolean;
  /** Has an answer told the time in this run? */
  isKnown(): boolean;
  /** `monotonicMs` when an answer last told the time; null before the first of this run. */
  observedAtMs(): number | null;
  /** Ms since some moment before the start of the app. It cannot be set, and may stand still while the machine sleeps. */
  monotonicMs(): number;
  /** Grows when either clock jumped by more than `JUMP_MS`: times of two eras are never compared. */
  era(): number;
  /** The dates the server may have given to what happened in the last `windowMs`, or gives to what is in the future. */
  datesWithin(windowMs: number): DateRange[];
  /** Learns from the `Date` header of an answer; times are `monotonicMs`. */
  observe(dateHeader: string | undefined, sentAtMs: number, receivedAtMs: number): void;
  /** Keeps what a restart needs, now: call it when a time was written down. */
  keep(): void;
};

/** Epoch ms; `toMs` may be Infinity. */
export type DateRange = { fromMs: number; toMs: number };

/** This machine's clocks: one that may be set, in epoch ms, and one that cannot. */
export type MachineClocks = { wallMs: () => number; monotonicMs: () => number };

/** What is kept over a restart: one moment on each clock, and what the server's dates were. */
export type KeptClock = {
  guardedMs: number;
  serverMs: number;
  wallMs: number;
  /** The one in force last. */
  dates: DatesAhead[];
};

/** From one guarded time to another the server's dates were this far ahead of it. */
type DatesAhead = { fromMs: number; toMs: number; aheadMs: number };

/** Where it is kept. */
export type ClockMemory = { kept: KeptClock | null; keep: (clock: KeptClock) => void };

/** Beyond this the operator is told (api-readings.md, 8). */
export const CLOCK_WARNING_MS = 30_000;

/**
 * A move beyond this is a jump. `Date` has whole seconds, the machines behind one name are a second or two apart,
 * and a clock that is set right gently moves by 30 ms a minute; no guard is worth evading for 5 s.
 */
export const JUMP_MS = 5000;

const DATE_RESOLUTION_MS = 1000;
/** Besides whenever a time is written down; after a crash the witnesses tell what passed since. */
const KEEP_EVERY_MS = 3_600_000;
/** Longer than any window that is asked for. */
const DATES_KEPT_MS = 48 * 3_600_000;
/** A clock with more faces than this in two days tells nothing any more. */
const DATES_KEPT = 100;

export function machineClocks(wallMs: () => number = Date.now): MachineClocks {
  return { wallMs, monotonicMs: () => performance.now() };
}

/**
 * Each answer bounds the server's clock against the monotonic one: its Date was written between sending and
 * receiving, and is cut to the second. The bounds of successive answers are intersected, so quick answers sharpen
 * the reading and slow ones cannot spoil it. Bounds that do not meet mean that a clock was set, or that the machine
 * slept: the newest answer counts alone.
 *
 * The guarded time runs with the monotonic clock. That stands still while the machine sleeps or the app is closed;
 * such a time is added when two witnesses agree that it passed, the server and this machine's clock: the lesser of
 * what both say. One of them alone proves nothing.
 */
export function createServerClock(
  { wallMs, monotonicMs }: MachineClocks,
  memory: ClockMemory = { kept: null, keep: () => {} },
): ServerClock {
  const { kept } = memory;
  let bounds: { lowMs: number; highMs: number } | null = null;
  let observedAtMs: number | null = null;
  let era = 1;
  let wallLessMonotonicMs = wallMs() - monotonicMs();
  /** Guarded time minus monotonic. */
  let guardLeadMs = (kept?.guardedMs ?? wallMs()) - monotonicMs();
  let isDated = kept !== null;
  let anchor = kept && {
    serverMs: kept.serverMs,
    wallMs: kept.wallMs,
    monotonicMs: monotonicMs(),
  };
  let dates: DatesAhead[] = kept?.dates ?? [];
  /** How far this machine's clock was set forward, or the machine slept, since the last answer. */
  let setForwardMs = 0;
  let keptAtMs = -Infinity;

  /** Has this machine's clock been set, or the machine slept, since the last look? */
  function wallJumped(): boolean {
    const formerMs = wallLessMonotonicMs;
    wallLessMonotonicMs = wallMs() - monotonicMs();
    const byMs = wallLessMonotonicMs - formerMs;
    if (Math.abs(byMs) <= JUMP_MS) return false;
    era += 1;
    setForwardMs += Math.max(0, byMs);
    return true;
  }

  const guardedMs = (): number => monotonicMs() + guardLeadMs;

  function dateMs(): number {
    wallJumped();
    if (bounds === null) return Math.floor(wallMs());
    return Math.floor(monotonicMs() + (bounds.lowMs + bounds.highMs) / 2);
  }

  /** What passed since the last answer while the monotonic clock stood still. */
  function addProvenTime(serverMs: number): void {
    const at = { serverMs, wallMs: wallMs(), monotonicMs: monotonicMs() };
    if (anchor !== null) {
      const provenMs = Math.min(at.serverMs - anchor.serverMs, at.wallMs - anchor.wallMs);
      guardLeadMs += Math.max(0, provenMs - (at.monotonicMs - anchor.monotonicMs));
    }
    anchor = at;
    setForwardMs = 0;
    if (isDated) return;
    // The first answer ever: guarded time begins as the server's.
    isDated = true;
    guardLeadMs = serverMs - at.monotonicMs;
  }

  /** `sinceMs`: guarded time of the answer before, since when they may have been so. */
  function noteDates(serverMs: number, sinceMs: number): void {
    const nowMs = guardedMs();
    const aheadMs = serverMs - nowMs;
    const isAs = (each: DatesAhead): boolean => Math.abs(each.aheadMs - aheadMs) <= JUMP_MS;
    const former = dates.at(-1);
    if (former) former.toMs = nowMs;
    if (former && isAs(former)) return;
    // The first ones hold for all that was before as well. Ahead of the ones before: it may be that time passed, of
    // which the witnesses showed nothing, and whatever was dated in it counts.
    const fromMs = former ? sinceMs - Math.max(0, aheadMs - former.aheadMs) : 0;
    const same = dates.find(isAs) ?? { fromMs, toMs: nowMs, aheadMs };
    dates = dates.filter((each) => each !== same && each.toMs > nowMs - DATES_KEPT_MS);
    dates = [...dates.slice(-DATES_KEPT), { ...same, toMs: nowMs }];
  }

  function keep(): void {
    if (!isDated || anchor === null) return;
    keptAtMs = monotonicMs();
    wallJumped();
    const sinceMs = keptAtMs - anchor.monotonicMs;
    memory.keep({
      guardedMs: guardedMs(),
      serverMs: anchor.serverMs + sinceMs,
      // A time that was set must not pass for one that went by while the app was closed.
      wallMs: anchor.wallMs + sinceMs + setForwardMs,
      dates,
    });
  }

  return {
    nowMs: () => Math.floor(guardedMs()),
    dateMs,
    offsetMs: () => (bounds === null ? 0 : dateMs() - Math.floor(wallMs())),
    hasBegun: () => isDated,
    isKnown: () => observedAtMs !== null,
    observedAtMs: () => observedAtMs,
    monotonicMs,
    era() {
      wallJumped();
      return era;
    },
    datesWithin(windowMs) {
      const sinceMs = guardedMs() - windowMs;
      const noted = dates.length > 0 ? dates : [{ fromMs: 0, toMs: 0, aheadMs: 0 }];
      return noted.flatMap(({ fromMs, toMs, aheadMs }, index) => {
        const endMs = index === noted.length - 1 ? Infinity : toMs;
        if (endMs <= sinceMs) return [];
        // Moves up to this are not noted.
        return [
          {
            fromMs: Math.floor(Math.max(fromMs, sinceMs) + aheadMs - JUMP_MS),
            toMs: Math.ceil(endMs + aheadMs + JUMP_MS),
          },
        ];
      });
    },
    observe(dateHeader, sentAtMs, receivedAtMs) {
      const dateMs = Date.parse(dateHeader ?? '');
      if (Number.isNaN(dateMs) || receivedAtMs < sentAtMs) return;
      // Set, or asleep, since the request was signed: where in the exchange the Date belongs is not known.
      if (wallJumped()) return;
      const seen = { lowMs: dateMs - receivedAtMs, highMs: dateMs + DATE_RESOLUTION_MS - sentAtMs };
      const former = bounds ?? seen;
      const lowMs = Math.max(seen.lowMs, former.lowMs);
      const highMs = Math.min(seen.highMs, former.highMs);
      bounds = lowMs <= highMs ? { lowMs, highMs } : seen;
      if (lowMs - highMs > JUMP_MS) era += 1;
      const formerAtMs = anchor?.monotonicMs ?? monotonicMs();
      observedAtMs = receivedAtMs;
      const serverMs = monotonicMs() + (bounds.lowMs + bounds.highMs) / 2;
      const sinceMs = guardedMs();
      addProvenTime(serverMs);
      noteDates(serverMs, sinceMs - (monotonicMs() - formerAtMs));
      if (monotonicMs() - keptAtMs >= KEEP_EVERY_MS) keep();
    },
    keep,
  };
}
