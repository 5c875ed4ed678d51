import { parentPort, workerData } from 'node:worker_threads';
import { AppError } from '#shared/errors.ts';
import { openForReading, type CacheDb } from '../open.ts';
import { storageError } from '../storage-error.ts';
import { answers } from './answers.ts';
import type { QueryReply, QueryRequest, QueryWorkerData } from './worker-messages.ts';

/**
 * Entry of the thread that answers what may take long, on a connection of its own that cannot write: text searches
 * and sums over many rows. One question at a time; queries.ts decides which is next.
 */

// The worker's seam: queries.ts starts it with exactly this.
const { cachePath, recordsPath, upTo } = workerData as QueryWorkerData;
const db = openForReading(cachePath, recordsPath);

const left = new Int32Array(upTo);
/** Of the question being answered. */
let number = 0;

class Interrupted extends Error {}

db.function('go_on', { deterministic: false }, () => {
  if (Atomics.load(left, 0) >= number) throw new Interrupted();
  return 1;
});

async function answer(request: Exclude<QueryRequest, { name: 'close' }>): Promise<QueryReply> {
  number = request.number;
  try {
    // The worker's seam: a question comes with its own input.
    const answerTo = answers[request.name] as (db: CacheDb, input: unknown) => unknown;
    return { ok: true, value: await answerTo(db, request.input) };
  } catch (error) {
    if (error instanceof Interrupted || !db.open) return { ok: false, interrupted: true };
    if (!(error instanceof AppError)) console.error(request.name, error);
    return { ok: false, error: storageError(error).toDto() };
  }
}

parentPort?.on('message', (request: QueryRequest) => {
  if (request.name !== 'close') {
    void answer(request).then((reply) => parentPort?.postMessage(reply));
    return;
  }
  db.close();
  parentPort?.close();
});
