import { join } from 'node:path';
import { ensureNpmPackages } from './bootstrap.mjs';
import { node, root } from './paths.mjs';
import { runToEnd } from './run.mjs';

/** `npm run simulate`: the money code against modelled network, disk, clock, service and operator. */
ensureNpmPackages();
const cli = join(root, 'test/simulation/cli.ts');
process.exitCode = await runToEnd(node, ['--no-warnings', cli, ...process.argv.slice(2)]);
