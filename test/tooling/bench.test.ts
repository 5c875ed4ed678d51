import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import * as z from 'zod/mini';
import { node, root } from '../../scripts/paths.mjs';

const reportSchema = z.object({
  machine: z.object({ node: z.string(), sqliteCli: z.string() }),
  figures: z.array(
    z.object({
      name: z.string(),
      value: z.nullable(z.number()),
      unit: z.string(),
      anchorValue: z.nullable(z.number()),
      ratio: z.nullable(z.number()),
      goal: z.string(),
      pass: z.boolean(),
      error: z.nullable(z.string()),
    }),
  ),
});

/** Small, and once: what it measures here says nothing, only that every figure can be measured. */
it('measures every figure of the bench', { timeout: 300_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const json = join(folder, 'bench.json');
  const cli = join(root, 'bench/cli.ts');
  const small = ['--rows', '3000', '--clients', '30', '--rounds', '1'];
  const run = spawn(node, ['--no-warnings', cli, '--json', json, ...small], {
    cwd: root,
    stdio: 'ignore',
  });
  const ended = Promise.withResolvers<number | null>();
  run.on('close', ended.resolve);
  const code = await ended.promise;
  const { figures } = z.parse(reportSchema, JSON.parse(readFileSync(json, 'utf8')));
  expect(figures.filter(({ error }) => error !== null)).toEqual([]);
  expect(
    figures.every(
      ({ value, ratio, anchorValue }) =>
        value !== null && (ratio === null) === (anchorValue === null),
    ),
  ).toBe(true);
  expect(code).toBe(0);
});
