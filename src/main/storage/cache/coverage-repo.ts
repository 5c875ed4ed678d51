import type { HistoryCoverage } from '#shared/domain/client.ts';
import { HISTORY_PAGE_ROWS } from '#shared/domain/transaction.ts';
import type { CacheDb } from '../open.ts';
import { statements } from '../statements.ts';
import { ensureClientId, findClientId } from './ids.ts';
import {
  keptAsSent,
  saveTransactions,
  type SavedTransaction,
  type SentTransaction,
} from './transactions-repo.ts';

/**
 * How a history is known to be whole: rows that follow one another on a page follow one another on the server.
 * A new row at the end of a full page has a *gap* below it until the row under it was seen. The gaps are
 * written with the rows, so a reading may stop anywhere and be taken up later. No gap: complete.
 */
export type ReadPages = {
  clientUid: string;
  /** `places`: how many the page has, those without a usable row included; as many as rows unless said. */
  pages: readonly { page: number; rows: readonly SentTransaction[]; places?: number }[];
  /** Tids of rows right below which, as is proven with these pages, no row is missing; their gaps close. */
  joinedTids: readonly string[];
  readAtMs: number;
};

export type ReadPage = {
  clientUid: string;
  page: number;
  rows: readonly SentTransaction[];
  /** Tid of a row proven to lie right above the first of these; its gap closes. */
  joinsTid: string | null;
  readAtMs: number;
};

export type SavedPage = {
  saved: SavedTransaction[];
  /** Rows below this page may be missing. */
  openBelow: boolean;
};

/** The newest row below which rows may be missing, and how many rows are surely newer than it. */
export type Gap = { tid: string; newerRows: number };

type CoverageColumns = {
  clientUid: string;
  rows: number;
  completeToPage: number | null;
  gaps: number;
  asOfMs: number | null;
};

const coverageQuery = `
  SELECT c.uid AS clientUid, v.complete_to_page AS completeToPage, v.as_of_ms AS asOfMs,
    (SELECT coalesce(sum(rows), 0) FROM totals t WHERE t.client_id = c.id) AS rows,
    EXISTS (SELECT 1 FROM gaps g WHERE g.client_id = c.id) AS gaps
  FROM clients c LEFT JOIN coverage v ON v.client_id = c.id`;

