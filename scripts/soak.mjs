import { join } from 'node:path';
import { ensureNpmPackages, ensureSystemPackages, testPackages } from './bootstrap.mjs';
import { ensureBuilt } from './build.mjs';
import { runWithThrowawayKeyring } from './keyring.mjs';
import { node, root } from './paths.mjs';

/** `npm run soak`: the built app for minutes on a line that is cut, a server that restarts and clocks that jump. */
ensureNpmPackages();
ensureSystemPackages(testPackages);
ensureBuilt();
const cli = join(root, 'test/soak/cli.ts');
const args = ['--no-warnings', cli, ...process.argv.slice(2)];
process.exitCode = await runWithThrowawayKeyring(node, args);
