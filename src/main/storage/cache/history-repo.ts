import type { Statement } from 'better-sqlite3';
import type {
  HistoryCursor,
  HistoryFilter,
  HistoryPage,
  HistorySort,
  HistorySummary,
  TransactionRow,
} from '#shared/domain/transaction.ts';
import type { CacheDb } from '../open.ts';
import { statements } from '../statements.ts';
import { idToType, typeToId, unpackTxId } from './ids.ts';
import { textCondition, type Condition } from './text-condition.ts';

type Param = string | number;

type RowColumns = Omit<TransactionRow, 'type' | 'txId' | 'tags'> & {
  rowId: number;
  type: number;
  txId: Buffer | string | null;
  tags: string;
};

type TypeSum = { type: number; count: number; sats: number };

/** CROSS JOIN and LEFT JOIN keep SQLite from starting anywhere but at the transactions, in their order. */
const rowQuery = `
  SELECT t.id AS rowId, c.uid AS clientUid, t.tid, t.type, t.amount_sats AS amountSats,
    t.created_at_ms AS createdAtMs, s.name AS state, t.confirmations, t.tx_id AS txId, t.address,
    t.fetched_at_ms AS fetchedAtMs, coalesce(r.label, '') AS clientLabel,
    coalesce(n.note, '') AS note,
    (SELECT json_group_array(g.tag ORDER BY g.tag) FROM records.tags g
      WHERE g.client_uid = c.uid AND g.tid = t.tid) AS tags
  FROM transactions t
  CROSS JOIN clients c ON c.id = t.client_id
  LEFT JOIN states s ON s.id = t.state_id
  LEFT JOIN records.clients r ON r.uid = c.uid
  LEFT JOIN records.notes n ON n.client_uid = c.uid AND n.tid = t.tid`;

const prepared = statements((db: CacheDb) => ({
  get: db.prepare<[string, string], RowColumns>(
    `${rowQuery} WHERE t.client_id = (SELECT id FROM clients WHERE uid = ?) AND t.tid = ?`,
  ),
  states: db.prepare<[], string>('SELECT name FROM states ORDER BY name').pluck(),
  /** Filters make few different texts, so each is prepared once. */
  pages: new Map<string, Statement<Param[], RowColumns>>(),
  summaries: new Map<string, Statement<Param[], TypeSum>>(),
}));

/**
 * One page by keyset: rows after the cursor in the order asked for, ties by row id. A row keeps its id for as
 * long as the cache file lives, so pages neither repeat nor skip rows while new ones arrive.
 */
export function historyPage(
  db: CacheDb,
  query: { filter: HistoryFilter; sort: HistorySort; after: HistoryCursor | null; limit: number },
): HistoryPage {
  const { filter, sort, after, limit } = query;
  const key = sort.by === 'time' ? 't.created_at_ms' : 't.amount_sats';
  const direction = sort.descending ? 'DESC' : 'ASC';
  const parts = conditions(filter);
  if (after) {
    const sql = `(${key}, t.id) ${sort.descending ? '<' : '>'} (?, ?)`;
    parts.push({ sql, params: [after.key, after.rowId] });
  }
  const sql = `${rowQuery} ${where(parts)} ORDER BY ${key} ${direction}, t.id ${direction} LIMIT ?`;
  const statement = once(prepared(db).pages, sql, () => db.prepare<Param[], RowColumns>(sql));
  const rows = statement.all(...params(parts), limit + 1);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const hasMore = last !== undefined && rows.length > limit;
  return {
    rows: shown.map(toRow),
    next: hasMore
      ? { key: sort.by === 'time' ? last.createdAtMs : last.amountSats, rowId: last.rowId }
      : null,
  };
}

/**
 * Count and sums of magnitudes over a whole selection. Rows of an unknown type count but are in no sum.
 * Selections by client and type alone are answered from the running totals.
 */
export function historySummary(db: CacheDb, filter: HistoryFilter): HistorySummary {
  const { clientUid, types = [] } = filter;
  const parts = conditions(filter);
  const coarse = conditions({ types, ...(clientUid === undefined ? {} : { clientUid }) });
  const byTotals = coarse.length === parts.length;
  const sql = byTotals
    ? `SELECT t.type, sum(t.rows) AS count, sum(t.sats) AS sats FROM totals t ${where(parts)} GROUP BY 1`
    : `SELECT t.type, count(*) AS count, sum(t.amount_sats) AS sats
       FROM transactions t ${where(parts)} GROUP BY 1`;
  const statement = once(prepared(db).summaries, sql, () => db.prepare<Param[], TypeSum>(sql));
  const summary = { count: 0, depositSats: 0, buySats: 0, withdrawalSats: 0 };
  for (const { type, count, sats } of statement.all(...params(parts))) {
    if (!Number.isSafeInteger(sats)) throw new RangeError('Sum exceeds the safe integers');
    summary.count += count;
    const name = idToType(type);
    if (name !== 'unknown') summary[`${name}Sats`] = sats;
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

/** An empty list filters nothing. */
function conditions(filter: HistoryFilter): Condition[] {
  const { clientUid, types = [], states = [], fromMs, toMs, minSats, maxSats, tag } = filter;
  const text = filter.text?.trim() ?? '';
  const parts: Condition[] = [];
  const add = (sql: string, ...values: Param[]) => parts.push({ sql, params: values });
  if (clientUid !== undefined)
    add('t.client_id = (SELECT id FROM clients WHERE uid = ?)', clientUid);
  if (types.length > 0) {
    add('t.type IN (SELECT value FROM json_each(?))', JSON.stringify(types.map(typeToId)));
  }
  if (states.length > 0) {
    add(
      't.state_id IN (SELECT s.id FROM json_each(?) j JOIN states s ON s.name = j.value)',
      JSON.stringify(states),
    );
  }
  if (fromMs !== undefined) add('t.created_at_ms >= ?', fromMs);
  if (toMs !== undefined) add('t.created_at_ms < ?', toMs);
  if (minSats !== undefined) add('t.amount_sats >= ?', minSats);
  if (maxSats !== undefined) add('t.amount_sats <= ?', maxSats);
  if (tag !== undefined) add(taggedRows, tag);
  if (text !== '') parts.push(textCondition(text));
  return parts;
}

const taggedRows = `t.id IN (
  SELECT h.id FROM records.tags g
  JOIN clients c ON c.uid = g.client_uid
  JOIN transactions h ON h.client_id = c.id AND h.tid = g.tid
  WHERE g.tag = ?)`;

function where(parts: readonly Condition[]): string {
  return parts.length === 0 ? '' : `WHERE ${parts.map(({ sql }) => sql).join(' AND ')}`;
}

function params(parts: readonly Condition[]): Param[] {
  return parts.flatMap((part) => [...part.params]);
}

function once<Value>(known: Map<string, Value>, sql: string, prepare: () => Value): Value {
  const value = known.get(sql) ?? prepare();
  known.set(sql, value);
  return value;
}

function toRow(row: RowColumns): TransactionRow {
  const { clientUid, tid, amountSats, createdAtMs, state, confirmations, address } = row;
  const { fetchedAtMs, clientLabel, note } = row;
  const tags: unknown = JSON.parse(row.tags);
  return {
    clientUid,
    clientLabel,
    tid,
    type: idToType(row.type),
    amountSats,
    createdAtMs,
    txId: unpackTxId(row.txId),
    address,
    state,
    confirmations,
    fetchedAtMs,
    note,
    tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [],
  };
}
