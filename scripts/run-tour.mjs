import { join } from 'node:path';
import { ensureNpmPackages, ensureSystemPackages, testPackages } from './bootstrap.mjs';
import { ensureBuilt } from './build.mjs';
import { runWithThrowawayKeyring } from './keyring.mjs';
import { node, root } from './paths.mjs';

/**
 * Walks the main job in the real window, headless, with a keyring of its own.
 * @param {readonly string[]} args
 * @returns {Promise<number>} exit code
 */
export async function runTour(args) {
  ensureNpmPackages();
  ensureSystemPackages(testPackages);
  ensureBuilt();
  return await runWithThrowawayKeyring(node, [join(root, 'test/e2e/tour.ts'), ...args]);
}
