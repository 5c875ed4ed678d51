import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { node, root } from './paths.mjs';

const outputs = ['out/main/index.cjs', 'out/preload/index.cjs', 'out/renderer/index.html'];
const sources = [
  'src',
  'package.json',
  'package-lock.json',
  'electron.vite.config.ts',
  'scripts/third-party-notices.mjs',
];

/** Builds the app when what is built is missing or older than what it is built from. */
export function ensureBuilt() {
  const builtAtMs = Math.min(...outputs.map((file) => changedAtMs(join(root, file))));
  const changedLastMs = Math.max(...sources.map((path) => newestMs(join(root, path))));
  if (builtAtMs <= changedLastMs) build();
}

function build() {
  const cli = join(root, 'node_modules/electron-vite/bin/electron-vite.js');
  const run = spawnSync(node, [cli, 'build', '--logLevel', 'warn'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (run.status !== 0) throw new Error(`The build failed:\n${run.stdout}${run.stderr}`);
}

/**
 * The latest change in a file or folder, 0 when there is none.
 * @param {string} path
 * @returns {number}
 */
function newestMs(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isDirectory()) return stat?.mtimeMs ?? 0;
  // A folder's own time tells of files that were removed.
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestMs(join(path, name))));
}

/** @param {string} path */
function changedAtMs(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
