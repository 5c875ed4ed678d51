import type { Statement } from 'better-sqlite3';
import { HISTORY_LANDMARKS } from '#shared/domain/constants.ts';
import { type HistoryCursor, type HistoryQuery } from '#shared/domain/transaction.ts';
import type { CacheDb } from '../open.ts';
import { statements } from '../statements.ts';
import {
  conditionsOf,
  INTERRUPTIBLE,
  paramsOf,
  where,
  type Condition,
  type Param,
} from './conditions.ts';
import { cursorOf, gathered, isFewByAmount, keyOf, once, orderOf } from './history-repo.ts';
import { searchText, type Source } from './text-search.ts';

/** `step`: rows from one landmark to the next. */
type LandmarkQuery = Omit<HistoryQuery, 'limit'> & { step: number };

const prepared = statements((_db: CacheDb) => ({
  cursors: new Map<string, Statement<Param[], HistoryCursor>>(),
}));

/**
 * The cursors of every `step`-th row after `after`, HISTORY_LANDMARKS at most: with them a page anywhere in the
 * selection is one keyset query.
 */
export function historyLandmarks(db: CacheDb, query: LandmarkQuery): HistoryCursor[] {
  const text = query.filter.text?.trim() ?? '';
  if (text !== '') return ofFound(db, query, sourcesOf(db, query, text));
  return isFewByAmount(db, query) ? ofFound(db, query, [gathered]) : walk(db, query);
}

/**
 * Step by step over the covering index, 0.1 µs a row; numbering the rows of a million in a window function takes
 * four times as long.
 */
function walk(db: CacheDb, query: LandmarkQuery): HistoryCursor[] {
  const { filter, sort, step } = query;
  const landmarks: HistoryCursor[] = [];
  let { after } = query;
  while (landmarks.length < HISTORY_LANDMARKS) {
    const parts = [...conditionsOf(filter), ...cursorOf({ sort, after })];
    const sql = `SELECT ${keyOf(sort)} AS key, t.id AS rowId FROM main.transactions t ${where(parts)}
      ORDER BY ${orderOf(sort)} LIMIT 1 OFFSET ?`;
    const [next] = readCursors(db, sql, [...paramsOf(parts), step - 1]);
    if (next === undefined) break;
    landmarks.push(next);
    after = next;
  }
  return landmarks;
}

/** What a search finds has no order until it is found: its rows are numbered at once. */
function ofFound(db: CacheDb, query: LandmarkQuery, sources: readonly Source[]): HistoryCursor[] {
  const direction = query.sort.descending ? 'DESC' : 'ASC';
  const found = union(query, sources);
  const sql = `SELECT key, rowId FROM (
      SELECT key, rowId, row_number() OVER (ORDER BY key ${direction}, rowId ${direction}) AS nth
      FROM (${found.sql}))
    WHERE nth % ? = 0 ORDER BY nth LIMIT ${HISTORY_LANDMARKS}`;
  return readCursors(db, sql, [...found.params, query.step]);
}

/** As `historyPage` does: where nothing begins with the text, what has it in its middle. */
function sourcesOf(db: CacheDb, query: LandmarkQuery, text: string): readonly Source[] {
  const { clients, sources, middles } = searchText(db, text);
  const first = clients ? [clients.source, ...sources] : sources;
  if (middles.length === 0) return first;
  const { sql, params } = union({ ...query, after: null }, first);
  return readCursors(db, `${sql} LIMIT 1`, params).length > 0 ? first : middles;
}

function union(query: LandmarkQuery, sources: readonly Source[]): Condition {
  const finds = sources.map(({ from, condition }): Condition => {
    const parts = [INTERRUPTIBLE, condition, ...conditionsOf(query.filter), ...cursorOf(query)];
    const sql = `SELECT ${keyOf(query.sort)} AS key, t.id AS rowId FROM ${from.sql} ${where(parts)}`;
    return { sql, params: paramsOf([from, ...parts]) };
  });
  return { sql: finds.map((find) => find.sql).join(' UNION '), params: paramsOf(finds) };
}

function readCursors(db: CacheDb, sql: string, params: readonly Param[]): HistoryCursor[] {
  const { cursors } = prepared(db);
  return once(cursors, sql, () => db.prepare<Param[], HistoryCursor>(sql)).all(...params);
}
