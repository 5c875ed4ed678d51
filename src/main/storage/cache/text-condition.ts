/** A piece of a WHERE clause over `transactions t`, with its parameters. */
export type Condition = { sql: string; params: readonly (string | number)[] };

/**
 * Free text over tx id, address, tid, client uid, label, note and tags: any of them contains it, letter case of
 * ASCII aside. This is the one place that knows how text is searched.
 */
export function textCondition(text: string): Condition {
  const pattern = `%${text.replace(/[\\%_]/g, (character) => `\\${character}`)}%`;
  const like = `LIKE ? ESCAPE '\\'`;
  const annotated = (table: 'notes' | 'tags', column: 'note' | 'tag') => `
    SELECT h.id FROM records.${table} a
    JOIN clients c ON c.uid = a.client_uid
    JOIN transactions h ON h.client_id = c.id AND h.tid = a.tid
    WHERE a.${column} ${like}`;
  const sql = `(
    t.tid ${like}
    OR t.address ${like}
    OR CASE typeof(t.tx_id) WHEN 'blob' THEN hex(t.tx_id) ELSE t.tx_id END ${like}
    OR t.client_id IN (
      SELECT c.id FROM clients c LEFT JOIN records.clients r ON r.uid = c.uid
      WHERE c.uid ${like} OR r.label ${like})
    OR t.id IN (${annotated('notes', 'note')} UNION ${annotated('tags', 'tag')})
  )`;
  return { sql, params: Array.from({ length: 7 }, () => pattern) };
}
