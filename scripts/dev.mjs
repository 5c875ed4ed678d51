import { join } from 'node:path';
import {
  ensureNpmPackages,
  ensureSystemPackages,
  fetchElectron,
  windowPackages,
} from './bootstrap.mjs';
import { node, root, toolsEnv } from './paths.mjs';
import { runToEnd } from './run.mjs';

/** `npm run dev`: hot reload in Electron, or on the rig where its binary is missing. */
ensureNpmPackages();
const env = { ...toolsEnv };
if (fetchElectron() === undefined) {
  ensureSystemPackages(windowPackages);
  console.log('Electron could not be fetched: the app runs in a Chromium window (test/rig).');
  Object.assign(env, {
    ELECTRON_EXEC_PATH: node,
    ELECTRON_ENTRY: join(root, 'test/rig/start.ts'),
  });
}
const cli = join(root, 'node_modules/electron-vite/bin/electron-vite.js');
const args = [cli, 'dev', '--watch', ...process.argv.slice(2)];
process.exitCode = await runToEnd(node, args, env);
