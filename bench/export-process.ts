import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { ReportProgress } from '#shared/domain/report.ts';
import { createReports } from '../src/main/reports/jobs.ts';
import { END_MS } from './generate.ts';

/** Stands for the main process of the app: makes one full report of the transactions, and tells what it cost. */

export type ExportOrder = {
  cachePath: string;
  recordsPath: string;
  /** Where the report is written; it is removed at the end. */
  folder: string;
  /** Watching one thing would be seen in the other. */
  watch: 'nothing' | 'memory' | 'loop';
  cancelAfterMs?: number;
};

export type ExportReading = {
  ms: number;
  extraMiB: number;
  p99Ms: number;
  maxMs: number;
  idleP99Ms: number;
  idleMaxMs: number;
  /** From asking until it ended. */
  cancelMs: number;
};

const IDLE_MS = 3000;
const SAMPLE_MS = 5;
/** As built: Node takes longer to read TypeScript, and keeps its compiler in memory. */
const workerUrl = pathToFileURL(join(import.meta.dirname, '../out/main/report-worker.cjs'));

process.once('message', (order) => {
  // The bench's own seam: it sends exactly this.
  void measureExport(order as ExportOrder).then((reading) => {
    process.send?.(reading);
    process.disconnect();
  });
});

async function measureExport(order: ExportOrder): Promise<ExportReading> {
  const idle = order.watch === 'loop' ? await watchLoop(() => sleep(IDLE_MS)) : NO_DELAY;
  const beforeBytes = process.memoryUsage.rss();
  let peakBytes = beforeBytes;
  const sample = () => (peakBytes = Math.max(peakBytes, process.memoryUsage.rss()));
  const sampler = order.watch === 'memory' ? setInterval(sample, SAMPLE_MS) : undefined;
  const startMs = performance.now();
  let cancelMs = 0;
  const work = async () => {
    cancelMs = await exportOnce(order);
  };
  const busy = order.watch === 'loop' ? await watchLoop(work) : await work().then(() => NO_DELAY);
  const ms = performance.now() - startMs;
  clearInterval(sampler);
  return {
    ms,
    extraMiB: (peakBytes - beforeBytes) / 2 ** 20,
    p99Ms: busy.p99Ms,
    maxMs: busy.maxMs,
    idleP99Ms: idle.p99Ms,
    idleMaxMs: idle.maxMs,
    cancelMs,
  };
}

const NO_DELAY = { p99Ms: 0, maxMs: 0 };

/** How late the event loop comes round while something goes on, a millisecond of the timer's own included. */
async function watchLoop(work: () => Promise<void>): Promise<typeof NO_DELAY> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await work();
  delay.disable();
  return { p99Ms: delay.percentile(99) / 1e6, maxMs: delay.max / 1e6 };
}

/** @returns milliseconds from cancelling to the end; few rows may be written before they can be cancelled */
async function exportOnce(order: ExportOrder): Promise<number> {
  const { cachePath, recordsPath, folder, cancelAfterMs } = order;
  const path = join(folder, 'report.csv');
  const ended = Promise.withResolvers<ReportProgress>();
  const reports = createReports({
    onFailure: console.error,
    cachePath,
    recordsPath,
    profile: { id: 'practice', name: 'Practice', environment: 'practice' },
    appVersion: 'bench',
    now: () => END_MS,
    workerUrl,
    onProgress: (progress) => {
      if (progress.state !== 'running') ended.resolve(progress);
    },
  });
  const request = { fromDay: '2010-01-01', toDay: '2037-12-31', timeZone: 'Europe/Paris' };
  const { jobId } = reports.start({ report: 'transactions', ...request }, path);
  let askedMs = performance.now();
  if (cancelAfterMs !== undefined) {
    await sleep(cancelAfterMs);
    askedMs = performance.now();
    reports.cancel(jobId);
  }
  const { state, error } = await ended.promise;
  const endedMs = performance.now();
  await reports.close();
  const isExpected = state === 'done' || (state === 'cancelled' && cancelAfterMs !== undefined);
  if (!isExpected) throw new Error(`The report is ${state}: ${error}`);
  if (state === 'done') {
    rmSync(path);
    rmSync(join(folder, 'report.manifest.json'));
  }
  return endedMs - askedMs;
}
