import { readSearchText } from '#shared/search-text.ts';
import type { CacheDb } from '../open.ts';
import { statements } from '../statements.ts';
import { annotatedTransactions, annotationText } from './annotation-index.ts';
import { LIKE, type Condition, type Param } from './conditions.ts';
import { findNamed } from './find-named.ts';

/** Characters of a trigram: shorter texts are not in these indexes. */
const TRIGRAM = 3;
/** The trigrams of so many characters are asked for; what is found is compared with the whole text. */
const MATCHED_CHARACTERS = 16;
/** Fewer characters are the beginning of too many ids to tell anything. */
const ID_CHARS = 4;
/** So many digits hold two whole bytes wherever in a hash they begin. */
const MIDDLE_DIGITS = 6;
/** Of more clients or more rows the newest are found by walking through time, of fewer by gathering all. */
const GATHERED_CLIENTS = 200;
const GATHERED_ROWS = 10_000;

/**
 * One way that leads from a text to rows: a FROM clause that binds `transactions t`, and its condition. The index is
 * named, since SQLite would rather walk all rows in the order asked for than gather a few and sort them.
 */
export type Source = {
  from: Condition;
  condition: Condition;
  /** The same rows in the order of time and id, so that the first are found without the others. */
  inTime?: (walk: Walk) => { from: Condition; columns: readonly string[] };
};
/** `fromMs`: rows before it in this direction are not asked for. */
type Walk = { descending: boolean; fromMs: number | null };

/**
 * Free text, letter case aside: part of a client's label or uid; from three characters on, part of a note or a tag;
 * from four on, the beginning of an address, as it was typed or in lower case, of a tid or of a tx id; a whole tid
 * always. A row fits when any of `sources` leads to it, or its client is one of `clients`. When no row does, `middles`
 * look into the addresses and the tx ids themselves: scans, so only where nothing else is found.
 */
export type TextSearch = {
  clients: { ids: string; source: Source } | null;
  sources: Source[];
  middles: Source[];
};

const prepared = statements((db: CacheDb) => ({
  recordsVersion: db.prepare<[], number>('PRAGMA records.data_version').pluck(),
  newestClient: db.prepare<[], number | null>('SELECT max(id) FROM main.clients').pluck(),
  clients: db
    .prepare<[], [id: number, uid: string, label: string]>(
      `SELECT c.id, c.uid, coalesce(r.label, '') FROM main.clients c
       LEFT JOIN records.clients r ON r.uid = c.uid`,
    )
    .raw(),
  rowsOf: db
    .prepare<[string], number>(
      `SELECT coalesce(sum(rows), 0) FROM main.totals
       WHERE client_id IN (SELECT value FROM json_each(?))`,
    )
    .pluck(),
  addresses: db
    .prepare<[string, string, string], number>(
      `SELECT id FROM main.addresses WHERE address >= ? AND address < ? AND address ${LIKE}`,
    )
    .pluck(),
  /** Kept until either database has changed. */
  known: { stamp: '', find: (_lower: string): number[] => [] },
}));

export function searchText(db: CacheDb, typed: string): TextSearch {
  const { text, tail } = readSearchText(typed);
  const lower = text.toLowerCase();
  if (tail !== null) {
    const sources = [...addressSources(db, text, tail), ...idSources(text, lower, tail)];
    return { clients: null, sources, middles: [] };
  }
  const ids = clientsNamed(db, lower);
  // Notes that were written before they were kept composed.
  const decomposed = text.normalize('NFD');
  const notes = [...new Set([text, decomposed])].flatMap(noteSources);
  return {
    clients: ids.length === 0 ? null : clientSource(db, ids),
    sources: [...notes, ...addressSources(db, text), ...idSources(text, lower)],
    middles: [...middleOfAddress(text), ...middleOfTxId(lower)],
  };
}

function clientsNamed(db: CacheDb, lower: string): number[] {
  const { recordsVersion, newestClient, clients, known } = prepared(db);
  const stamp = `${recordsVersion.get()} ${newestClient.get()}`;
  if (known.stamp !== stamp) {
    known.find = findNamed(clients.all());
    known.stamp = stamp;
  }
  return known.find(lower);
}

function clientSource(db: CacheDb, clientIds: readonly number[]): TextSearch['clients'] {
  const ids = JSON.stringify(clientIds);
  const condition = among('t.client_id', ids);
  const isFew = clientIds.length <= GATHERED_CLIENTS;
  if (isFew && (prepared(db).rowsOf.get(ids) ?? 0) <= GATHERED_ROWS) {
    return { ids, source: { from: rowsBy('by_client_time'), condition } };
  }
  return { ids, source: walked('by_time', condition) };
}

function rowsBy(index: string): Condition {
  return { sql: `main.transactions t INDEXED BY ${index}`, params: [] };
}

