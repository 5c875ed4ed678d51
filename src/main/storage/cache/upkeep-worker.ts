import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { storageError } from '../storage-error.ts';
import { mergeSearchIndex } from './search-merge.ts';
import type { UpkeepData, UpkeepMessage } from './worker-messages.ts';

/**
 * Entry of the thread that looks after a cache: it copies the log into the database, so that no commit of the main
 * thread has to, checks the file and puts its index of notes together once, and keeps the statistics of its tables
 * fresh.
 */

const CHECKPOINT_EVERY_MS = 1000;
/** While nothing is written there is nothing to copy, and a look now and then is enough. */
const QUIET_AFTER_LOOKS = 10;
const QUIET_EVERY_MS = 15_000;
const OPTIMIZE_EVERY_MS = 3_600_000;
/** Far more than a step takes: in between, the main thread writes. */
const MERGE_EVERY_MS = 20;

// The worker's seam: upkeep.ts starts it with exactly this.
const { cachePath, checkAfterMs } = workerData as UpkeepData;
const db = new Database(cachePath, { fileMustExist: true });

function send(message: UpkeepMessage): void {
  parentPort?.postMessage(message);
}

function attempt(work: () => void): void {
  try {
    work();
  } catch (error) {
    send({ type: 'failed', error: storageError(error, `the cache database ${cachePath}`).toDto() });
  }
}

/** Changes with every commit of another connection; −1 after one of this. */
let seenVersion = -1;
let looksInVain = 0;

function checkpointWhatWasWritten(): void {
  const version = Number(db.pragma('data_version', { simple: true }));
  looksInVain = version === seenVersion ? looksInVain + 1 : 0;
  if (version !== seenVersion) checkpoint();
  seenVersion = version;
}

function look(): void {
  attempt(checkpointWhatWasWritten);
  const isQuiet = looksInVain >= QUIET_AFTER_LOOKS;
  next = setTimeout(look, isQuiet ? QUIET_EVERY_MS : CHECKPOINT_EVERY_MS);
}

let next = setTimeout(look, CHECKPOINT_EVERY_MS);

function checkpoint(): void {
  // PASSIVE waits for nobody and nobody waits for it; what a reader still needs is copied the next time.
  db.pragma('wal_checkpoint(PASSIVE)');
}

function check(): void {
  const verdict = String(db.pragma('quick_check(1)', { simple: true }));
  if (verdict !== 'ok') throw new Database.SqliteError(verdict, 'SQLITE_CORRUPT');
  // Tables without statistics too, and of each a sample: a look at all of it would keep out the main thread's
  // writes for seconds. Later runs look only at those that changed much (sqlite.org/pragma.html#pragma_optimize).
  db.pragma('optimize = 0x10012');
  send({ type: 'checked' });
  merge(mergeSearchIndex(db));
}

function merge(steps: Generator<void>): void {
  // What it writes itself does not show in the version.
  seenVersion = -1;
  if (!steps.next().done) once = setTimeout(() => attempt(() => merge(steps)), MERGE_EVERY_MS);
}

const optimizing = setInterval(() => attempt(() => db.pragma('optimize')), OPTIMIZE_EVERY_MS);
let once = setTimeout(() => attempt(check), checkAfterMs);

parentPort?.once('message', () => {
  clearInterval(optimizing);
  clearTimeout(next);
  clearTimeout(once);
  db.close();
});
send({ type: 'ready' });
