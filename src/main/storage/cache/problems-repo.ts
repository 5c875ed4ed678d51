import type { ClientProblem, UnusableRow } from '#shared/domain/client.ts';
import type { ErrorCode } from '#shared/errors.ts';
import type { CacheDb } from '../open.ts';
import { inTransaction, statements } from '../statements.ts';
import { ensureClientId, findClientId } from './ids.ts';

/** What of a client's answers could not be used. Kept, so that a start shows it before anything is read. */

type NewUnusableRow = { page: number; tid: string | null; problem: string; place: string };

const prepared = statements((db: CacheDb) => ({
  rowsOf: db.prepare<[number], UnusableRow>(
    'SELECT page, tid, problem FROM main.unusable_rows WHERE client_id = ? ORDER BY page, place',
  ),
  saveRow: db.prepare<[NewUnusableRow & { clientId: number; atMs: number }]>(
    `INSERT INTO main.unusable_rows (client_id, place, page, tid, problem, seen_at_ms)
     VALUES (:clientId, :place, :page, :tid, :problem, :atMs)
     ON CONFLICT DO UPDATE SET page = excluded.page, tid = excluded.tid, problem = excluded.problem
     WHERE page <> excluded.page OR tid IS NOT excluded.tid OR problem <> excluded.problem`,
  ),
  forgetRows: db.prepare<[{ clientId: number; page: number; places: string; tids: string }]>(
    `DELETE FROM main.unusable_rows WHERE client_id = :clientId
       AND ((page = :page AND place NOT IN (SELECT value FROM json_each(:places)))
         OR tid IN (SELECT value FROM json_each(:tids)))`,
  ),
  hasRows: db.prepare<[number], number>(
    'SELECT 1 FROM main.unusable_rows WHERE client_id = ? LIMIT 1',
  ),
  problemOf: db.prepare<[number], ClientProblem>(
    `SELECT code, message, since_ms AS sinceMs FROM main.client_problems WHERE client_id = ?`,
  ),
  allProblems: db.prepare<[], ClientProblem & { clientUid: string }>(
    `SELECT c.uid AS clientUid, p.code, p.message, p.since_ms AS sinceMs
     FROM main.client_problems p JOIN main.clients c ON c.id = p.client_id`,
  ),
  setProblem: db.prepare<[number, string, string, number]>(
    `INSERT INTO main.client_problems (client_id, code, message, since_ms) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET code = excluded.code, message = excluded.message,
       since_ms = iif(code = excluded.code, since_ms, excluded.since_ms)
     WHERE code <> excluded.code OR message <> excluded.message`,
  ),
  clearProblem: db.prepare<[number]>('DELETE FROM main.client_problems WHERE client_id = ?'),
}));

/**
 * Notes which places of a page hold no usable row, and forgets those of it that do now. `tids` were read well.
 * @returns whether that is news
 */
export function noteUnusableRows(
  db: CacheDb,
  clientUid: string,
  read: {
    page: number;
    unusable: readonly NewUnusableRow[];
    tids: readonly string[];
    atMs: number;
  },
): boolean {
  const known = findClientId(db, clientUid);
  const { saveRow, forgetRows, hasRows } = prepared(db);
  if (read.unusable.length === 0 && (known === null || hasRows.get(known) === undefined)) {
    return false;
  }
  return inTransaction(db, () => {
    const clientId = known ?? ensureClientId(db, clientUid);
    let changes = 0;
    for (const row of read.unusable) {
      changes += saveRow.run({ ...row, clientId, atMs: read.atMs }).changes;
    }
    const places = JSON.stringify(read.unusable.map(({ place }) => place));
    const tids = JSON.stringify(read.tids);
    changes += forgetRows.run({ clientId, page: read.page, places, tids }).changes;
    return changes > 0;
  });
}

export function listUnusableRows(db: CacheDb, clientUid: string): UnusableRow[] {
  const clientId = findClientId(db, clientUid);
  return clientId === null ? [] : prepared(db).rowsOf.all(clientId);
}

/** Why the client's last reading failed; null when it did not. */
export function getClientProblem(db: CacheDb, clientUid: string): ClientProblem | null {
  const clientId = findClientId(db, clientUid);
  return clientId === null ? null : (prepared(db).problemOf.get(clientId) ?? null);
}

/** Of all clients that have one. */
export function listClientProblems(db: CacheDb): (ClientProblem & { clientUid: string })[] {
  return prepared(db).allProblems.all();
}

/** @returns whether that is news */
export function setClientProblem(
  db: CacheDb,
  clientUid: string,
  problem: { code: ErrorCode; message: string } | null,
  atMs: number,
): boolean {
  const known = findClientId(db, clientUid);
  if (problem === null) return known !== null && clear(db, known);
  return inTransaction(db, () => {
    const clientId = known ?? ensureClientId(db, clientUid);
    return prepared(db).setProblem.run(clientId, problem.code, problem.message, atMs).changes > 0;
  });
}

function clear(db: CacheDb, clientId: number): boolean {
  // Nearly always there is none, and a look costs no write.
  if (prepared(db).problemOf.get(clientId) === undefined) return false;
  return inTransaction(db, () => prepared(db).clearProblem.run(clientId).changes > 0);
}
