import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { ReportProgress, ReportRequest } from '#shared/domain/report.ts';
import { AppError, type ErrorDto } from '#shared/errors.ts';
import { copyPathOf, removeQuietly, type ReportJob } from './report-job.ts';
import { logWorker } from '../storage/worker-file.ts';
import { readRange } from './report-range.ts';
import { copyPath, reportPath } from './report-file-name.ts';
import type { ReportWorkerData, ReportWorkerMessage } from './worker-messages.ts';

export type Reports = {
  /**
   * Begins to write a report; `onProgress` tells the rest.
   * @throws AppError invalid_input with the field, conflict while the same file is being written
   */
  start(request: ReportRequest, path: string): ReportProgress;
  /** Asks a running job to stop; it ends as `cancelled`, and leaves no file. */
  cancel(jobId: string): void;
  /** Where a finished report lies. @throws AppError not_found */
  pathOf(jobId: string): string;
  /** Cancels what runs and resolves when no worker is left. */
  close(): Promise<void>;
};

/**
 * The worker's heap stays small: every row is garbage a moment later, and what is kept are the clients and the
 * intents made here. Without an upper limit V8 lets the garbage grow for long before it looks.
 */
const heapLimits = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 128 };

export function createReports(deps: {
  recordsPath: string;
  cachePath: string;
  profile: ReportJob['profile'];
  appVersion: string;
  now: () => number;
  onProgress: (progress: ReportProgress) => void;
  onFailure: (event: string, error: unknown) => void;
  /** Where the worker's code lies; beside this file in the built app. */
  workerUrl?: URL;
}): Reports {
  const { recordsPath, cachePath, profile, appVersion, now, onProgress, onFailure } = deps;
  const workerUrl = deps.workerUrl ?? pathToFileURL(join(import.meta.dirname, 'report-worker.cjs'));
  const jobs = new Map<string, ReportProgress>();
  const running = new Map<string, { cancelFlag: Int32Array; ended: Promise<void> }>();

  function update(jobId: string, change: Partial<ReportProgress>): void {
    const current = jobs.get(jobId);
    if (current?.state !== 'running') return;
    const next = { ...current, ...change };
    jobs.set(jobId, next);
    onProgress(next);
  }

  function launch(jobId: string, job: ReportJob): void {
    const cancelFlag = new SharedArrayBuffer(4);
    const workerData: ReportWorkerData = { job, cancelFlag };
    const options = { workerData, resourceLimits: heapLimits, stderr: true };
    const worker = new Worker(workerUrl, options);
    logWorker(worker, 'report worker', onFailure);
    worker.on('message', (message: ReportWorkerMessage) => {
      update(jobId, changeOf(message));
    });
    worker.on('error', () => {
      update(jobId, { state: 'failed', error: 'The report could not be made.' });
    });
    const ended = new Promise<void>((resolve) => {
      worker.on('exit', () => {
        running.delete(jobId);
        // A worker that was killed could not clean up itself.
        removeQuietly(job.temporaryPath);
        removeQuietly(copyPathOf(job));
        update(jobId, { state: 'failed', error: 'The report could not be made.' });
        resolve();
      });
    });
    running.set(jobId, { cancelFlag: new Int32Array(cancelFlag), ended });
  }

  function cancel(jobId: string): void {
    const job = running.get(jobId);
    if (job) Atomics.store(job.cancelFlag, 0, 1);
  }

  return {
    start(request, chosenPath) {
      const range = readRange(request);
      const path = reportPath(chosenPath);
      const spreadsheetPath = request.spreadsheet ? copyPath(path) : null;
      const taken = [...jobs.values()].flatMap((job) =>
        job.state === 'running' ? filesOf(job) : [],
      );
      if (filesOf({ path, spreadsheetPath }).some((file) => taken.includes(file)))
        throw new AppError('conflict', 'This file is being written already.');
      const jobId = randomUUID();
      const started: ReportProgress = {
        jobId,
        report: request.report,
        state: 'running',
        rows: 0,
        totalRows: 0,
        path,
        spreadsheetPath,
        sha256: null,
        error: null,
      };
      jobs.set(jobId, started);
      const temporaryPath = join(dirname(path), `.bitpro-${jobId.slice(0, 8)}.part`);
      const nowMs = now();
      launch(jobId, {
        recordsPath,
        cachePath,
        profile,
        appVersion,
        request,
        range,
        nowMs,
        path,
        temporaryPath,
      });
      return started;
    },
    cancel,
    pathOf(jobId) {
      const job = jobs.get(jobId);
      if (job?.state === 'done') return job.path;
      throw new AppError('not_found', 'There is no finished report of that name.');
    },
    async close() {
      const endings = [...running].map(([jobId, { ended }]) => {
        cancel(jobId);
        return ended;
      });
      await Promise.all(endings);
    },
  };
}

/** In small letters: many disks do not tell them from capitals. */
function filesOf({ path, spreadsheetPath }: Pick<ReportProgress, 'path' | 'spreadsheetPath'>) {
  return [path, spreadsheetPath].flatMap((file) => (file === null ? [] : [file.toLowerCase()]));
}

function changeOf(message: ReportWorkerMessage): Partial<ReportProgress> {
  switch (message.type) {
    case 'progress':
      return { rows: message.rows, totalRows: message.totalRows };
    case 'done':
      return { state: 'done', rows: message.rows, sha256: message.sha256 };
    case 'failed':
      return failureOf(message.error);
  }
}

function failureOf({ code, message }: ErrorDto): Partial<ReportProgress> {
  return code === 'cancelled' ? { state: 'cancelled' } : { state: 'failed', error: message };
}
