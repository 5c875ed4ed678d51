import type { CacheDb } from '../open.ts';
import { statements } from '../statements.ts';
import { annotatedTransactions, annotationText, KEY_BITS } from './annotation-index.ts';
import type { Condition, Param } from './conditions.ts';

/** Characters of a trigram: shorter texts are not in these indexes. */
const TRIGRAM = 3;
/** The trigrams of so many characters are asked for; what is found is compared with the whole text. */
const MATCHED_CHARACTERS = 16;
const LIKE = "LIKE ? ESCAPE '\\'";
/** Fewer characters are the beginning of too many ids to tell anything. */
const ID_CHARS = 4;
/** So many digits hold two whole bytes wherever in a hash they begin. */
const MIDDLE_DIGITS = 6;
/** Clients with more rows are found by walking through time, those with fewer by gathering all their rows. */
const GATHERED_ROWS = 10_000;

/**
 * One way that leads from a text to rows: a FROM clause that binds `transactions t`, and its condition.
 * `inTime` walks it in the order of time, where its index has one of its own.
 */
export type Source = {
  from: string;
  condition: Condition;
  inTime?: { order: string; atMs: (bound: '<=' | '>=', ms: number) => Condition };
};

/**
 * Free text, letter case aside: part of a client's label or uid; from three characters on, part of an address,
 * a note or a tag; from four on, the beginning of a tid or a tx id; a whole tid always.
 * A row fits when any of `sources` leads to it, or its client is one of `clients`. When no row does, `middle`
 * looks into the tx ids themselves: a scan, so only where nothing else is found.
 */
export type TextSearch = {
  clients: { ids: string; source: Source } | null;
  sources: Source[];
  middle: Source | null;
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
  /** Labels and uids in lower case, kept until either database has changed. */
  known: { stamp: '', clients: new Array<{ id: number; names: string }>() },
}));

export function searchText(db: CacheDb, text: string): TextSearch {
  const lower = text.toLowerCase();
  const ids = clientsNamed(db, lower);
  return {
    clients: ids.length === 0 ? null : clientSource(db, JSON.stringify(ids)),
    sources: [...trigramSources(text), ...idSources(text, lower)],
    middle: middleOfTxId(lower),
  };
}

function clientsNamed(db: CacheDb, lower: string): number[] {
  const { recordsVersion, newestClient, clients, known } = prepared(db);
  const stamp = `${recordsVersion.get()} ${newestClient.get()}`;
  if (known.stamp !== stamp) {
    known.clients = clients.all().map(([id, uid, label]) => {
      return { id, names: `${uid}\n${label}`.toLowerCase() };
    });
    known.stamp = stamp;
  }
  return known.clients.filter(({ names }) => names.includes(lower)).map(({ id }) => id);
}

function clientSource(db: CacheDb, ids: string): TextSearch['clients'] {
  const rows = prepared(db).rowsOf.get(ids) ?? 0;
  const index = rows > GATHERED_ROWS ? 'by_time' : 'by_client_time';
  const from = `main.transactions t INDEXED BY ${index}`;
  return { ids, source: { from, condition: among('t.client_id', ids) } };
}

export function among(column: string, ids: string): Condition {
  return { sql: `${column} IN (SELECT value FROM json_each(?))`, params: [ids] };
}

function trigramSources(text: string): Source[] {
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
  const params = [allOf, `%${likePattern(text)}%`];
  return [
    {
      from: annotatedTransactions,
      condition: { sql: `annotations MATCH ? AND ${annotationText} ${LIKE}`, params },
      inTime: {
        order: 'a.rowid',
        atMs: (bound, ms) => {
          const edge = bound === '<=' ? `((? + 1) << ${KEY_BITS}) - 1` : `? << ${KEY_BITS}`;
          return { sql: `a.rowid ${bound} (${edge})`, params: [ms] };
        },
      },
    },
    {
      from: `main.address_search f CROSS JOIN main.addresses a ON a.id = f.rowid
        CROSS JOIN main.transactions t ON t.address_id = a.id`,
      condition: { sql: `address_search MATCH ? AND a.address ${LIKE}`, params },
    },
  ];
}

function idSources(text: string, lower: string): Source[] {
  const source = (sql: string, ...params: Param[]): Source => {
    return { from: 'main.transactions t', condition: { sql, params } };
  };
  if (text.length < ID_CHARS) return [source('t.tid = ?', text)];
  const sources = [
    source('t.tid >= ? AND t.tid < ?', text, after(text)),
    // A tx id that is no hash is kept as it came.
    source(
      `substr(t.tx_id, 1, 4) COLLATE NOCASE BETWEEN ? AND ? AND t.tx_id ${LIKE}
       AND typeof(t.tx_id) = 'text'`,
      text.slice(0, 4),
      after(text.slice(0, 4)),
      `${likePattern(text)}%`,
    ),
  ];
  if (!isPartOfHash(lower)) return sources;
  const head = lower.slice(0, 8);
  const low = Buffer.from(head.padEnd(8, '0'), 'hex');
  const high = Buffer.from(head.padEnd(8, 'f'), 'hex');
  const begins = 'substr(t.tx_id, 1, 4) COLLATE NOCASE BETWEEN ? AND ? AND hex(t.tx_id) LIKE ?';
  return [...sources, source(begins, low, high, `${lower}%`)];
}

/** Hashes are compared by their bytes first, which decides nearly always, then by their digits. */
function middleOfTxId(lower: string): Source | null {
  if (!isPartOfHash(lower) || lower.length < MIDDLE_DIGITS) return null;
  const bytesFrom = (start: number) => Buffer.from(lower.slice(start), 'hex');
  return {
    from: 'main.transactions t',
    condition: {
      sql: `typeof(t.tx_id) = 'blob' AND (instr(t.tx_id, ?) > 0 OR instr(t.tx_id, ?) > 0)
        AND hex(t.tx_id) LIKE ?`,
      params: [bytesFrom(0), bytesFrom(1), `%${lower}%`],
    },
  };
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
