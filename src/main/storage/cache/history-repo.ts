import type { Statement } from 'better-sqlite3';
import type {
  HistoryFilter,
  HistoryPage,
  HistoryQuery,
  HistorySort,
  HistorySummary,
  TransactionRow,
} from '#shared/domain/transaction.ts';
import { addUnits } from '#shared/money.ts';
import type { CacheDb } from '../open.ts';
import { statements } from '../statements.ts';
import {
  conditionsOf,
  INTERRUPTIBLE,
  LIMIT,
  paramsOf,
  where,
  type Condition,
  type Param,
} from './conditions.ts';
import { rowColumns, rowJoins, toRow, type RowColumns } from './history-rows.ts';
import { idToType } from './ids.ts';
import { among, searchText, type Source } from './text-search.ts';
import { DAY_MS } from './totals-repo.ts';

/** Rows the service no longer lists are in no sum. SQLite makes the list once a statement. */
const listedSatsOfRow = `iif(t.id IN (SELECT transaction_id FROM main.removed
  WHERE removed_at_ms IS NOT NULL), 0, t.amount_sats)`;
const listedSats = `sum(${listedSatsOfRow})`;

type TypeSum = { type: number; count: number; sats: number };

const prepared = statements((db: CacheDb) => ({
  get: db
    .prepare<[string, string], RowColumns>(
      `SELECT ${rowColumns} FROM main.transactions t ${rowJoins}
       WHERE t.client_id = (SELECT id FROM main.clients WHERE uid = ?) AND t.tid = ?`,
    )
    .raw(),
  states: db.prepare<[], string>('SELECT name FROM states ORDER BY name').pluck(),
  /** Filters make few different texts, so each is prepared once. */
  pages: new Map<string, Statement<Param[], RowColumns>>(),
  sums: new Map<string, Statement<Param[], TypeSum>>(),
  counts: new Map<string, Statement<Param[], number>>(),
}));

/**
 * One page by keyset: rows after the cursor in the order asked for, ties by row id. A row keeps its id for as
 * long as the cache file lives, so pages neither repeat nor skip rows while new ones arrive.
 */
export function historyPage(db: CacheDb, query: HistoryQuery): HistoryPage {
  const text = query.filter.text?.trim() ?? '';
  if (text === '' && isFewByAmount(db, query)) return pageOf(db, query, [gathered]);
  if (text === '') {
    const parts = [...conditionsOf(query.filter), ...cursorOf(query)];
    const sql = `SELECT ${rowColumns} FROM main.transactions t ${rowJoins} ${where(parts)}
      ORDER BY ${orderOf(query.sort)} ${LIMIT}`;
    return readPage(db, query, sql, [...paramsOf(parts), query.limit + 1]);
  }
  const { clients, sources, middles } = searchText(db, text);
  const first = clients ? [clients.source, ...sources] : sources;
  const found = pageOf(db, query, first);
  if (found.rows.length > 0 || middles.length === 0) return found;
  // Nothing after a cursor may be the end of what was found, and is no reason to look elsewhere.
  const isEnd =
    query.after !== null && pageOf(db, { ...query, after: null, limit: 1 }, first).rows.length > 0;
  return isEnd ? found : pageOf(db, query, middles);
}

/** Every row, to be filtered and then sorted. */
export const gathered: Source = {
  from: { sql: 'main.transactions t INDEXED BY by_time', params: [] },
  condition: { sql: 'TRUE', params: [] },
};
/** Of more rows, a hundred are soon met when walking all of them by amount. */
const FEW_ROWS = 2000;

/**
 * By amount, states are looked up row for row: five seconds for the few pending ones of a million. `by_time` carries
 * them, so that these are found and sorted in a tenth of a second.
 */
export function isFewByAmount(
  db: CacheDb,
  { filter, sort }: Pick<HistoryQuery, 'filter' | 'sort'>,
): boolean {
  if (sort.by === 'time' || !filter.states?.length || filter.clientUid !== undefined) return false;
  const parts = conditionsOf(filter);
  const sql = `SELECT count(*)
    FROM (SELECT 1 FROM ${gathered.from.sql} ${where(parts)} LIMIT ${FEW_ROWS})`;
  const count = once(prepared(db).counts, sql, () => db.prepare<Param[], number>(sql).pluck());
  return (count.get(...paramsOf(parts)) ?? 0) < FEW_ROWS;
}

