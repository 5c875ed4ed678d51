import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { appendAudit } from '../src/main/audit/chain.ts';
import { ensureAnnotationIndex } from '../src/main/storage/cache/annotation-index.ts';
import { saveBalance } from '../src/main/storage/cache/balances-repo.ts';
import { closeAllGaps, noteReading } from '../src/main/storage/cache/coverage-repo.ts';
import { mergeSearchIndex } from '../src/main/storage/cache/search-merge.ts';
import { saveTransactions } from '../src/main/storage/cache/transactions-repo.ts';
import { openCache, openRecords, type CacheDb, type RecordsDb } from '../src/main/storage/open.ts';
import { annotate } from '../src/main/storage/records/annotations-repo.ts';
import { registerClient } from '../src/main/storage/records/clients-repo.ts';
import {
  answerIntent,
  insertIntent,
  markIntentSent,
} from '../src/main/storage/records/intents-repo.ts';
import { insertRate } from '../src/main/storage/records/rates-repo.ts';
import { END_MS, generateClients, priceCentsAt, type GeneratedClient } from './generate.ts';

const MINUTE_MS = 60_000;
const MINUTES_A_YEAR = 365 * 24 * 60;

/** A profile's folder. Whoever writes works on a copy. */
export type Dataset = { dir: string; cachePath: string; recordsPath: string };

type Size = { rows: number; clients: number; seed: number };

/**
 * The profile of this size and seed, made through the app's own migrations and repos the first time it is asked
 * for. A change of schema or generator makes it anew.
 */
export function openDataset({ rows, clients, seed }: Size, folder: string): Dataset {
  mkdirSync(folder, { recursive: true });
  const name = `${rows}-${clients}-${seed}`;
  const dir = join(folder, `${name}-${fingerprint(folder)}`);
  if (!existsSync(dir)) {
    for (const old of readdirSync(folder)) {
      if (old.startsWith(`${name}-`)) rmSync(join(folder, old), { recursive: true });
    }
    const unfinished = mkdtempSync(join(folder, 'making-'));
    fill(pathsIn(unfinished), { rows, clients, seed });
    renameSync(unfinished, dir);
  }
  return pathsIn(dir);
}

function pathsIn(dir: string): Dataset {
  return { dir, cachePath: join(dir, 'cache.sqlite'), recordsPath: join(dir, 'records.sqlite') };
}

/** Of all that decides what the data is. */
function fingerprint(folder: string): string {
  const dir = mkdtempSync(join(folder, 'schema-'));
  const { cachePath, recordsPath } = pathsIn(dir);
  const records = openRecords(recordsPath);
  const cache = openCache(cachePath, recordsPath);
  const hash = createHash('sha256');
  for (const db of [records, cache]) hash.update(schemaOf(db));
  for (const file of ['generate.ts', 'dataset.ts']) {
    hash.update(readFileSync(join(import.meta.dirname, file)));
  }
  cache.close();
  records.close();
  rmSync(dir, { recursive: true });
  return hash.digest('hex').slice(0, 12);
}

function schemaOf(db: Database): string {
  return JSON.stringify(
    db.prepare('SELECT sql FROM main.sqlite_schema ORDER BY name').pluck().all(),
  );
}

function fill({ cachePath, recordsPath }: Dataset, size: Size): void {
  const records = openRecords(recordsPath);
  const cache = openCache(cachePath, recordsPath);
  // One transaction for each file: what a real desk gathers in years would be hours of commits.
  const fillBoth = records.transaction(() => {
    // Deferred: an immediate one would lock the attached records as well.
    cache.exec('BEGIN');
    for (const client of generateClients(size)) {
      fillRecords(records, client);
      fillCache(cache, client);
    }
    fillRates(records, Math.min(size.rows, MINUTES_A_YEAR));
    cache.exec('COMMIT');
  });
  fillBoth.immediate();
  // The cache could not see the notes before.
  ensureAnnotationIndex(cache);
  // As its upkeep leaves a cache.
  Array.from(mergeSearchIndex(cache));
  cache.close();
  records.close();
}

function fillRecords(records: RecordsDb, client: GeneratedClient): void {
  const { uid, label, depositAddress, notes, ownBuys } = client;
  registerClient(records, { uid, label, source: 'imported', addedAtMs: 1, depositAddress });
  for (const { tid, note, tags } of notes) {
    annotate(records, { clientUid: uid, tid, note, tags, updatedAtMs: END_MS });
  }
  for (const buy of ownBuys) fillBuy(records, uid, buy);
}

/** A buy made with the app, in the moves of the journal but in one transaction. */
function fillBuy(records: RecordsDb, clientUid: string, buy: GeneratedClient['ownBuys'][0]): void {
  const id = `buy-${buy.tid}`;
  const { atMs } = buy;
  const note = (action: string) =>
    appendAudit(records, { atMs, actor: 'bench', action, subject: id, detail: {} });
  note('intent.journaled');
  insertIntent(records, {
    id,
    kind: 'buy',
    clientUid,
    usdCents: buy.usdCents,
    amountSats: null,
    address: null,
    label: null,
    quotedPriceCents: priceCentsAt(atMs),
    quoteObservedAtMs: atMs,
    quoteExpiresAtMs: atMs + MINUTE_MS,
    quoteGuardMs: atMs,
    expectedSats: buy.sats,
    createdAtMs: atMs,
    repeatReason: null,
  });
  note('intent.sent');
  markIntentSent(records, {
    id,
    sentAtMs: atMs,
    sentGuardMs: atMs,
    baselineAtMs: atMs,
    baselineFloorMs: null,
    baselineWhole: 1,
    clockSlackMs: 0,
  });
  note('intent.confirmed');
  answerIntent(records, {
    id,
    state: 'confirmed',
    clientUid,
    serverTid: buy.tid,
    receivedSats: buy.sats,
    serverTxId: null,
    serverState: null,
    reason: null,
    namedTid: buy.tid,
    refusal: null,
    settledAtMs: atMs,
    unknownSinceMs: null,
    guardMs: null,
    monotonicMs: null,
    run: null,
    era: null,
  });
}

function fillCache(cache: CacheDb, { uid, rows }: GeneratedClient): void {
  saveTransactions(cache, uid, rows, END_MS);
  closeAllGaps(cache, uid);
  noteReading(cache, uid, END_MS);
  saveBalance(cache, uid, { balanceSats: balanceOf(rows), unconfirmedSats: 0, asOfMs: END_MS });
}

function balanceOf(rows: GeneratedClient['rows']): number {
  return rows.reduce((sum, { type, amountSats }) => {
    if (type === 'unknown') return sum;
    return type === 'withdrawal' ? sum - amountSats : sum + amountSats;
  }, 0);
}

/** One a minute, the newest at the end of the data. */
function fillRates(records: RecordsDb, count: number): void {
  for (let index = count; index > 0; index -= 1) {
    const observedAtMs = END_MS - index * MINUTE_MS;
    const timeExpiresMs = observedAtMs + MINUTE_MS;
    const buyPriceCents = priceCentsAt(observedAtMs);
    const rate = { asset: 'BTC', buyPriceCents, timeExpiresMs, observedAtMs };
    insertRate(records, { ...rate, trigger: 'poll' }, null);
  }
}
