import { Worker } from 'node:worker_threads';
import { AppError, fromDto } from '#shared/errors.ts';
import type { RecordsDb } from '../storage/open.ts';
import { workerFile } from '../storage/worker-file.ts';
import type { CheckData, CheckMessage } from './check-messages.ts';

export type RecordsCheck = {
  /** Rejects with an AppError: storage_damaged when they are, storage_failed when they could not be checked. */
  verdict: Promise<void>;
  /** Resolves when the worker has let go of the records. Never rejects. */
  ended: Promise<void>;
};

/**
 * Checks records in a thread, page by page and against their log. Releasing held ones after the verdict is left to the
 * caller.
 */
export function startRecordsCheck(records: RecordsDb): RecordsCheck {
  const workerData: CheckData = { recordsPath: records.name };
  const worker = new Worker(workerFile('records-check-worker', import.meta.filename), {
    workerData,
  });
  const verdict = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const giveUp = (cause?: unknown): void => {
    const message = 'The records could not be checked, so nothing is sent or changed. Start again.';
    verdict.reject(new AppError('storage_failed', message, { cause }));
  };
  worker.on('message', ({ problem }: CheckMessage) => {
    if (problem === null) verdict.resolve();
    else verdict.reject(fromDto(problem));
  });
  worker.on('error', giveUp);
  worker.on('exit', () => {
    giveUp();
    ended.resolve();
  });
  return { verdict: verdict.promise, ended: ended.promise };
}
