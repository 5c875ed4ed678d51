import { join } from 'node:path';
import { ensureNpmPackages } from './bootstrap.mjs';
import { node, root } from './paths.mjs';
import { runToEnd } from './run.mjs';

/** `npm run sandbox`: a Bitpro server on loopback, for a profile or a test to point at. */
ensureNpmPackages();
const args = [join(root, 'src/sandbox/cli.ts'), ...process.argv.slice(2)];
process.exitCode = await runToEnd(node, args);
