import { join } from 'node:path';
import { ensureNpmPackages } from './bootstrap.mjs';
import { node, root } from './paths.mjs';
import { runToEnd } from './run.mjs';

/** `npm run crash-test`: kill -9 at named points and at random, over real databases and a real server. */
ensureNpmPackages();
const cli = join(root, 'test/crash/cli.ts');
process.exitCode = await runToEnd(node, ['--no-warnings', cli, ...process.argv.slice(2)]);
