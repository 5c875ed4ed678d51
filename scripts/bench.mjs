import { join } from 'node:path';
import { ensureNpmPackages, ensureSystemPackages, testPackages } from './bootstrap.mjs';
import { ensureBuilt } from './build.mjs';
import { runWithThrowawayKeyring } from './keyring.mjs';
import { node, root } from './paths.mjs';

/** `npm run bench`: every figure beside its anchor. Figures that open a window need all that the tests need. */
ensureNpmPackages();
ensureSystemPackages(testPackages);
ensureBuilt();
const cli = join(root, 'bench/cli.ts');
const args = ['--no-warnings', cli, ...process.argv.slice(2)];
process.exitCode = await runWithThrowawayKeyring(node, args);
