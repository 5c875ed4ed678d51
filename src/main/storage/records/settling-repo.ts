import type { RecordsDb } from '../open.ts';
import { statements } from '../statements.ts';

/**
 * The history right before sending: every transaction created at or after `floorMs` is in `tids`. So a
 * transaction is newer than the baseline exactly if it is not older than the floor and not among them.
 */
export type Baseline = {
  /** When it was read, on the server's clock. */
  atMs: number;
  /** Null: the history was empty, and everything is newer. */
  floorMs: number | null;
  tids: ReadonlySet<string>;
};

/** One look at the history for an intent (money-safety.md, invariant 6). */
export type HistoryReading = {
  intentId: string;
  /** When it began, on the server's clock. */
  atMs: number;
  complete: boolean;
  matches: number;
  newestTid: string | null;
  /** Why it is not complete; null when it is. */
  problem: string | null;
};

type ReadingRow = Omit<HistoryReading, 'complete'> & { complete: number };

const prepared = statements((db: RecordsDb) => ({
  baseline: db.prepare<[string], { atMs: number | null; floorMs: number | null }>(
    'SELECT baseline_at_ms AS atMs, baseline_floor_ms AS floorMs FROM intents WHERE id = ?',
  ),
  baselineTids: db
    .prepare<[string], string>('SELECT tid FROM intent_baseline WHERE intent_id = ?')
    .pluck(),
  insertTid: db.prepare<[string, string]>(
    'INSERT INTO intent_baseline (intent_id, tid) VALUES (?, ?)',
  ),
  insertReading: db.prepare<[ReadingRow]>(
    `INSERT INTO intent_readings (intent_id, at_ms, complete, matches, newest_tid, problem)
     VALUES (:intentId, :atMs, :complete, :matches, :newestTid, :problem)`,
  ),
  readings: db.prepare<[string], ReadingRow>(
    `SELECT intent_id AS intentId, at_ms AS atMs, complete, matches, newest_tid AS newestTid, problem
     FROM intent_readings WHERE intent_id = ? ORDER BY seq`,
  ),
  laterTids: db
    .prepare<[string], string>(
      `SELECT other.server_tid FROM intents AS other JOIN intents AS own ON own.id = ?
       WHERE other.client_uid = own.client_uid AND other.state = 'confirmed'
         AND other.server_tid IS NOT NULL AND other.sent_at_ms > own.sent_at_ms`,
    )
    .pluck(),
}));

/** In the transaction that marks the intent as sent, before it does. */
export function saveBaselineTids(db: RecordsDb, intentId: string, tids: Iterable<string>): void {
  const { insertTid } = prepared(db);
  for (const tid of tids) insertTid.run(intentId, tid);
}

/** Null when the intent was sent without one. */
export function findBaseline(db: RecordsDb, intentId: string): Baseline | null {
  const { baseline, baselineTids } = prepared(db);
  const { atMs = null, floorMs = null } = baseline.get(intentId) ?? {};
  return atMs === null ? null : { atMs, floorMs, tids: new Set(baselineTids.all(intentId)) };
}

export function saveReading(db: RecordsDb, reading: HistoryReading): void {
  prepared(db).insertReading.run({ ...reading, complete: reading.complete ? 1 : 0 });
}

/** Oldest first. */
export function listReadings(db: RecordsDb, intentId: string): HistoryReading[] {
  const rows = prepared(db).readings.all(intentId);
  return rows.map((row) => ({ ...row, complete: row.complete === 1 }));
}

/** Transactions that came after the intent was sent, as is known from others: a history without them lags. */
export function tidsSince(db: RecordsDb, intentId: string): string[] {
  const seen = listReadings(db, intentId).flatMap(({ newestTid }) => newestTid ?? []);
  return [...prepared(db).laterTids.all(intentId), ...seen];
}