/** Rows of an index that has them in the order of time. */
function walked(index: string, condition: Condition): Source {
  const from = rowsBy(index);
  return { from, condition, inTime: () => ({ from, columns: ['t.created_at_ms', 't.id'] }) };
}

export function among(column: string, ids: string): Condition {
  return { sql: `${column} IN (SELECT value FROM json_each(?))`, params: [ids] };
}

function noteSources(text: string): Source[] {
  const characters = Array.from(text);
  if (characters.length < TRIGRAM) return [];
  const length = Math.min(characters.length, MATCHED_CHARACTERS) - TRIGRAM + 1;
  const trigrams = Array.from({ length }, (_, start) =>
    characters
      .slice(start, start + TRIGRAM)
      .join('')
      .replaceAll('"', '""'),
  );
  const allOf = trigrams.map((trigram) => `"${trigram}"`).join(' AND ');
  return [
    {
      from: annotatedTransactions(allOf, { descending: true, fromMs: null }),
      condition: {
        sql: `t.annotated AND ${annotationText} ${LIKE}`,
        params: [`%${likePattern(text)}%`],
      },
      inTime: (walk) => ({
        from: annotatedTransactions(allOf, walk),
        columns: ['a.tick', 't.created_at_ms', 't.id'],
      }),
    },
  ];
}

/** Addresses written in Bech32 are the same in capitals, which QR codes have; those of Base58 are not. */
function addressSources(db: CacheDb, text: string, tail = ''): Source[] {
  if (text.length < ID_CHARS) return [];
  const beginnings = [...new Set([text, text.toLowerCase()])];
  const end = `%${likePattern(tail)}`;
  const ids = beginnings.flatMap((typed) => prepared(db).addresses.all(typed, after(typed), end));
  const [first] = ids;
  if (first === undefined) return [];
  // The plus as in LIMIT of conditions.ts.
  if (ids.length === 1)
    return [walked('by_address', { sql: 't.address_id = +?', params: [first] })];
  return [{ from: rowsBy('by_address'), condition: among('t.address_id', JSON.stringify(ids)) }];
}

function idSources(text: string, lower: string, tail = ''): Source[] {
  const byTid = (sql: string, ...params: Param[]): Source => {
    return { from: rowsBy('by_tid'), condition: { sql, params } };
  };
  if (text.length < ID_CHARS) return [byTid('t.tid = ?', text)];
  const end = `%${likePattern(tail)}`;
  const tids = byTid(`t.tid >= ? AND t.tid < ? AND t.tid ${LIKE}`, text, after(text), end);
  // A tx id that is no hash is kept as it came.
  const head = text.slice(0, 4);
  const texts = byTxHead(head, after(head), `t.tx_id ${LIKE}`, likePattern(text) + end);
  if (!isPartOfHash(lower)) return [tids, texts];
  const edge = (digit: string) => Buffer.from(lower.slice(0, 8).padEnd(8, digit), 'hex');
  return [tids, texts, byTxHead(edge('0'), edge('f'), `hex(t.tx_id) ${LIKE}`, lower + end)];
}

function byTxHead(low: Param, high: Param, sql: string, pattern: string): Source {
  const inRange = 'substr(t.tx_id, 1, 4) COLLATE NOCASE BETWEEN ? AND ?';
  return {
    from: rowsBy('tx_head'),
    condition: {
      sql: `t.tx_id IS NOT NULL AND ${inRange} AND ${sql}`,
      params: [low, high, pattern],
    },
  };
}

function middleOfAddress(text: string): Source[] {
  if (text.length < TRIGRAM) return [];
  const sql = `main.addresses a
    CROSS JOIN main.transactions t INDEXED BY by_address ON t.address_id = a.id`;
  const condition = { sql: `a.address ${LIKE}`, params: [`%${likePattern(text)}%`] };
  return [{ from: { sql, params: [] }, condition }];
}

/** Hashes are compared by their bytes first, which decides nearly always, then by their digits. */
function middleOfTxId(lower: string): Source[] {
  if (!isPartOfHash(lower) || lower.length < MIDDLE_DIGITS) return [];
  const bytesFrom = (start: number) => Buffer.from(lower.slice(start), 'hex');
  return [
    {
      from: { sql: 'main.transactions t', params: [] },
      condition: {
        sql: `typeof(t.tx_id) = 'blob' AND (instr(t.tx_id, ?) > 0 OR instr(t.tx_id, ?) > 0)
          AND hex(t.tx_id) ${LIKE}`,
        params: [bytesFrom(0), bytesFrom(1), `%${lower}%`],
      },
    },
  ];
}

function isPartOfHash(lower: string): boolean {
  return /^[0-9a-f]{4,64}$/.test(lower);
}

/** A text that stands for itself in a LIKE pattern. */
function likePattern(text: string): string {
  return text.replace(/[\\%_]/g, (character) => `\\${character}`);
}

/** Greater than every text that begins so, in the order of code points. */
function after(beginning: string): string {
  return `${beginning}\u{10FFFF}`;
}
