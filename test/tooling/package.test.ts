import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { listPackage } from '@electron/asar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../scripts/build.mjs';
import { node, root } from '../../scripts/paths.mjs';
import { productionFolders } from '../../scripts/third-party-notices.mjs';

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

  it('holds the licence of every package in it, and the notices of what is built in', async () => {
    const production = productionFolders().map((path) => path.slice(root.length));
    const held = production.filter((path) => files.includes(`/${path}/package.json`));
    const licences = held.flatMap((path) =>
      readdirSync(join(root, path))
        .filter((name) => /^(licen[cs]e|copying|notice)/i.test(name) && !/[.]([jt]s)$/.test(name))
        .map((name) => `/${path}/${name}`),
    );
    expect(licences.length).toBeGreaterThan(20);
    expect(files).toEqual(expect.arrayContaining(licences));

    const resources = join(folder, 'dist/linux-unpacked/resources');
    const read = (name: string) => readFile(join(resources, name), 'utf8');
    expect(await read('LICENSE.txt')).toBe(await readFile(join(root, 'LICENSE'), 'utf8'));
    const ofMain = `\n${await read('third-party-notices-main.txt')}`;
    for (const path of [...production, 'node_modules/zod', 'node_modules/@scure/btc-signer']) {
      const text = await readFile(join(root, path, 'package.json'), 'utf8');
      const { name, version } = JSON.parse(text) as { name: string; version: string };
      expect(ofMain).toContain(`\n${name} ${version} (`);
    }
    expect(ofMain).toContain('Permission is hereby granted');
    const ofWindow = await read('third-party-notices-window.txt');
    for (const name of [
      'react',
      'react-dom',
      '@base-ui/react',
      'uplot',
      'wouter',
      'lucide-react',
    ]) {
      expect(ofWindow).toMatch(new RegExp(`^${name} \\d`, 'm'));
    }
    expect(ofWindow).toContain('SIL OPEN FONT LICENSE');
  });

  it('holds no sources, maps, tests or development dependencies', () => {
    const unwanted =
      /\.(ts|tsx|map|gyp|cpp|h)$|\/node_modules\/(electron|vite|vitest|react|playwright)/;
    expect(files.filter((file) => unwanted.test(file))).toEqual([]);
  });
});

describe('what packages are made from', () => {
  const read = (path: string) => readFile(join(root, path), 'utf8');

  it('is never unsigned where it is released', async () => {
    const release = await read('electron-builder.release.yml');
    const settings = release.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(settings).toEqual(['extends: electron-builder.yml', 'forceCodeSigning: true']);
    const { scripts } = JSON.parse(await read('package.json')) as { scripts: { release: string } };
    expect(scripts.release).toContain('--config electron-builder.release.yml');
  });

  it('has what deb and rpm demand, and encrypts no cookies, which it has not', async () => {
    const { homepage, author } = JSON.parse(await read('package.json')) as {
      homepage: string;
      author: { name: string; email: string };
    };
    expect(URL.canParse(homepage)).toBe(true);
    expect(author.email).toMatch(/^\S+@\S+$/);
    const config = await read('electron-builder.yml');
    expect(config).toContain(`  maintainer: ${author.name} <${author.email}>\n`);
    expect(config).toMatch(/^ {2}enableCookieEncryption: false$/m);
  });

  it('has an icon for each system', async () => {
    const build = (name: string) => readFile(join(root, 'build', name));
    const png = await build('icon.png');
    expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1024, 1024]);
    const ico = await build('icon.ico');
    expect([ico.readUInt16LE(2), ico.readUInt16LE(4)]).toEqual([1, 7]);
    const icns = await build('icon.icns');
    expect(icns.subarray(0, 4).toString('latin1')).toBe('icns');
    expect(icns.readUInt32BE(4)).toBe(icns.length);
    const config = await read('electron-builder.yml');
    for (const name of ['png', 'ico', 'icns']) expect(config).toContain(`icon: build/icon.${name}`);
  });
});
