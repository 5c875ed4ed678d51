import {
  transactionTypes,
  type HistoryCursor,
  type HistoryFilter,
  type HistoryQuery,
} from '#shared/domain/transaction.ts';
import type { CacheDb } from '../src/main/storage/open.ts';
import { createRandom } from '../test/simulation/random.ts';
import { sqlText } from './sqlite-cli.ts';

/** What operators ask of a history, picked from the data, and the same in the SQL of the anchor's version. */

const DAY_MS = 86_400_000;

type PickedRow = {
  id: number;
  uid: string;
  tid: string;
  type: number;
  atMs: number;
  state: string | null;
  txId: string | null;
  address: string | null;
};

function pickRows(cache: CacheDb, count: number, seed: number): PickedRow[] {
  const random = createRandom(seed);
  const rows = Number(cache.prepare('SELECT max(id) FROM main.transactions').pluck().get());
  const row = cache.prepare<[number], PickedRow>(
    `SELECT t.id, c.uid, t.tid, t.type, t.created_at_ms AS atMs, s.name AS state,
       lower(hex(t.tx_id)) AS txId, a.address
     FROM main.transactions t JOIN main.clients c ON c.id = t.client_id
     LEFT JOIN main.states s ON s.id = t.state_id
     LEFT JOIN main.addresses a ON a.id = t.address_id WHERE t.id = ?`,
  );
  return Array.from({ length: count }, () => {
    const found = row.get(random.between(1, rows));
    if (!found) throw new Error('Row ids have gaps');
    return found;
  });
}

/** A place in the history: of all clients or of one, after any of its rows. */
export function pickPlaces(
  cache: CacheDb,
  count: number,
  seed: number,
): { clientUid: string | null; after: HistoryCursor }[] {
  return pickRows(cache, count, seed).map(({ id, uid, atMs }, index) => {
    return { clientUid: index % 2 === 0 ? uid : null, after: { key: atMs, rowId: id } };
  });
}

/** Client, type, state and the 30 days before one of its rows. */
export function pickFilters(cache: CacheDb, count: number, seed: number): HistoryFilter[] {
  return pickRows(cache, count, seed).map(({ uid, type, state, atMs }) => {
    const name = transactionTypes[type] ?? 'unknown';
    const range = { fromMs: atMs - 30 * DAY_MS, toMs: atMs + 1 };
    return { clientUid: uid, types: [name], states: [state ?? 'processed'], ...range };
  });
}

/** Beginnings of tids, tx ids and addresses, six to twelve characters long, and whole ones. */
export function pickIdParts(cache: CacheDb, count: number, seed: number): string[] {
  const random = createRandom(seed);
  return pickRows(cache, count, seed).map(({ tid, txId, address }, index) => {
    const whole = [tid, txId, address][index % 3] || tid;
    return random.chance(0.2) ? whole : whole.slice(0, random.between(6, 12));
  });
}

/** Parts of labels and notes: words, numbers, and what stands between them. */
export function pickWords(cache: CacheDb, count: number, seed: number): string[] {
  const random = createRandom(seed);
  const texts = cache
    .prepare<[], string>(
      `SELECT note FROM records.notes UNION ALL SELECT label FROM records.clients WHERE label <> ''`,
    )
    .pluck()
    .all();
  return Array.from({ length: count }, () => {
    const text = random.pick(texts);
    const length = Math.min(text.length, random.between(4, 10));
    const start = random.between(0, text.length - length);
    return text.slice(start, start + length).trim();
  }).filter((text) => text.length >= 3);
}

const columns = `t.id, c.uid, t.tid, t.type, t.amount_sats, t.created_at_ms, s.name, t.confirmations,
  hex(t.tx_id), a.address, t.fetched_at_ms, r.label, n.note,
  (SELECT group_concat(tag) FROM records.tags g WHERE g.client_uid = c.uid AND g.tid = t.tid)`;
const joins = `CROSS JOIN main.clients c ON c.id = t.client_id
  LEFT JOIN main.states s ON s.id = t.state_id
  LEFT JOIN main.addresses a ON a.id = t.address_id
  LEFT JOIN records.clients r ON r.uid = c.uid
  LEFT JOIN records.notes n ON n.client_uid = c.uid AND n.tid = t.tid`;
const order = 'ORDER BY t.created_at_ms DESC, t.id DESC';

const ofClient = (uid: string | undefined) =>
  uid === undefined
    ? ''
    : `AND t.client_id = (SELECT id FROM main.clients WHERE uid = ${sqlText(uid)})`;

export function pageSql({ filter, after, limit }: HistoryQuery): string {
  const cursor = after ? `(t.created_at_ms, t.id) < (${after.key}, ${after.rowId})` : 'TRUE';
  return `SELECT ${columns} FROM main.transactions t ${joins}
    WHERE ${cursor} ${ofClient(filter.clientUid)} ${order} LIMIT ${limit + 1};`;
}

export function filteredSql(filter: HistoryFilter): string {
  const { clientUid, types = [], states = [], fromMs = 0, toMs = 0 } = filter;
  return `SELECT t.type, count(*), sum(t.amount_sats) FROM main.transactions t
    WHERE t.type IN (${types.map((type) => transactionTypes.indexOf(type)).join()})
      AND t.state_id IN (SELECT id FROM main.states WHERE name IN (${states.map(sqlText).join()}))
      AND t.created_at_ms >= ${fromMs} AND t.created_at_ms < ${toMs} ${ofClient(clientUid)}
    GROUP BY 1;`;
}

/** A scan in the order of time, which ends at the hundredth match. */
export function textSql({ filter, limit }: HistoryQuery): string {
  const pattern = sqlText(`%${filter.text ?? ''}%`);
  return `SELECT ${columns} FROM main.transactions t ${joins}
    WHERE r.label LIKE ${pattern} OR n.note LIKE ${pattern} ${order} LIMIT ${limit + 1};`;
}

/** The calendar months of the data, in UTC. */
export function monthsOf(cache: CacheDb): HistoryFilter[] {
  const bound = (which: 'min' | 'max') =>
    new Date(
      Number(cache.prepare(`SELECT ${which}(created_at_ms) FROM main.transactions`).pluck().get()),
    );
  const first = bound('min');
  const last = bound('max');
  const months: HistoryFilter[] = [];
  for (
    let month = first.getUTCMonth();
    Date.UTC(first.getUTCFullYear(), month) <= last.getTime();
    month += 1
  ) {
    const fromMs = Date.UTC(first.getUTCFullYear(), month);
    months.push({ fromMs, toMs: Date.UTC(first.getUTCFullYear(), month + 1) });
  }
  return months;
}

export const monthsSql = `SELECT strftime('%Y-%m', created_at_ms / 1000, 'unixepoch'), type, count(*),
  sum(amount_sats) FROM main.transactions GROUP BY 1, 2;`;