const prepared = statements((db: CacheDb) => ({
  openGap: db.prepare<[number, number]>('INSERT INTO gaps VALUES (?, ?) ON CONFLICT DO NOTHING'),
  closeThese: db.prepare<[number, string]>(
    'DELETE FROM gaps WHERE client_id = ? AND transaction_id IN (SELECT value FROM json_each(?))',
  ),
  closeGapByTid: db.prepare<[{ clientId: number; tid: string }]>(
    `DELETE FROM gaps WHERE client_id = :clientId AND transaction_id =
       (SELECT id FROM transactions WHERE client_id = :clientId AND tid = :tid)`,
  ),
  closeGaps: db.prepare<[number]>('DELETE FROM gaps WHERE client_id = ?'),
  hasGap: db.prepare<[number, number]>(
    'SELECT 1 FROM gaps WHERE client_id = ? AND transaction_id = ?',
  ),
  hasGapByTid: db.prepare<[string, string]>(
    `SELECT 1 FROM gaps g JOIN transactions t ON t.id = g.transaction_id
     WHERE g.client_id = (SELECT id FROM clients WHERE uid = ?) AND t.tid = ?`,
  ),
  // The plus as in LIMIT of conditions.ts.
  newestGap: db.prepare<[number], { id: number; tid: string; createdAtMs: number }>(
    `SELECT t.id, t.tid, t.created_at_ms AS createdAtMs
     FROM gaps g JOIN transactions t ON t.id = g.transaction_id
     WHERE g.client_id = +? ORDER BY t.created_at_ms DESC, t.id LIMIT 1`,
  ),
  // The service does not list those that are missing.
  countNewer: db
    .prepare<[{ clientId: number; ms: number }], number>(
      `SELECT (SELECT count(*) FROM transactions WHERE client_id = :clientId AND created_at_ms > :ms)
        - (SELECT count(*) FROM removed r JOIN transactions t ON t.id = r.transaction_id
           WHERE r.client_id = :clientId AND t.created_at_ms > :ms)`,
    )
    .pluck(),
  countRows: db
    .prepare<[number], number>('SELECT coalesce(sum(rows), 0) FROM totals WHERE client_id = ?')
    .pluck(),
  setPage: db.prepare<[number, number]>(
    `INSERT INTO coverage (client_id, complete_to_page) VALUES (?, ?)
     ON CONFLICT DO UPDATE SET complete_to_page = excluded.complete_to_page
     WHERE complete_to_page <> excluded.complete_to_page`,
  ),
  setRead: db.prepare<[{ clientId: number; atMs: number }]>(
    `UPDATE coverage SET as_of_ms = :atMs,
       first_completed_at_ms = coalesce(first_completed_at_ms,
         CASE WHEN NOT EXISTS (SELECT 1 FROM gaps WHERE client_id = :clientId) THEN :atMs END)
     WHERE client_id = :clientId`,
  ),
  firstCompleted: db
    .prepare<[string], number | null>(
      `SELECT v.first_completed_at_ms FROM coverage v JOIN clients c ON c.id = v.client_id
       WHERE c.uid = ?`,
    )
    .pluck(),
  isWhole: db.prepare<[{ clientId: number }], number>(
    `SELECT 1 FROM coverage WHERE client_id = :clientId
       AND NOT EXISTS (SELECT 1 FROM gaps WHERE client_id = :clientId)
       AND NOT EXISTS (SELECT 1 FROM removed WHERE client_id = :clientId)`,
  ),
  get: db.prepare<[string], CoverageColumns>(`${coverageQuery} WHERE c.uid = ?`),
  all: db.prepare<[], CoverageColumns>(coverageQuery),
}));

/** Saves one page of a client's history together with what it proves, in one transaction. */
export function savePage(db: CacheDb, { page, rows, joinsTid, ...rest }: ReadPage): SavedPage {
  const joinedTids = joinsTid === null ? [] : [joinsTid];
  const [saved] = savePages(db, { ...rest, pages: [{ page, rows }], joinedTids });
  return saved ?? { saved: [], openBelow: false };
}

/** Saves pages that follow one another, newest first, with what they prove: all of it in one transaction. */
export function savePages(db: CacheDb, read: ReadPages): SavedPage[] {
  const kept = keptAlready(db, read);
  if (kept) return kept;
  const { closeGapByTid, hasGap } = prepared(db);
  const save = db.transaction(() => {
    const clientId = ensureClientId(db, read.clientUid);
    const saved = read.pages.map((page) => saveRows(db, clientId, read, page));
    for (const tid of read.joinedTids) closeGapByTid.run({ clientId, tid });
    updateCompleteToPage(db, clientId, read.pages, saved);
    return saved.map((rows) => {
      const last = rows.at(-1);
      const openBelow = last !== undefined && hasGap.get(clientId, last.rowId) !== undefined;
      return { saved: rows, openBelow };
    });
  });
  return save.immediate();
}

/** Nearly always there is nothing to be written, and a look costs neither a lock nor a commit. */
function keptAlready(db: CacheDb, { clientUid, pages }: ReadPages): SavedPage[] | null {
  const clientId = findClientId(db, clientUid);
  if (clientId === null || prepared(db).isWhole.get({ clientId }) === undefined) return null;
  const kept: SavedPage[] = [];
  for (const { rows } of pages) {
    const saved = keptAsSent(db, clientId, rows);
    if (saved === null) return null;
    kept.push({ saved, openBelow: false });
  }
  return kept;
}

function saveRows(
  db: CacheDb,
  clientId: number,
  { clientUid, readAtMs }: ReadPages,
  { rows, places = rows.length }: ReadPages['pages'][number],
): SavedTransaction[] {
  const { openGap, closeThese } = prepared(db);
  const saved = saveTransactions(db, clientUid, rows, readAtMs);
  const isFull = places >= HISTORY_PAGE_ROWS;
  const followed = isFull ? saved.slice(0, -1) : saved;
  closeThese.run(clientId, JSON.stringify(followed.map(({ rowId }) => rowId)));
  const last = saved.at(-1);
  if (isFull && last?.before === null) openGap.run(clientId, last.rowId);
  return saved;
}

