import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { mutants, type Mutant } from './mutants.ts';

const root = join(import.meta.dirname, '..', '..');

/** Runs the simulation over a copy of the sources with each seeded bug; a bug that no schedule notices survives. */
export async function runMutants(options: {
  schedules: number;
  seed: number;
}): Promise<{ caught: number; total: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'mutants-'));
  let caught = 0;
  try {
    for (const part of ['src', 'test/simulation', 'package.json']) {
      cpSync(join(root, part), join(folder, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
    for (const mutant of mutants) {
      const findings = await withMutant(folder, mutant, () => findBug(folder, options));
      if (findings !== null) caught += 1;
      console.log(`${findings === null ? 'SURVIVED' : 'caught  '} ${mutant.name}`);
      if (findings !== null) console.log(`         ${findings}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { caught, total: mutants.length };
}

async function withMutant<T>(
  folder: string,
  { name, edits }: Mutant,
  run: () => Promise<T>,
): Promise<T> {
  const originals = new Map<string, string>();
  try {
    for (const { file, from, to } of edits) {
      const path = join(folder, 'src/main', file);
      const text = readFileSync(path, 'utf8');
      if (!originals.has(path)) originals.set(path, text);
      if (text.split(from).length !== 2) {
        throw new Error(`Mutant “${name}”: its place in ${file} is not there once. Adapt it.`);
      }
      writeFileSync(
        path,
        text.replace(from, () => to),
      );
    }
    return await run();
  } finally {
    for (const [path, text] of originals) writeFileSync(path, text);
  }
}

/** The first finding, or null when all schedules pass. */
async function findBug(
  folder: string,
  { schedules, seed }: { schedules: number; seed: number },
): Promise<string | null> {
  const args = ['--schedules', String(schedules), '--seed', String(seed), '--stop-at-first'];
  const cli = join(folder, 'test/simulation/cli.ts');
  try {
    await promisify(execFile)(process.execPath, ['--no-warnings', cli, ...args, '--quiet']);
    return null;
  } catch (error) {
    const printed = error instanceof Error && 'stdout' in error ? String(error.stdout) : '';
    const found = printed.split('\n').find((line) => line.startsWith('seed '));
    // A mutant that cannot even start proves nothing.
    if (found === undefined) throw error;
    return found;
  }
}
