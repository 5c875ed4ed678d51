import type { TransactionRow } from '#shared/domain/transaction.ts';
import { idToType, unpackTxId } from './ids.ts';

/** A row as an array, which SQLite hands over in half the time of an object. */
export type RowColumns = [
  rowId: number,
  clientUid: string,
  tid: string,
  type: number,
  amountSats: number,
  createdAtMs: number,
  state: string | null,
  confirmations: number | null,
  txId: Buffer | string | null,
  address: string | null,
  fetchedAtMs: number,
  clientLabel: string,
  note: string | null,
  tags: string | null,
  removedAtMs: number | null,
];

/** Notes and tags are looked for where there may be some: to look for none is half of what a page costs. */
export const rowColumns = `t.id, c.uid, t.tid, t.type, t.amount_sats, t.created_at_ms, s.name,
  t.confirmations, t.tx_id, ta.address, t.fetched_at_ms, coalesce(r.label, ''),
  CASE WHEN t.annotated THEN
    (SELECT n.note FROM records.notes n WHERE n.client_uid = c.uid AND n.tid = t.tid) END,
  CASE WHEN t.annotated THEN
    (SELECT json_group_array(g.tag ORDER BY g.tag) FROM records.tags g
      WHERE g.client_uid = c.uid AND g.tid = t.tid HAVING count(*) > 0) END,
  (SELECT x.removed_at_ms FROM main.removed x WHERE x.transaction_id = t.id)`;

/** CROSS JOIN and LEFT JOIN keep SQLite from starting anywhere but at the transactions, in their order. */
export const rowJoins = `
  CROSS JOIN main.clients c ON c.id = t.client_id
  LEFT JOIN main.states s ON s.id = t.state_id
  LEFT JOIN main.addresses ta ON ta.id = t.address_id
  LEFT JOIN records.clients r ON r.uid = c.uid`;

export function toRow(row: RowColumns): TransactionRow {
  return {
    clientUid: row[1],
    clientLabel: row[11],
    tid: row[2],
    type: idToType(row[3]),
    amountSats: row[4],
    createdAtMs: row[5],
    txId: unpackTxId(row[8]),
    address: row[9],
    state: row[6],
    confirmations: row[7],
    fetchedAtMs: row[10],
    note: row[12] ?? '',
    tags: toTags(row[13]),
    removedAtMs: row[14],
  };
}

function toTags(json: string | null): string[] {
  if (json === null) return [];
  const tags: unknown = JSON.parse(json);
  return Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [];
}
