import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { listPackage } from '@electron/asar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../scripts/build.mjs';
import { node, root } from '../../scripts/paths.mjs';

/** What a package holds, seen in a real app.asar; a stub stands for Electron's binary, which is not needed for that. */
const version = '45.4.1';
let folder: string;
let files: string[];

beforeAll(async () => {
  ensureBuilt();
  folder = await mkdtemp(join(tmpdir(), 'package-'));
  const electron = join(folder, 'electron');
  await mkdir(electron);
  await writeFile(join(electron, 'electron'), '#!/bin/sh\n');
  await chmod(join(electron, 'electron'), 0o755);
  await writeFile(join(electron, 'version'), version);
  for (const text of ['LICENSE', 'LICENSES.chromium.html'])
    await writeFile(join(electron, text), '');
  // Fuses are bits in the binary, which the stub does not have.
  const config = await readFile(join(root, 'electron-builder.yml'), 'utf8');
  const withoutFuses = config.replace(/^electronFuses:\n(?: {2}.*\n)+/m, '');
  expect(withoutFuses).not.toBe(config);
  await writeFile(join(folder, 'builder.yml'), withoutFuses);
  const builder = join(root, 'node_modules/electron-builder/cli.js');
  const overrides = [`-c.electronDist=${electron}`, `-c.directories.output=${folder}/dist`];
  const args = [builder, '--linux', '--x64', '--dir', '--config', `${folder}/builder.yml`];
  await promisify(execFile)(node, [...args, ...overrides], { cwd: root });
  files = listPackage(join(folder, 'dist/linux-unpacked/resources/app.asar'), { isPack: false });
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a Linux package', () => {
  it('holds the build, its manifest and production modules, and nothing else at the top', () => {
    const top = new Set(files.map((file) => file.split('/')[1]));
    expect([...top].toSorted()).toEqual(['node_modules', 'out', 'package.json']);
    for (const needed of ['main/index.cjs', 'preload/index.cjs', 'renderer/index.html']) {
      expect(files).toContain(`/out/${needed}`);
    }
  });

  it('holds only the native files of its platform, outside the archive', async () => {
    const native = files.filter((file) => file.endsWith('.node'));
    expect(native).toEqual([
      '/node_modules/better-sqlite3/prebuilds/linux-x64.node',
      '/node_modules/keytar/prebuilds/linux-x64/keytar.node',
    ]);
    const unpacked = join(folder, 'dist/linux-unpacked/resources/app.asar.unpacked');
    for (const file of native)
      expect((await readFile(join(unpacked, file))).length).toBeGreaterThan(0);
  });

  it('holds no sources, maps, tests or development dependencies', () => {
    const unwanted =
      /\.(ts|tsx|map|gyp|cpp|h)$|\/node_modules\/(electron|vite|vitest|react|playwright)/;
    expect(files.filter((file) => unwanted.test(file))).toEqual([]);
  });
});
