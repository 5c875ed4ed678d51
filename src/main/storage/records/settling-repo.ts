import type { RecordsDb } from '../open.ts';
import { statements } from '../statements.ts';

/**
 * The history right before sending. Every transaction created at or after `floorMs` is in `tids`, and a later reading
 * that lacks one of them is none. `older` were known as well, and a reading need not reach them.
 */
export type Baseline = {
  /** When it was read, on the server's clock. */
  atMs: number;
  /** Null: it was read to its end, and whatever is not named is newer. */
  floorMs: number | null;
  tids: ReadonlySet<string>;
  older: ReadonlySet<string>;
  /** Below the floor, too, every transaction of before that fits the intent is named. */
  isWhole: boolean;
  /** How far the clocks may be apart: so much a date may be off. */
  slackMs: number;
};

/** A moment on clocks that nobody sets: guarded time also over restarts, the monotonic one within a run and an era. */
export type Moment = { guardMs: number; monotonicMs: number; run: string; era: number };

/** One look at the history for an intent (money-safety.md, invariants 6 and 7). */
export type HistoryReading = {
  intentId: string;
  /** When it began, on the server's clock. */
  atMs: number;
  /** Null for readings of before this was kept, or for a person's decision: they prove no silence. */
  moment: Moment | null;
  complete: boolean;
  matches: number;
  newestTid: string | null;
  /** Of transactions since the baseline that cannot go away again: a later reading without them lags. */
  newTids: readonly string[];
  /** Why it is not complete; null when it is. */
  problem: string | null;
};

type MomentColumns = { [Key in keyof Moment]: Moment[Key] | null };
type ReadingRow = Omit<HistoryReading, 'complete' | 'moment' | 'newTids'> &
  MomentColumns & { complete: number; newTids: string };
type BaselineRow = {
  atMs: number | null;
  floorMs: number | null;
  isWhole: number;
  slackMs: number;
};

const prepared = statements((db: RecordsDb) => ({
  baseline: db.prepare<[string], BaselineRow>(
    `SELECT baseline_at_ms AS atMs, baseline_floor_ms AS floorMs, baseline_whole AS isWhole,
       clock_slack_ms AS slackMs FROM intents WHERE id = ?`,
  ),
  baselineTids: db
    .prepare<[string], string>('SELECT tid FROM intent_baseline WHERE intent_id = ?')
    .pluck(),
  olderTids: db
    .prepare<[string], string>('SELECT tid FROM intent_known WHERE intent_id = ?')
    .pluck(),
  insertTid: db.prepare<[string, string]>(
    'INSERT INTO intent_baseline (intent_id, tid) VALUES (?, ?)',
  ),
  insertOlder: db.prepare<[string, string]>(
    'INSERT INTO intent_known (intent_id, tid) VALUES (?, ?)',
  ),
  insertReading: db.prepare<[ReadingRow]>(
    `INSERT INTO intent_readings (intent_id, at_ms, complete, matches, newest_tid, problem,
       guard_ms, monotonic_ms, run, era, new_tids)
     VALUES (:intentId, :atMs, :complete, :matches, :newestTid, :problem,
       :guardMs, :monotonicMs, :run, :era, :newTids)`,
  ),
  readings: db.prepare<[string], ReadingRow>(
    `SELECT intent_id AS intentId, at_ms AS atMs, complete, matches, newest_tid AS newestTid, problem,
       guard_ms AS guardMs, monotonic_ms AS monotonicMs, run, era, new_tids AS newTids
     FROM intent_readings WHERE intent_id = ? ORDER BY seq`,
  ),
  unknownSince: db.prepare<[string], MomentColumns>(
    `SELECT unknown_guard_ms AS guardMs, unknown_monotonic_ms AS monotonicMs, unknown_run AS run,
       unknown_era AS era FROM intents WHERE id = ?`,
  ),
  laterTids: db
    .prepare<[string], string>(
      `SELECT other.server_tid FROM intents AS other JOIN intents AS own ON own.id = ?
       WHERE other.client_uid = own.client_uid AND other.state = 'confirmed'
         AND other.server_tid IS NOT NULL AND other.sent_at_ms > own.sent_at_ms`,
    )
    .pluck(),
  confirmedTids: db
    .prepare<[string, number, number], string>(
      `SELECT server_tid FROM intents WHERE client_uid = ? AND state = 'confirmed'
         AND server_tid IS NOT NULL AND baseline_at_ms >= ?
         AND coalesce(sent_guard_ms, sent_at_ms) >= ?`,
    )
    .pluck(),
}));

/** In the transaction that marks the intent as sent, before it does. */
export function saveBaselineTids(db: RecordsDb, intentId: string, baseline: Baseline): void {
  const { insertTid, insertOlder } = prepared(db);
  for (const tid of baseline.tids) insertTid.run(intentId, tid);
  for (const tid of baseline.older) if (!baseline.tids.has(tid)) insertOlder.run(intentId, tid);
}

/** Null when the intent was sent without one. */
export function findBaseline(db: RecordsDb, intentId: string): Baseline | null {
  const { baseline, baselineTids, olderTids } = prepared(db);
  const row = baseline.get(intentId);
  if (row === undefined || row.atMs === null) return null;
  return {
    ...row,
    atMs: row.atMs,
    isWhole: row.isWhole === 1,
    tids: new Set(baselineTids.all(intentId)),
    older: new Set(olderTids.all(intentId)),
  };
}

export function saveReading(db: RecordsDb, { moment, ...reading }: HistoryReading): void {
  prepared(db).insertReading.run({
    ...reading,
    ...(moment ?? { guardMs: null, monotonicMs: null, run: null, era: null }),
    complete: reading.complete ? 1 : 0,
    newTids: JSON.stringify(reading.newTids),
  });
}

/** Oldest first. */
export function listReadings(db: RecordsDb, intentId: string): HistoryReading[] {
  return prepared(db)
    .readings.all(intentId)
    .map(({ guardMs, monotonicMs, run, era, ...row }) => ({
      ...row,
      moment: toMoment({ guardMs, monotonicMs, run, era }),
      complete: row.complete === 1,
      newTids: JSON.parse(row.newTids) as string[],
    }));
}

/** When the sending of the intent was over without an answer; null where that was not kept. */
export function unknownSince(db: RecordsDb, intentId: string): Moment | null {
  const row = prepared(db).unknownSince.get(intentId);
  return row ? toMoment(row) : null;
}

function toMoment({ guardMs, monotonicMs, run, era }: MomentColumns): Moment | null {
  if (guardMs === null || monotonicMs === null || run === null || era === null) return null;
  return { guardMs, monotonicMs, run, era };
}

/** Transactions that came after the intent was sent, as is known from others: a history without them lags. */
export function tidsSince(db: RecordsDb, intentId: string): string[] {
  const seen = listReadings(db, intentId).flatMap(({ newTids }) => newTids);
  return [...prepared(db).laterTids.all(intentId), ...seen];
}

/**
 * What other intents of the client became, whose history was read at or after `sinceMs` (null: any), and that were
 * sent at or after `sentSinceMs`, in guarded time.
 */
export function confirmedTids(
  db: RecordsDb,
  clientUid: string,
  { sinceMs, sentSinceMs }: { sinceMs: number | null; sentSinceMs: number },
): string[] {
  return prepared(db).confirmedTids.all(clientUid, sinceMs ?? 0, sentSinceMs);
}
