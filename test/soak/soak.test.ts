import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { isMet, type Goal } from './goals.ts';

/** Two minutes of it, as long again until all is explained, and the begin. */
const ENDED_MS = 300_000;

test(
  'two minutes of cuts, restarts, sleep and jumps end in order',
  { timeout: ENDED_MS + 10_000 },
  async () => {
    const folder = inject('soakFolder');
    await expect
      .poll(() => existsSync(join(folder, 'ended')), { timeout: ENDED_MS, interval: 500 })
      .toBe(true);
    const printed = readFileSync(join(folder, 'output.txt'), 'utf8');
    const file = join(folder, 'goals.json');
    expect(existsSync(file), printed).toBe(true);
    const { goals } = JSON.parse(readFileSync(file, 'utf8')) as { goals: Goal[] };
    const missed = goals.filter((goal) => !isMet(goal));
    expect(missed, printed).toEqual([]);
  },
);
