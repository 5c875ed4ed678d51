import { execFileSync } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import type { Finding, ScheduleResult } from './schedule.ts';
import { violations, type Violation } from './world.ts';

export type Task = {
  seed: number;
  /** Which schedule of the run it begins with. */
  first: number;
  count: number;
  step: number;
  /** Shared by all workers: not 0 as soon as one has a finding. Null to run to the end whatever is found. */
  halted: Int32Array<SharedArrayBuffer> | null;
};

export type Summary = Record<Violation, number> & {
  schedules: number;
  seed: number;
  commit: string;
  seconds: number;
  /** What was put to the test, so that an idle run does not look like a good one. */
  posts: number;
  executed: number;
  crashes: number;
  ends: Record<string, number>;
  failing: { seed: number; findings: Finding[] }[];
};

type RunOptions = { schedules: number; seed: number; workers: number; stopAtFirst?: boolean };

/** Runs as many schedules, each by a seed of its own that follows from `seed`, on several threads. */
export async function simulate(options: RunOptions): Promise<Summary> {
  const { schedules, seed, stopAtFirst = false } = options;
  const startedAtMs = performance.now();
  const workers = Math.min(options.workers, schedules);
  const halted = stopAtFirst ? new Int32Array(new SharedArrayBuffer(4)) : null;
  const results = await Promise.all(
    Array.from({ length: workers }, (_, index) =>
      runWorker({
        seed,
        first: index,
        count: Math.ceil((schedules - index) / workers),
        step: workers,
        halted,
      }),
    ),
  );
  const seconds = Number(((performance.now() - startedAtMs) / 1000).toFixed(1));
  return { ...summarize(results.flat(), seed), commit: commitOf(), seconds };
}

function runWorker(task: Task): Promise<ScheduleResult[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: task,
      // A schedule leaves much garbage and keeps little.
      resourceLimits: { maxYoungGenerationSizeMb: 64 },
    });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

function summarize(results: readonly ScheduleResult[], seed: number) {
  const sum = (pick: (result: ScheduleResult) => number) =>
    results.reduce((total, result) => total + pick(result), 0);
  const ends: Record<string, number> = {};
  for (const [state, count] of results.flatMap((result) => Object.entries(result.ends))) {
    ends[state] = (ends[state] ?? 0) + count;
  }
  const counts = Object.fromEntries(
    violations.map((name) => [
      name,
      sum(({ findings }) => findings.filter(({ violation }) => violation === name).length),
    ]),
  ) as Record<Violation, number>;
  return {
    schedules: results.length,
    seed,
    ...counts,
    posts: sum(({ posts }) => posts),
    executed: sum(({ executed }) => executed),
    crashes: sum(({ crashes }) => crashes),
    ends,
    failing: results
      .filter(({ findings }) => findings.length > 0)
      .map(({ seed, findings }) => ({ seed, findings })),
  };
}

function commitOf(): string {
  const cwd = import.meta.dirname;
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { cwd, encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}
