import type { HistoryFilter } from '#shared/domain/transaction.ts';
import { typeToId } from './ids.ts';

export type Param = string | number | Buffer;

/** A piece of a WHERE clause over `transactions t`, with its parameters. */
export type Condition = { sql: string; params: readonly Param[] };

/**
 * The plus hides the value from the planner. SQLite looks at what a bare `LIMIT ?` or `LIKE ?`, and in some joins a
 * bare `= ?`, is bound to, and so plans the statement anew at each run: a third of what a search for an id costs, and
 * nine tenths of the look for rows that are known.
 */
export const LIMIT = 'LIMIT +?';
export const LIKE = "LIKE +? ESCAPE '\\'";

const taggedRows = `t.id IN (
  SELECT h.id FROM records.tags g
  JOIN main.clients c ON c.uid = g.client_uid
  JOIN main.transactions h ON h.client_id = c.id AND h.tid = g.tid
  WHERE g.tag = ?)`;

/** What a filter demands of every row, its text aside. An empty list filters nothing. */
export function conditionsOf(filter: HistoryFilter): Condition[] {
  const { clientUid, types = [], states = [], fromMs, toMs, minSats, maxSats, tag } = filter;
  const parts: Condition[] = [];
  const add = (sql: string, ...params: Param[]) => parts.push({ sql, params });
  if (clientUid !== undefined) {
    add('t.client_id = (SELECT id FROM main.clients WHERE uid = ?)', clientUid);
  }
  if (types.length > 0) {
    add('t.type IN (SELECT value FROM json_each(?))', JSON.stringify(types.map(typeToId)));
  }
  if (states.length > 0) {
    add(
      't.state_id IN (SELECT s.id FROM json_each(?) j JOIN main.states s ON s.name = j.value)',
      JSON.stringify(states),
    );
  }
  if (fromMs !== undefined) add('t.created_at_ms >= ?', fromMs);
  if (toMs !== undefined) add('t.created_at_ms < ?', toMs);
  if (minSats !== undefined) add('t.amount_sats >= ?', minSats);
  if (maxSats !== undefined) add('t.amount_sats <= ?', maxSats);
  if (tag !== undefined) add(taggedRows, tag);
  return parts;
}

/**
 * For statements that may look at millions of rows: every few milliseconds `go_on` is asked, which throws when
 * something newer waits. It has to be the first condition, since rows that another one refuses do not come to it.
 */
export const INTERRUPTIBLE: Condition = { sql: '((t.id & 4095) <> 0 OR go_on())', params: [] };

export function where(parts: readonly Condition[]): string {
  return parts.length === 0 ? '' : `WHERE ${parts.map(({ sql }) => sql).join(' AND ')}`;
}

export function paramsOf(parts: readonly Condition[]): Param[] {
  return parts.flatMap((part) => [...part.params]);
}
