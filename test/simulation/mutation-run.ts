import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Mutant } from './mutant.ts';

const root = join(import.meta.dirname, '..', '..');

/** `finding` is the first one; null when no schedule noticed the bug. */
export type Score = { name: string; finding: string | null };

type RunOptions = { schedules: number; seed: number; workers: number };

/** Runs the simulation over a copy of the sources with each seeded bug, and tells of each when it is done. */
export async function runMutants(
  chosen: readonly Mutant[],
  options: RunOptions,
  tell: (score: Score) => void = () => {},
): Promise<Score[]> {
  const folder = mkdtempSync(join(tmpdir(), 'mutants-'));
  const scores: Score[] = [];
  try {
    for (const part of ['src', 'test/simulation', 'test/helpers', 'package.json']) {
      cpSync(join(root, part), join(folder, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
    for (const mutant of chosen) {
      const finding = await withMutant(folder, mutant, () => findBug(folder, options));
      const score = { name: mutant.name, finding };
      scores.push(score);
      tell(score);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return scores;
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
  { schedules, seed, workers }: RunOptions,
): Promise<string | null> {
  const numbers = { '--schedules': schedules, '--seed': seed, '--workers': workers };
  const args = [...Object.entries(numbers).flat().map(String), '--stop-at-first'];
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
