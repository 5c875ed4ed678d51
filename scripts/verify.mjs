import { join, resolve } from 'node:path';
import { ensureNpmPackages } from './bootstrap.mjs';
import { node, root } from './paths.mjs';
import { runToEnd } from './run.mjs';

/** `npm run verify -- FILE.csv`: holds a report against the manifest beside it, without the app or its data. */
ensureNpmPackages();
const cli = join(root, 'src/main/reports/verify-cli.ts');
// npm runs scripts in the project's folder, and says where it was called from.
const from = process.env['INIT_CWD'] ?? process.cwd();
const files = process.argv.slice(2).map((file) => resolve(from, file));
process.exitCode = await runToEnd(node, ['--no-warnings', cli, ...files]);