/** The first rows of every source, put together, and of those the first. */
function pageOf(db: CacheDb, query: HistoryQuery, sources: readonly Source[]): HistoryPage {
  const { sort, limit } = query;
  const finds = sources.map((source) => findFirst(query, source));
  const sql = `WITH found (key, id) AS (
      ${finds.map((find) => `SELECT * FROM (${find.sql})`).join(' UNION ')}
      ORDER BY ${inDirection(sort, ['1', '2'])} ${LIMIT})
    SELECT ${rowColumns} FROM found f CROSS JOIN main.transactions t ON t.id = f.id ${rowJoins}
    ORDER BY ${inDirection(sort, ['f.key', 'f.id'])}`;
  return readPage(db, query, sql, [...paramsOf(finds), limit + 1]);
}

function findFirst(query: HistoryQuery, { from, condition, inTime }: Source): Condition {
  const { filter, sort, after, limit } = query;
  const parts = [INTERRUPTIBLE, condition, ...conditionsOf(filter), ...cursorOf(query)];
  // The plus keeps SQLite from walking all rows in their order.
  const sorted = { from, columns: [`+${keyOf(sort)}`, 't.id'] };
  const { descending } = sort;
  const walk = sort.by === 'time' && inTime?.({ descending, fromMs: after?.key ?? null });
  const first = walk || sorted;
  const sql = `SELECT ${keyOf(sort)}, t.id FROM ${first.from.sql} ${where(parts)}
    ORDER BY ${inDirection(sort, first.columns)} ${LIMIT}`;
  return { sql, params: [...paramsOf([first.from, ...parts]), limit + 1] };
}

export function cursorOf({ sort, after }: Pick<HistoryQuery, 'sort' | 'after'>): Condition[] {
  if (!after) return [];
  const sql = `(${keyOf(sort)}, t.id) ${sort.descending ? '<' : '>'} (?, ?)`;
  return [{ sql, params: [after.key, after.rowId] }];
}

export function keyOf({ by }: HistorySort): string {
  return by === 'time' ? 't.created_at_ms' : 't.amount_sats';
}

export function orderOf(sort: HistorySort): string {
  return inDirection(sort, [keyOf(sort), 't.id']);
}

function inDirection({ descending }: HistorySort, columns: readonly string[]): string {
  return columns.map((column) => `${column} ${descending ? 'DESC' : 'ASC'}`).join(', ');
}

function readPage(
  db: CacheDb,
  { sort, limit }: HistoryQuery,
  sql: string,
  params: readonly Param[],
): HistoryPage {
  const found = once(prepared(db).pages, sql, () => db.prepare<Param[], RowColumns>(sql).raw()).all(
    ...params,
  );
  const rows = found.slice(0, limit).map(toRow);
  const last = rows.at(-1);
  const rowId = found[limit - 1]?.[0];
  if (last === undefined || rowId === undefined || found.length <= limit)
    return { rows, next: null };
  return { rows, next: { key: sort.by === 'time' ? last.createdAtMs : last.amountSats, rowId } };
}

/**
 * Count and sums of magnitudes over a whole selection. Rows of an unknown type count but are in no sum.
 * Selections by client and type, or by days, are answered from the running totals.
 * @throws RangeError when a sum leaves the safe integers
 */
export function historySummary(db: CacheDb, filter: HistoryFilter): HistorySummary {
  const text = filter.text?.trim() ?? '';
  if (text === '') return addUp(sumsWithoutText(db, filter));
  const { clients, sources, middles } = searchText(db, text);
  const byClient = clients ? sumsWithoutText(db, filter, among('t.client_id', clients.ids)) : [];
  const sums = [...byClient, ...sumsOver(db, filter, sources, clients?.ids ?? '[]')];
  const nothing = sums.every(({ count }) => count === 0);
  return addUp(nothing && middles.length > 0 ? sumsOver(db, filter, middles, '[]') : sums);
}

function sumsWithoutText(db: CacheDb, filter: HistoryFilter, clients?: Condition): TypeSum[] {
  const { clientUid, types = [], fromMs, toMs } = filter;
  const onlyIf = clients ? [clients] : [];
  const all = [...conditionsOf(filter), ...onlyIf];
  const ofTypes = { types, ...(clientUid === undefined ? {} : { clientUid }) };
  const byTotals = [...conditionsOf(ofTypes), ...onlyIf];
  if (byTotals.length === all.length) {
    const sql = `SELECT t.type, sum(t.rows) AS count, sum(t.sats) AS sats
      FROM main.totals t ${where(byTotals)} GROUP BY 1`;
    return readSums(db, sql, paramsOf(byTotals));
  }
  const ofDays = [...conditionsOf({ types }), ...conditionsOf({ ...range(fromMs, toMs) })];
  if (ofDays.length === all.length) return sumsOfDays(db, filter);
  const sql = `SELECT t.type, count(*) AS count, ${listedSats} AS sats
    FROM main.transactions t ${where([INTERRUPTIBLE, ...all])} GROUP BY 1`;
  return readSums(db, sql, paramsOf(all));
}

