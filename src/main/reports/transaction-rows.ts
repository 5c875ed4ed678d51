import type { CacheDb } from '../storage/open.ts';
import type { ReportRange } from './report-range.ts';
import { CHUNK_ROWS } from './report-source.ts';

/** A row of the cache with its label, note and tags. `type` is a position in transactionTypes. */
export type RawTransaction = {
  clientId: number;
  clientUid: string;
  clientLabel: string | null;
  tid: string;
  type: number;
  amountSats: number;
  createdAtMs: number;
  state: string | null;
  confirmations: number | null;
  txId: string | null;
  address: string | null;
  settling: number;
  fetchedAtMs: number;
  note: string | null;
  tags: string | null;
};

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

export function countTransactions(
  db: CacheDb,
  { fromMs, toMs }: ReportRange,
  clientUid: string | undefined,
): number {
  const { index, where } = scope(clientUid);
  const count = db
    .prepare<[Pick<Page, 'fromMs' | 'toMs' | 'clientUid'>], number>(
      `SELECT count(*) FROM main.transactions t INDEXED BY ${index}
       WHERE t.created_at_ms >= :fromMs AND t.created_at_ms < :toMs ${where}`,
    )
    .pluck();
  return count.get({ fromMs, toMs, clientUid: clientUid ?? null }) ?? 0;
}

/** Rows of the range in the order (created_at, tid, uid), by keyset: every chunk costs the same. */
export function* readTransactions(
  db: CacheDb,
  { fromMs, toMs }: ReportRange,
  clientUid: string | undefined,
): Generator<RawTransaction[]> {
  const { index, where } = scope(clientUid);
  const select = db.prepare<[Page], RawTransaction>(
    `SELECT t.client_id AS clientId, c.uid AS clientUid, r.label AS clientLabel, t.tid, t.type,
       t.amount_sats AS amountSats, t.created_at_ms AS createdAtMs, s.name AS state,
       t.confirmations, iif(typeof(t.tx_id) = 'blob', lower(hex(t.tx_id)), t.tx_id) AS txId,
       a.address, t.settling, t.fetched_at_ms AS fetchedAtMs, n.note,
       (SELECT group_concat(g.tag, '; ' ORDER BY g.tag) FROM records.tags g
        WHERE g.client_uid = c.uid AND g.tid = t.tid) AS tags
     FROM main.transactions t INDEXED BY ${index}
     CROSS JOIN main.clients c ON c.id = t.client_id
     LEFT JOIN main.states s ON s.id = t.state_id
     LEFT JOIN main.addresses a ON a.id = t.address_id
     LEFT JOIN records.clients r ON r.uid = c.uid
     LEFT JOIN records.notes n ON n.client_uid = c.uid AND n.tid = t.tid
     WHERE t.created_at_ms >= :fromMs AND t.created_at_ms < :toMs ${where}
       AND (t.created_at_ms > :fromMs OR t.tid > :tid OR (t.tid = :tid AND c.uid > :uid))
     ORDER BY t.created_at_ms, t.tid, c.uid LIMIT ${CHUNK_ROWS}`,
  );
  const page: Page = { fromMs, toMs, tid: '', uid: '', clientUid: clientUid ?? null };
  for (;;) {
    const rows = select.all(page);
    const last = rows.at(-1);
    if (!last) return;
    yield rows;
    if (rows.length < CHUNK_ROWS) return;
    page.fromMs = last.createdAtMs;
    page.tid = last.tid;
    page.uid = last.clientUid;
  }
}
