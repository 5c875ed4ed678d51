import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import {
  ensureNpmPackages,
  ensureSystemPackages,
  fetchElectron,
  windowPackages,
} from './bootstrap.mjs';
import { ensureBuilt } from './build.mjs';
import { node, root } from './paths.mjs';
import { runTour } from './run-tour.mjs';

const args = process.argv.slice(2);

ensureNpmPackages();
const electron = fetchElectron();
const hasDisplay =
  process.platform !== 'linux' ||
  Boolean(process.env['DISPLAY']) ||
  Boolean(process.env['WAYLAND_DISPLAY']);

if (!hasDisplay) {
  console.log('No display here: walking through the app without one instead (npm run tour).');
  process.exitCode = runTour([]);
} else if (electron !== undefined) {
  ensureBuilt();
  process.exitCode = spawnSync(electron, [root, ...args], { stdio: 'inherit' }).status ?? 1;
} else {
  ensureSystemPackages(windowPackages);
  ensureBuilt();
  console.log('Electron could not be fetched: the app runs in a Chromium window (test/rig).');
  const rig = join(root, 'test/rig/start.ts');
  process.exitCode = spawnSync(node, [rig, ...args], { stdio: 'inherit' }).status ?? 1;
}
