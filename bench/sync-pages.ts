import { transactionTypes, isSettling } from '#shared/domain/transaction.ts';
import { HISTORY_PAGE_ROWS } from '#shared/domain/transaction.ts';
import { historyPage } from '../src/main/storage/cache/history-repo.ts';
import type { SentTransaction } from '../src/main/storage/cache/transactions-repo.ts';
import type { CacheDb } from '../src/main/storage/open.ts';
import { createRandom } from '../test/simulation/random.ts';
import { generateClients } from './generate.ts';
import { sqlText } from './sqlite-cli.ts';

const DAY_MS = 86_400_000;

/** A page of a client's history as the service sends it. */
export type SentPage = { clientUid: string; rows: SentTransaction[] };

function uidsOf(cache: CacheDb): string[] {
  return cache.prepare<[], string>('SELECT uid FROM main.clients ORDER BY id').pluck().all();
}

/** Pages of rows the cache does not hold, of clients that it does. */
export function newPages(cache: CacheDb, count: number, seed: number): SentPage[] {
  const random = createRandom(seed);
  const uids = uidsOf(cache);
  const made = [...generateClients({ rows: count * HISTORY_PAGE_ROWS, clients: 1, seed })].flatMap(
    ({ rows }) => rows,
  );
  return Array.from({ length: count }, (_, page) => ({
    clientUid: random.pick(uids),
    rows: made
      .slice(page * HISTORY_PAGE_ROWS, (page + 1) * HISTORY_PAGE_ROWS)
      .map((row) => ({ ...row, tid: `${seed}${row.tid}` })),
  }));
}

/** The newest page of clients, as it was read before. */
export function knownPages(cache: CacheDb, count: number, seed: number): SentPage[] {
  const random = createRandom(seed);
  const uids = uidsOf(cache);
  return Array.from({ length: count }, () => {
    const clientUid = random.pick(uids);
    const { rows } = historyPage(cache, {
      filter: { clientUid },
      sort: { by: 'time', descending: true },
      after: null,
      limit: HISTORY_PAGE_ROWS,
    });
    return { clientUid, rows: rows.map(toSent) };
  });
}

function toSent(row: SentTransaction): SentTransaction {
  const { tid, type, amountSats, createdAtMs, state, confirmations, txId, address } = row;
  return { tid, type, amountSats, createdAtMs, state, confirmations, txId, address };
}

/** The anchor's way: an upsert a row, and the totals of the page, in a transaction a page. */
export function pagesSql(pages: readonly SentPage[]): string {
  const settings = 'PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16000;';
  return [settings, ...pages.map(pageTransaction)].join('\n');
}

function pageTransaction({ clientUid, rows }: SentPage): string {
  const client = `(SELECT id FROM clients WHERE uid = ${sqlText(clientUid)})`;
  const days = new Map<string, { day: number; type: number; rows: number; sats: number }>();
  for (const { createdAtMs, type, amountSats } of rows) {
    const day = Math.floor(createdAtMs / DAY_MS);
    const entry = { day, type: transactionTypes.indexOf(type) };
    const known = days.get(`${day} ${type}`) ?? { rows: 0, sats: 0 };
    days.set(`${day} ${type}`, {
      ...entry,
      rows: known.rows + 1,
      sats: known.sats + amountSats,
    });
  }
  const totals = [...days.values()].map(
    (entry) => `INSERT INTO days (day, type, rows, sats)
      VALUES (${entry.day}, ${entry.type}, ${entry.rows}, ${entry.sats})
      ON CONFLICT DO UPDATE SET rows = rows + excluded.rows, sats = sats + excluded.sats;`,
  );
  return [
    'BEGIN IMMEDIATE;',
    ...rows.map((row) => rowUpsert(client, row)),
    ...totals,
    'COMMIT;',
  ].join('\n');
}

function rowUpsert(client: string, row: SentTransaction): string {
  const text = (value: string | null) => (value === null ? 'NULL' : sqlText(value));
  const address = text(row.address);
  const known =
    row.address === null
      ? ''
      : `INSERT INTO addresses (address) VALUES (${address}) ON CONFLICT DO NOTHING;`;
  return `${known}
    INSERT INTO transactions (client_id, tid, type, amount_sats, created_at_ms, state_id,
      confirmations, tx_id, address_id, settling, fetched_at_ms)
    VALUES (${client}, ${sqlText(row.tid)}, ${transactionTypes.indexOf(row.type)}, ${row.amountSats},
      ${row.createdAtMs}, (SELECT id FROM states WHERE name = ${text(row.state)}),
      ${row.confirmations ?? 'NULL'}, ${row.txId === null ? 'NULL' : `x'${row.txId}'`},
      (SELECT id FROM addresses WHERE address = ${address}), ${isSettling(row) ? 1 : 0}, 1)
    ON CONFLICT (tid, client_id) DO UPDATE SET type = excluded.type,
      amount_sats = excluded.amount_sats, created_at_ms = excluded.created_at_ms,
      state_id = excluded.state_id, confirmations = excluded.confirmations,
      tx_id = excluded.tx_id, address_id = excluded.address_id, settling = excluded.settling,
      fetched_at_ms = excluded.fetched_at_ms
    WHERE (type, amount_sats, created_at_ms, state_id, confirmations, tx_id, address_id) IS NOT
      (excluded.type, excluded.amount_sats, excluded.created_at_ms, excluded.state_id,
       excluded.confirmations, excluded.tx_id, excluded.address_id);`;
}
