import type { CacheDb } from '../storage/open.ts';
import { textCell } from './csv.ts';

/** What rows of the transactions report name by an id, or only few of them have. */

/** Of 2,000 clients, most rows share some 10,000 addresses. */
const ADDRESSES_KEPT = 16_384;

/** A cell is kept until another address takes its place, so that what is kept has a bound. */
export function prepareAddressCells(db: CacheDb): (id: number | null) => string {
  const find = db
    .prepare<[number], string>('SELECT address FROM main.addresses WHERE id = ?')
    .pluck();
  const ids = new Float64Array(ADDRESSES_KEPT);
  const cells = Array.from({ length: ADDRESSES_KEPT }, () => '');
  return (id) => {
    if (id === null) return '';
    const place = id % ADDRESSES_KEPT;
    if (ids[place] !== id) {
      ids[place] = id;
      cells[place] = textCell(find.get(id) ?? null);
    }
    return cells[place] ?? '';
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
