import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Holds `ended` when the soak has ended, `goals.json` when it came to its end, and what it printed. */
    soakFolder: string;
  }
}

const MINUTES = 2;

/**
 * Vitest's global set-up: begins a soak beside the other tests, for it waits most of the time. Its test comes last
 * and looks at what came of it.
 */
export function setup({ provide }: TestProject): () => Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'soak-test-'));
  provide('soakFolder', folder);
  const output = openSync(join(folder, 'output.txt'), 'w');
  const cli = join(import.meta.dirname, 'cli.ts');
  const args = ['--minutes', String(MINUTES), '--seed', '1', '--json', join(folder, 'goals.json')];
  const soak = spawn(process.execPath, ['--no-warnings', cli, ...args], {
    stdio: ['ignore', output, output],
  });
  const ended = once(soak, 'exit').then(() => writeFileSync(join(folder, 'ended'), ''));
  return async () => {
    soak.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
}
