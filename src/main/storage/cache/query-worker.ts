import { parentPort, workerData } from 'node:worker_threads';
import { AppError } from '#shared/errors.ts';
import { openForReading } from '../open.ts';
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

function answer(request: Exclude<QueryRequest, { name: 'close' }>): QueryReply {
  number = request.number;
  try {
    switch (request.name) {
      case 'page':
        return { ok: true, value: answers.page(db, request.input) };
      case 'landmarks':
        return { ok: true, value: answers.landmarks(db, request.input) };
      case 'summary':
        return { ok: true, value: answers.summary(db, request.input) };
      case 'overview':
        return { ok: true, value: answers.overview(db, request.input) };
    }
  } catch (error) {
    if (error instanceof Interrupted) return { ok: false, interrupted: true };
    if (!(error instanceof AppError)) console.error(request.name, error);
    return { ok: false, error: storageError(error).toDto() };
  }
}

parentPort?.on('message', (request: QueryRequest) => {
  if (request.name !== 'close') return parentPort?.postMessage(answer(request));
  db.close();
  parentPort?.close();
});