/** Counts rows only where the newest gap is not on these pages and they may have moved it. */
function updateCompleteToPage(
  db: CacheDb,
  clientId: number,
  pages: ReadPages['pages'],
  saved: readonly SavedTransaction[][],
): void {
  const { newestGap, countNewer, countRows, setPage } = prepared(db);
  const gap = newestGap.get(clientId);
  const onPage = gap && pages[saved.findIndex((rows) => rows.at(-1)?.rowId === gap.id)]?.page;
  const topMs = saved[0]?.[0]?.after.createdAtMs ?? Infinity;
  let complete: number;
  if (!gap) complete = Math.ceil((countRows.get(clientId) ?? 0) / HISTORY_PAGE_ROWS);
  else if (onPage !== undefined) complete = onPage;
  else if (topMs < gap.createdAtMs) return;
  else
    complete = Math.floor(
      ((countNewer.get({ clientId, ms: gap.createdAtMs }) ?? 0) + 1) / HISTORY_PAGE_ROWS,
    );
  setPage.run(clientId, Math.max(1, complete));
}

/** Null when nothing is missing as far as the client's history was read. */
export function newestGap(db: CacheDb, clientUid: string): Gap | null {
  const clientId = findClientId(db, clientUid);
  const gap = clientId === null ? undefined : prepared(db).newestGap.get(clientId);
  if (clientId === null || !gap) return null;
  return {
    tid: gap.tid,
    newerRows: prepared(db).countNewer.get({ clientId, ms: gap.createdAtMs }) ?? 0,
  };
}

/** Rows kept of a client, those no longer listed included. */
export function countRows(db: CacheDb, clientUid: string): number {
  const clientId = findClientId(db, clientUid);
  return clientId === null ? 0 : (prepared(db).countRows.get(clientId) ?? 0);
}

export function hasGapBelow(db: CacheDb, clientUid: string, tid: string): boolean {
  return prepared(db).hasGapByTid.get(clientUid, tid) !== undefined;
}

/** After a reading from the newest row to the oldest: whatever gap is left is not one. */
export function closeAllGaps(db: CacheDb, clientUid: string): void {
  const close = db.transaction(() => {
    const clientId = ensureClientId(db, clientUid);
    prepared(db).closeGaps.run(clientId);
    updateCompleteToPage(db, clientId, [], []);
  });
  close.immediate();
}

/** Notes that a reading from the newest row reached known rows (or the oldest) at `atMs`. */
export function noteReading(db: CacheDb, clientUid: string, atMs: number): void {
  const note = db.transaction(() => {
    prepared(db).setRead.run({ clientId: ensureClientId(db, clientUid), atMs });
  });
  note.immediate();
}

/** True once the client's history was complete for the first time: rows found later are news. */
export function wasEverComplete(db: CacheDb, clientUid: string): boolean {
  return typeof prepared(db).firstCompleted.get(clientUid) === 'number';
}

const UNREAD: HistoryCoverage = { rows: 0, completeToPage: 0, complete: false, asOfMs: null };

export function getCoverage(db: CacheDb, clientUid: string): HistoryCoverage {
  const row = prepared(db).get.get(clientUid);
  return row ? toCoverage(row) : UNREAD;
}

/** By client uid; a client never read is missing. */
export function listCoverage(db: CacheDb): Map<string, HistoryCoverage> {
  return new Map(
    prepared(db)
      .all.all()
      .map((row) => [row.clientUid, toCoverage(row)]),
  );
}

function toCoverage({ rows, completeToPage, gaps, asOfMs }: CoverageColumns): HistoryCoverage {
  const complete = completeToPage !== null && gaps === 0;
  return { rows, completeToPage: completeToPage ?? 0, complete, asOfMs };
}