/** Whole days from their totals, what is left at both ends from the rows. */
function sumsOfDays(db: CacheDb, { types = [], fromMs, toMs }: HistoryFilter): TypeSum[] {
  const fromDay = fromMs === undefined ? null : Math.ceil(fromMs / DAY_MS);
  const toDay = toMs === undefined ? null : Math.floor(toMs / DAY_MS);
  const isWithinADay = fromDay !== null && toDay !== null && fromDay > toDay;
  const ofTypes = conditionsOf({ types });
  const ends = isWithinADay
    ? [range(fromMs, toMs)]
    : [
        ...(fromDay === null ? [] : [range(fromMs, fromDay * DAY_MS)]),
        ...(toDay === null ? [] : [range(toDay * DAY_MS, toMs)]),
      ];
  const days: Condition[] = [
    ...ofTypes,
    ...(fromDay === null ? [] : [{ sql: 't.day >= ?', params: [fromDay] }]),
    ...(toDay === null ? [] : [{ sql: 't.day < ?', params: [toDay] }]),
  ];
  const parts = [
    { sql: `SELECT t.type, t.rows, t.sats FROM main.days t ${where(days)}`, parts: days },
    ...ends.map((end) => {
      const conditions = [...ofTypes, ...conditionsOf(end)];
      const sql = `SELECT t.type, 1, ${listedSatsOfRow} FROM main.transactions t ${where(conditions)}`;
      return { sql, parts: conditions };
    }),
  ];
  const sql = `SELECT type, sum(rows) AS count, sum(sats) AS sats
    FROM (${parts.map((part) => part.sql).join(' UNION ALL ')}) GROUP BY 1`;
  return readSums(
    db,
    sql,
    parts.flatMap((part) => paramsOf(part.parts)),
  );
}

function range(fromMs: number | undefined, toMs: number | undefined): HistoryFilter {
  return { ...(fromMs === undefined ? {} : { fromMs }), ...(toMs === undefined ? {} : { toMs }) };
}

/** Over the rows any of the sources leads to, those of `exceptClients` (JSON) aside. */
function sumsOver(
  db: CacheDb,
  filter: HistoryFilter,
  sources: readonly Source[],
  exceptClients: string,
): TypeSum[] {
  const finds = sources.map(({ from, condition }): Condition => {
    const parts = [INTERRUPTIBLE, condition, ...conditionsOf(filter)];
    return {
      sql: `SELECT t.id FROM ${from.sql} ${where(parts)}`,
      params: paramsOf([from, ...parts]),
    };
  });
  const sql = `SELECT t.type, count(*) AS count, ${listedSats} AS sats
    FROM (${finds.map((find) => find.sql).join(' UNION ')}) f
    CROSS JOIN main.transactions t ON t.id = f.id
    WHERE t.client_id NOT IN (SELECT value FROM json_each(?)) GROUP BY 1`;
  return readSums(db, sql, [...paramsOf(finds), exceptClients]);
}

function readSums(db: CacheDb, sql: string, params: readonly Param[]): TypeSum[] {
  return once(prepared(db).sums, sql, () => db.prepare<Param[], TypeSum>(sql)).all(...params);
}

function addUp(sums: readonly TypeSum[]): HistorySummary {
  const summary = { count: 0, depositSats: 0, buySats: 0, withdrawalSats: 0 };
  for (const { type, count, sats } of sums) {
    summary.count += count;
    const name = idToType(type);
    if (name !== 'unknown') summary[`${name}Sats`] = addUnits(summary[`${name}Sats`], sats);
  }
  return summary;
}

/** Null when the cache does not hold it. */
export function getTransaction(db: CacheDb, clientUid: string, tid: string): TransactionRow | null {
  const row = prepared(db).get.get(clientUid, tid);
  return row ? toRow(row) : null;
}

/** Every state seen so far, in alphabetical order (an open set: api-readings.md, 13). */
export function listStates(db: CacheDb): string[] {
  return prepared(db).states.all();
}

export function once<Value>(known: Map<string, Value>, sql: string, prepare: () => Value): Value {
  const value = known.get(sql) ?? prepare();
  known.set(sql, value);
  return value;
}
