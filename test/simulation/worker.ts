import { parentPort, workerData } from 'node:worker_threads';
import { scratchFolder } from '../helpers/scratch-folder.ts';
import { makeTemplate } from './desk.ts';
import type { Task } from './run.ts';
import { nthSeed } from './random.ts';
import { runSchedule, type ScheduleResult } from './schedule.ts';

// Errors are a matter of course here, and nobody reads where they came from.
Error.stackTraceLimit = 3;

const { seed, first, count, step, halted } = workerData as Task;
const folder = scratchFolder();
const results: ScheduleResult[] = [];
try {
  const template = makeTemplate(folder.path);
  for (let index = 0; index < count; index += 1) {
    const result = await runSchedule(nthSeed(seed, first + index * step), {
      template,
      folder: folder.path,
    });
    results.push(result);
    if (!halted) continue;
    if (result.findings.length > 0) Atomics.store(halted, 0, 1);
    if (Atomics.load(halted, 0) !== 0) break;
  }
} finally {
  folder.remove();
}
parentPort?.postMessage(results);
