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
import { runToEnd } from './run.mjs';

const args = process.argv.slice(2);

ensureNpmPackages();
const electron = fetchElectron();
const hasDisplay =
  process.platform !== 'linux' ||
  Boolean(process.env['DISPLAY']) ||
  Boolean(process.env['WAYLAND_DISPLAY']);

if (!hasDisplay) {
  console.log('No display here: walking through the app without one instead (npm run tour).');
  process.exitCode = await runTour([]);
} else if (electron !== undefined) {
  ensureBuilt();
  process.exitCode = await runToEnd(electron, [root, ...args]);
} else {
  ensureSystemPackages(windowPackages);
  ensureBuilt();
  console.log('Electron could not be fetched: the app runs in a Chromium window (test/rig).');
  process.exitCode = await runToEnd(node, [join(root, 'test/rig/start.ts'), ...args]);
}
