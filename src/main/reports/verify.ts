import { Worker } from 'node:worker_threads';
import type { ReportVerdict } from '#shared/domain/report.ts';
import { AppError, fromDto } from '#shared/errors.ts';
import { workerFile } from '../storage/worker-file.ts';
import type { VerifyWorkerData, VerifyWorkerMessage } from './worker-messages.ts';

/**
 * Holds a report against the manifest beside it, in a thread.
 * @throws AppError not_found when one of the two is missing, invalid_input when the manifest is none
 */
export function verifyReport(path: string): Promise<ReportVerdict> {
  const workerData: VerifyWorkerData = { path };
  const worker = new Worker(workerFile('verify-worker', import.meta), { workerData });
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
