import type { CacheDb } from '../storage/open.ts';
import type { ReportRange } from './report-range.ts';
import { CHUNK_ROWS } from './report-source.ts';

/**
 * A row of the cache, in the order of `columns`: an array costs a fraction of an object with names. `type` is a
 * position in transactionTypes.
 */
export type RawTransaction = [
  clientId: number,
  clientUid: string,
  tid: string,
  type: number,
  amountSats: number,
  createdAtMs: number,
  stateId: number | null,
  confirmations: number | null,
  txId: string | null,
  address: string | null,
  settling: number,
  fetchedAtMs: number,
  note: string | null,
  tags: string | null,
];

const columns = `t.client_id, c.uid, t.tid, t.type, t.amount_sats, t.created_at_ms, t.state_id,
  t.confirmations, iif(typeof(t.tx_id) = 'blob', lower(hex(t.tx_id)), t.tx_id), a.address,
  t.settling, t.fetched_at_ms,
  CASE WHEN t.annotated THEN
    (SELECT n.note FROM records.notes n WHERE n.client_uid = c.uid AND n.tid = t.tid) END,
  CASE WHEN t.annotated THEN
    (SELECT group_concat(g.tag, '; ' ORDER BY g.tag) FROM records.tags g
      WHERE g.client_uid = c.uid AND g.tid = t.tid) END`;

type Page = { fromMs: number; toMs: number; tid: string; uid: string; clientUid: string | null };

/** `INDEXED BY` and `CROSS JOIN`: the range must be walked in order of time whatever the statistics say. */
function scope(clientUid: string | undefined) {
  return clientUid === undefined
    ? { index: 'by_time', where: '' }
    : {
        index: 'by_client_time',
        where: 'AND t.client_id = (SELECT id FROM main.clients WHERE uid = :clientUid)',
      };
}

/** Rows of the range in the order (created_at, tid, uid), by keyset: every chunk costs the same. */
export function* readTransactions(
  db: CacheDb,
  { fromMs, toMs }: ReportRange,
  clientUid: string | undefined,
): Generator<RawTransaction[]> {
  const { index, where } = scope(clientUid);
  const select = db
    .prepare<[Page], RawTransaction>(
      `SELECT ${columns}
       FROM main.transactions t INDEXED BY ${index}
       CROSS JOIN main.clients c ON c.id = t.client_id
       LEFT JOIN main.addresses a ON a.id = t.address_id
       WHERE t.created_at_ms >= :fromMs AND t.created_at_ms < :toMs ${where}
         AND (t.created_at_ms > :fromMs OR t.tid > :tid OR (t.tid = :tid AND c.uid > :uid))
       ORDER BY t.created_at_ms, t.tid, c.uid LIMIT ${CHUNK_ROWS}`,
    )
    .raw();
  const page: Page = { fromMs, toMs, tid: '', uid: '', clientUid: clientUid ?? null };
  for (;;) {
    const rows = select.all(page);
    const last = rows.at(-1);
    if (!last) return;
    yield rows;
    if (rows.length < CHUNK_ROWS) return;
    [, page.uid, page.tid, , , page.fromMs] = last;
  }
}
