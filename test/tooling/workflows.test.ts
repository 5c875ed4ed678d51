import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { node, root } from '../../scripts/paths.mjs';

const PINNED = '3d3c42e5aac5ba805825da76410c181273ba90b1';
const good = `on: push
permissions:
  contents: read
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@${PINNED} # v7.0.1
      - run: npm test
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'workflows-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function check(...args: string[]): Promise<{ code: number; said: string }> {
  const done = Promise.withResolvers<{ code: number; said: string }>();
  execFile(node, [join(root, 'scripts/check-workflows.mjs'), ...args], (error, stdout) => {
    done.resolve({ code: error === null ? 0 : Number(error.code), said: stdout });
  });
  return done.promise;
}

describe('the check of workflows', () => {
  it('passes the project’s own', async () => {
    expect(await check()).toEqual({ code: 0, said: '' });
  });

  it.each([
    ['a misspelt key', good.replace('runs-on', 'run-on'), /"runs-on" section is missing/],
    ['a value that does not exist', good.replace('npm test', '${{ matrix.os }}'), /not defined/],
    [
      'a job that needs none',
      good.replace('    steps', '    needs: x\n    steps'),
      /needs job "x"/,
    ],
    ['half a file', good.slice(0, 60), /./],
    ['an action by tag', good.replace(PINNED, 'v7'), /pin actions\/checkout@v7/],
    ['an action by branch', good.replace(PINNED, 'main'), /full commit hash/],
    ['a short hash', good.replace(PINNED, PINNED.slice(0, 12)), /full commit hash/],
    ['a hash without its version', good.replace(' # v7.0.1', ''), /full commit hash/],
  ])('refuses %s', async (_what, text, words) => {
    await writeFile(join(folder, 'ci.yml'), text);
    const { code, said } = await check(folder);
    expect(said).toMatch(words);
    expect(code).toBe(1);
  });

  it('is right about the rest of that file', async () => {
    await writeFile(join(folder, 'ci.yml'), good);
    expect(await check(folder)).toEqual({ code: 0, said: '' });
  });
});

describe('CI', () => {
  it('runs the same end-to-end tests on the three systems, and packages on each', async () => {
    const text = await readFile(join(root, '.github/workflows/ci.yml'), 'utf8');
    for (const os of ['ubuntu-latest', 'macos-latest', 'windows-latest']) {
      expect(text.split(os).length, os).toBeGreaterThan(2);
    }
    expect(text).toContain('install-electron');
    expect(text).toContain('npm run check');
    expect(text).toContain('npm run package');
    // As scripts/bootstrap.mjs does: keytar's would place a build that is preferred to the one for the target.
    expect(text.match(/npm ci.*/g)).toEqual(['npm ci --ignore-scripts', 'npm ci --ignore-scripts']);
  });
});
