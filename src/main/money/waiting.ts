import type { HistoryReading, Moment } from '../storage/records/settling-repo.ts';

/**
 * What passed from one moment to a later one, in ms, as every clock that can tell has it: within a run the lesser of
 * guarded and monotonic time, over a restart the guarded time alone. Null after a jump of a clock: the two cannot be
 * compared.
 */
function passedMs(from: Moment, to: Moment): number | null {
  const guardMs = Math.max(0, to.guardMs - from.guardMs);
  if (from.run !== to.run) return guardMs;
  if (from.era !== to.era) return null;
  return Math.min(guardMs, Math.max(0, to.monotonicMs - from.monotonicMs));
}

/**
 * Invariant 7 of money-safety.md: two complete readings without a match, both more than the settle delay after the
 * sending was over, and that far apart. `readings` are all that were made, oldest first. Time is added up from reading
 * to reading, so that what was waited stays waited; a jump of a clock makes all before count for nothing.
 */
export function isCleared(
  sendingOver: Moment | null,
  readings: readonly Pick<HistoryReading, 'moment' | 'complete' | 'matches'>[],
  settleDelayMs: number,
): boolean {
  let last = sendingOver;
  let waitedMs = 0;
  let firstMs: number | null = null;
  let newestMs: number | null = null;
  for (const { moment, complete, matches } of readings) {
    if (moment === null) continue;
    const stepMs = last === null ? null : passedMs(last, moment);
    last = moment;
    if (stepMs === null) {
      waitedMs = 0;
      firstMs = newestMs = null;
      continue;
    }
    waitedMs += stepMs;
    if (!complete || matches > 0 || waitedMs <= settleDelayMs) continue;
    firstMs ??= waitedMs;
    newestMs = waitedMs;
  }
  return firstMs !== null && newestMs !== null && newestMs - firstMs > settleDelayMs;
}
