import { parentPort, workerData } from 'node:worker_threads';
import { AppError } from '#shared/errors.ts';
import { openForReading } from '../open.ts';
import { storageError } from '../storage-error.ts';
import { answers } from './answers.ts';
import type { CachePaths, QueryReply, QueryRequest } from './worker-messages.ts';

/**
 * Entry of the thread that answers what may take long, on a connection of its own that cannot write: text searches
 * and sums over many rows. One question at a time; queries.ts decides which is next.
 */

// The worker's seam: queries.ts starts it with exactly this.
const { cachePath, recordsPath } = workerData as CachePaths;
const db = openForReading(cachePath, recordsPath);

function answer(request: Exclude<QueryRequest, { name: 'close' }>): QueryReply {
  try {
    switch (request.name) {
      case 'page':
        return { ok: true, value: answers.page(db, request.input) };
      case 'landmarks':
        return { ok: true, value: answers.landmarks(db, request.input) };
      case 'summary':
        return { ok: true, value: answers.summary(db, request.input) };
    }
  } catch (error) {
    if (!(error instanceof AppError)) console.error(request.name, error);
    return { ok: false, error: storageError(error).toDto() };
  }
}

parentPort?.on('message', (request: QueryRequest) => {
  if (request.name !== 'close') return parentPort?.postMessage(answer(request));
  db.close();
  parentPort?.close();
});
