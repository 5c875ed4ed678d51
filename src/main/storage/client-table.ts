import type { ClientBalance } from '#shared/domain/client.ts';
import { openIntentStates } from '#shared/domain/intent.ts';
import type { ErrorCode } from '#shared/errors.ts';
import { balanceSums, NO_SUMS, type BalanceSums } from './cache/totals-repo.ts';
import type { CacheDb } from './open.ts';
import type { RegisteredClient } from './records/clients-repo.ts';
import { statements } from './statements.ts';

/** What the cache knows of a client. */
export type TableFigures = BalanceSums & {
  balance: ClientBalance | null;
  /** When the history was read last. */
  historyAsOfMs: number | null;
  historyComplete: boolean;
  /** Why the last reading failed. */
  problem: ErrorCode | null;
  hasUnusableRows: boolean;
};

/** A client of the registry with what the cache knows of it. */
export type TableClient = Omit<RegisteredClient, 'source'> & {
  /** In the cache; null while that does not know it. */
  cacheId: number | null;
  openIntents: number;
  figures: TableFigures;
};

const NEVER_READ: TableFigures = {
  ...NO_SUMS,
  balance: null,
  historyAsOfMs: null,
  historyComplete: false,
  problem: null,
  hasUnusableRows: false,
};

const openStates = openIntentStates.map((state) => `'${state}'`).join(', ');

// Read as arrays, and what few clients have by itself: of 20,000, objects by column name take twice as long.
const prepared = statements((db: CacheDb) => ({
  recordsVersion: db.prepare<[], number>('PRAGMA records.data_version').pluck(),
  cacheVersion: db.prepare<[], number>('PRAGMA main.data_version').pluck(),
  registered: db
    .prepare<[], [string, string, number, number, string | null, string | null]>(
      `SELECT uid, label, archived, added_at_ms, deposit_address, conflicting_address
       FROM records.clients ORDER BY added_at_ms DESC, uid`,
    )
    .raw(),
  openIntents: db
    .prepare<[], [uid: string, count: number]>(
      `SELECT client_uid, count(*) FROM records.intents
       WHERE state IN (${openStates}) AND client_uid IS NOT NULL GROUP BY client_uid`,
    )
    .raw(),
  ids: db
    .prepare<[number], [id: number, uid: string]>('SELECT id, uid FROM main.clients WHERE id > ?')
    .raw(),
  figures: db
    .prepare<[], FiguresRow>(
      `SELECT c.id, b.balance_sats, b.unconfirmed_sats, b.as_of_ms,
         v.client_id IS NOT NULL, v.as_of_ms, ${balanceSums}
       FROM main.clients c
       LEFT JOIN main.balances b ON b.client_id = c.id
       LEFT JOIN main.coverage v ON v.client_id = c.id
       LEFT JOIN main.totals t ON t.client_id = c.id
       GROUP BY c.id`,
    )
    .raw(),
  problems: db
    .prepare<[], [id: number, code: ErrorCode]>('SELECT client_id, code FROM main.client_problems')
    .raw(),
  withGaps: db.prepare<[], number>('SELECT DISTINCT client_id FROM main.gaps').pluck(),
  withUnusableRows: db
    .prepare<[], number>('SELECT DISTINCT client_id FROM main.unusable_rows')
    .pluck(),
}));

type FiguresRow = [
  id: number,
  balanceSats: number | null,
  unconfirmedSats: number,
  balanceAsOfMs: number,
  hasCoverage: number,
  historyAsOfMs: number | null,
  depositSats: number | null,
  buySats: number,
  withdrawalSats: number,
  unknownRows: number,
];

type Kept = {
  recordsVersion: number;
  cacheVersion: number;
  clients: TableClient[];
  /** Of the cache, by uid; a client of the cache stays, under its id. */
  ids: Map<string, number>;
  lastId: number;
  /** By that id, which the cache gives one after the other. */
  figures: TableFigures[];
};

const keptOf = new WeakMap<CacheDb, Kept>();

/**
 * Every registered client, newest entry first. A connection that cannot write keeps it: SQLite tells it whether another
 * one wrote, and it reads again only the database that was written.
 */
export function clientTable(db: CacheDb): readonly TableClient[] {
  const known = (db.readonly ? keptOf.get(db) : null) ?? emptyTable();
  const recordsVersion = prepared(db).recordsVersion.get() ?? 0;
  const cacheVersion = prepared(db).cacheVersion.get() ?? 0;
  const hasRecords = known.recordsVersion === recordsVersion;
  const hasCache = known.cacheVersion === cacheVersion;
  if (hasRecords && hasCache) return known.clients;
  if (!hasCache) readCache(db, known);
  // Another array whenever anything changed: what was worked out of the former one is not of this one.
  known.clients = hasRecords ? [...known.clients] : readRecords(db);
  for (const client of known.clients) {
    client.cacheId ??= known.ids.get(client.uid) ?? null;
    client.figures = known.figures[client.cacheId ?? 0] ?? NEVER_READ;
  }
  keptOf.set(db, { ...known, recordsVersion, cacheVersion });
  return known.clients;
}

function emptyTable(): Kept {
  const unread = { recordsVersion: NaN, cacheVersion: NaN, lastId: 0 };
  return { ...unread, clients: [], ids: new Map(), figures: [] };
}

function readRecords(db: CacheDb): TableClient[] {
  const openIntents = new Map(prepared(db).openIntents.all());
  return prepared(db)
    .registered.all()
    .map(([uid, label, archived, addedAtMs, depositAddress, conflictingAddress]) => ({
      uid,
      label,
      archived: archived === 1,
      addedAtMs,
      depositAddress,
      conflictingAddress,
      cacheId: null,
      openIntents: openIntents.get(uid) ?? 0,
      figures: NEVER_READ,
    }));
}

function readCache(db: CacheDb, known: Kept): void {
  const { ids, figures, problems, withGaps, withUnusableRows } = prepared(db);
  for (const [id, uid] of ids.all(known.lastId)) {
    known.ids.set(uid, id);
    known.lastId = Math.max(known.lastId, id);
  }
  const problemOf = new Map(problems.all());
  const incomplete = new Set(withGaps.all());
  const unusable = new Set(withUnusableRows.all());
  known.figures = [];
  for (const row of figures.all()) {
    const [id, balanceSats] = row;
    known.figures[id] = {
      balance:
        balanceSats === null ? null : { balanceSats, unconfirmedSats: row[2], asOfMs: row[3] },
      historyComplete: row[4] === 1 && !incomplete.has(id),
      historyAsOfMs: row[5],
      depositSats: row[6] ?? 0,
      buySats: row[7],
      withdrawalSats: row[8],
      unknownRows: row[9],
      problem: problemOf.get(id) ?? null,
      hasUnusableRows: unusable.has(id),
    };
  }
}
