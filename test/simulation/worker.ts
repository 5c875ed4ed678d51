import { parentPort, workerData } from 'node:worker_threads';
import { makeTemplate } from './desk.ts';
import { scratchFolder, type Task } from './run.ts';
import { runSchedule, type ScheduleResult } from './schedule.ts';

const { firstSeed, count, step, stopAtFirst } = workerData as Task;
const folder = scratchFolder();
const results: ScheduleResult[] = [];
try {
  const template = makeTemplate(folder.path);
  for (let index = 0; index < count; index += 1) {
    const result = await runSchedule(firstSeed + index * step, { template, folder: folder.path });
    results.push(result);
    if (stopAtFirst && result.findings.length > 0) break;
  }
} finally {
  folder.remove();
}
parentPort?.postMessage(results);
