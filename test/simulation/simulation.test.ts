import { expect, test } from 'vitest';
import { scratchFolder } from '../helpers/scratch-folder.ts';
import { makeTemplate } from './desk.ts';
import { simulate } from './run.ts';
import { runSchedule } from './schedule.ts';
import { violations } from './world.ts';

test('no schedule moves money twice or loses sight of it', { timeout: 300_000 }, async () => {
  const summary = await simulate({ schedules: 200, seed: 1, workers: 2 });
  expect(summary.failing).toEqual([]);
  expect(violations.map((name) => summary[name])).toEqual(violations.map(() => 0));
  // The hostile world was there, and the app got its work done in it.
  expect(summary.schedules).toBe(200);
  expect(summary.crashes).toBeGreaterThan(100);
  for (const state of ['confirmed', 'rejected', 'unknown', 'needs_human', 'discarded']) {
    expect(summary.ends[state]).toBeGreaterThan(0);
  }
});

test('a seed replays exactly', async () => {
  const folder = scratchFolder();
  try {
    const template = makeTemplate(folder.path);
    const told = async (seed: number) => {
      const lines: string[] = [];
      const print = (line: string) => void lines.push(line);
      await runSchedule(seed, { template, folder: folder.path, print });
      return lines;
    };
    for (const seed of [1, 2, 3, 4, 5]) {
      const first = await told(seed);
      expect(first.length).toBeGreaterThan(3);
      expect(await told(seed)).toEqual(first);
    }
  } finally {
    folder.remove();
  }
});
