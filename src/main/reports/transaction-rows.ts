import type { CacheDb } from '../storage/open.ts';
import type { ReportRange } from './report-range.ts';
import { CHUNK_ROWS } from './report-source.ts';

/**
 * A row of the cache, in the order of `columns`: an array costs a fraction of an object with names. `type` is a
 * position in transactionTypes. What few rows have, or many share, is left to be looked up by its id: a join would
 * find it and make it a string for each row.
 */
export type RawTransaction = [
  id: number,
  clientId: number,
  tid: string,
  type: number,
  amountSats: number,
  createdAtMs: number,
  stateId: number | null,
  confirmations: number | null,
  txId: string | null,
  addressId: number | null,
  settling: number,
  fetchedAtMs: number,
  annotated: number,
];

const columns = `id, client_id, tid, type, amount_sats, created_at_ms, state_id, confirmations,
  iif(typeof(tx_id) = 'blob', lower(hex(tx_id)), tx_id), address_id, settling, fetched_at_ms,
  annotated`;

/**
 * Rows of the range in the order (created_at, tid, uid), by keyset: every chunk costs the same. SQLite walks an index
 * in order of time, and rows of one moment, of which there are few, are put in order here: sorting in SQLite would take
 * all rows through its sorter.
 */
export function* readTransactions(
  db: CacheDb,
  { fromMs, toMs }: ReportRange,
  { clientUid, uidOf }: { clientUid: string | undefined; uidOf: (clientId: number) => string },
): Generator<RawTransaction[]> {
  const inOrder = (a: RawTransaction, b: RawTransaction) =>
    a[5] - b[5] || compareBytes(a[2], b[2]) || compareBytes(uidOf(a[1]), uidOf(b[1]));
  const scope = scopeOf(clientUid);
  const select = db
    .prepare<[{ fromMs: number; toMs: number; clientUid: string | null }], RawTransaction>(
      `SELECT ${columns} FROM ${scope} created_at_ms >= :fromMs AND created_at_ms < :toMs
       ORDER BY created_at_ms, id LIMIT ${CHUNK_ROWS}`,
    )
    .raw();
  const restOfMoment = db
    .prepare<[{ atMs: number; id: number; clientUid: string | null }], RawTransaction>(
      `SELECT ${columns} FROM ${scope} created_at_ms = :atMs AND id > :id ORDER BY id`,
    )
    .raw();
  const uid = clientUid ?? null;
  for (let nextMs = fromMs; ;) {
    const rows = select.all({ fromMs: nextMs, toMs, clientUid: uid });
    const last = rows.at(-1);
    if (!last) return;
    const { 0: id, 5: atMs } = last;
    const isLast = rows.length < CHUNK_ROWS;
    const rest = isLast ? [] : restOfMoment.all({ atMs, id, clientUid: uid });
    yield rows.concat(rest).sort(inOrder);
    if (isLast) return;
    nextMs = atMs + 1;
  }
}

/** `INDEXED BY`: the range must be walked in order of time whatever the statistics say. */
function scopeOf(clientUid: string | undefined): string {
  if (clientUid === undefined) return 'main.transactions INDEXED BY by_time WHERE';
  return `main.transactions INDEXED BY by_client_time
    WHERE client_id = (SELECT id FROM main.clients WHERE uid = :clientUid) AND`;
}

/** As SQLite compares texts: by their UTF-8, where JavaScript goes by UTF-16. */
function compareBytes(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}
