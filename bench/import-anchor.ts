import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { openForReading, type CacheDb } from '../src/main/storage/open.ts';
import type { Context } from './harness.ts';
import { runCli } from './sqlite-cli.ts';

const CHUNK_ROWS = 10_000;

/**
 * The rows of the data as a CSV file, in the order they were saved in, and a reading of how long the sqlite3
 * program takes to import it into an empty table with the app's indexes. CSV knows no bytes, so a tx id is text
 * there; the anchor is spared constraints, totals and the indexes for text.
 * @returns seconds
 */
export function createImport({ dataset, scratch }: Context): () => number {
  const { cachePath, recordsPath } = dataset();
  const cache = openForReading(cachePath, recordsPath);
  const dir = scratch('import');
  const csv = join(dir, 'transactions.csv');
  writeCsv(cache, csv);
  const columns = cache
    .prepare<[], string>(`SELECT name || ' ' || type FROM pragma_table_info('transactions')`)
    .pluck()
    .all();
  const indexes = cache
    .prepare<[], string>(
      `SELECT sql FROM sqlite_schema WHERE tbl_name = 'transactions' AND type = 'index' AND sql <> ''`,
    )
    .pluck()
    .all();
  cache.close();
  const table = columns.join().replace('id INTEGER,', 'id INTEGER PRIMARY KEY,');
  const setUp = [
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16000;',
    `CREATE TABLE transactions (${table}, UNIQUE (tid, client_id));`,
    ...indexes.map((sql) => `${sql};`),
  ].join('\n');
  let round = 0;
  return () => {
    const path = join(dir, `import-${round++}.sqlite`);
    return runCli(path, `${setUp}\n.mode csv\n.import ${csv} transactions\n`) / 1000;
  };
}

function writeCsv(cache: CacheDb, path: string): void {
  const file = openSync(path, 'w');
  const rows = cache.prepare<[number, number], string>(
    `SELECT concat_ws(',', id, client_id, tid, type, amount_sats, created_at_ms,
       coalesce(state_id, ''), coalesce(confirmations, ''), coalesce(lower(hex(tx_id)), ''),
       coalesce(address_id, ''), settling, fetched_at_ms, annotated)
     FROM main.transactions WHERE id > ? ORDER BY id LIMIT ?`,
  );
  for (let last = 0; ; last += CHUNK_ROWS) {
    const lines = rows.pluck().all(last, CHUNK_ROWS);
    if (lines.length === 0) break;
    writeSync(file, `${lines.join('\n')}\n`);
  }
  closeSync(file);
}
