import { parentPort, workerData } from 'node:worker_threads';
import { AppError } from '#shared/errors.ts';
import { storageError } from '../storage/storage-error.ts';
import { runReportJob } from './report-job.ts';
import type { ReportWorkerData, ReportWorkerMessage } from './worker-messages.ts';

/**
 * Entry of the worker thread that makes one report and ends. It never waits for its event loop: messages leave
 * at once, and a cancel arrives through shared memory.
 */

const PROGRESS_EVERY_MS = 100;

// The worker's seam: main starts it with exactly this, and no other.
const { job, cancelFlag } = workerData as ReportWorkerData;
const cancelled = new Int32Array(cancelFlag);

function send(message: ReportWorkerMessage): void {
  parentPort?.postMessage(message);
}

let lastProgressMs = Number.NEGATIVE_INFINITY;

function onRows(rows: number, totalRows: number): void {
  const atMs = performance.now();
  if (atMs - lastProgressMs < PROGRESS_EVERY_MS) return;
  lastProgressMs = atMs;
  send({ type: 'progress', rows, totalRows });
}

try {
  const isCancelled = () => Atomics.load(cancelled, 0) === 1;
  send({ type: 'done', ...runReportJob(job, { isCancelled, onRows }) });
} catch (error) {
  if (!(error instanceof AppError)) console.error('report', error);
  send({ type: 'failed', error: storageError(error).toDto() });
}
