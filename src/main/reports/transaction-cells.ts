import type { CacheDb } from '../storage/open.ts';
import { textCell } from './csv.ts';

/** What rows of the transactions report name by an id, or only few of them have. */

/** Of 2,000 clients most rows share some 10,000 addresses, of 20,000 some 100,000: with their texts 20 MB at most. */
const ADDRESSES_KEPT = 131_072;
/** Two empty cells. */
const NO_ADDRESS = ',';

/**
 * Two cells: the address, and its label in the address book. An entry that was removed keeps its last label here: the audit
 * log knows it. Cells are kept until another address takes their place, so that what is kept has a bound.
 */
export function prepareAddressCells(db: CacheDb): (id: number | null) => string {
  const find = db.prepare<[number], { address: string; label: string | null }>(
    `SELECT address, coalesce(
         (SELECT label FROM records.address_book b WHERE b.address = a.address),
         (SELECT json_extract(detail, '$.label') FROM records.audit
          WHERE subject = a.address AND action GLOB 'address.*' ORDER BY seq DESC LIMIT 1)) AS label
       FROM main.addresses a WHERE id = ?`,
  );
  const ids = new Float64Array(ADDRESSES_KEPT);
  const cells = Array.from({ length: ADDRESSES_KEPT }, () => NO_ADDRESS);
  return (id) => {
    if (id === null) return NO_ADDRESS;
    const place = id % ADDRESSES_KEPT;
    if (ids[place] !== id) {
      const { address, label } = find.get(id) ?? { address: null, label: null };
      ids[place] = id;
      cells[place] = `${textCell(address)},${textCell(label)}`;
    }
    return cells[place] ?? NO_ADDRESS;
  };
}

export function prepareStateCells(db: CacheDb): (id: number | null) => string {
  const states = db.prepare<[], { id: number; name: string }>('SELECT id, name FROM main.states');
  const cells = new Map(states.all().map(({ id, name }) => [id, textCell(name)]));
  return (id) => (id === null ? '' : (cells.get(id) ?? ''));
}

type Annotation = { note: string | null; tags: string | null };

/** Tags in their order, as one text. */
export function prepareAnnotations(db: CacheDb): (clientUid: string, tid: string) => Annotation {
  const note = db
    .prepare<[string, string], string>(
      'SELECT note FROM records.notes WHERE client_uid = ? AND tid = ?',
    )
    .pluck();
  // Joined by SQLite: `all` costs three times as much for a row or two.
  const tags = db
    .prepare<[string, string], string | null>(
      `SELECT group_concat(tag, '; ' ORDER BY tag) FROM records.tags
       WHERE client_uid = ? AND tid = ?`,
    )
    .pluck();
  return (uid, tid) => ({ note: note.get(uid, tid) ?? null, tags: tags.get(uid, tid) ?? null });
}
