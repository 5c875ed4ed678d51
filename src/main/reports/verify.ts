import { Worker } from 'node:worker_threads';
import type { ReportVerdict } from '#shared/domain/report.ts';
import { AppError, fromDto } from '#shared/errors.ts';
import { workerFile } from '../storage/worker-file.ts';
import type { VerifyWorkerData, VerifyWorkerMessage } from './worker-messages.ts';

/** As in jobs.ts: every row is garbage a moment later. */
const heapLimits = { maxYoungGenerationSizeMb: 8 };

/**
 * Holds a report against the manifest beside it, in a thread.
 * @throws AppError not_found when one of the two is missing, invalid_input when the manifest is none
 */
export function verifyReport(path: string): Promise<ReportVerdict> {
  const workerData: VerifyWorkerData = { path };
  const file = workerFile('verify-worker', import.meta.filename);
  const worker = new Worker(file, { workerData, resourceLimits: heapLimits });
  const { promise, resolve, reject } = Promise.withResolvers<ReportVerdict>();
  const giveUp = (cause?: unknown): void =>
    reject(new AppError('internal', 'The report could not be verified.', { cause }));
  worker.on('message', (message: VerifyWorkerMessage) => {
    if (message.ok) resolve(message.verdict);
    else reject(fromDto(message.error));
  });
  worker.on('error', giveUp);
  worker.on('exit', () => giveUp());
  return promise;
}
