import { join } from 'node:path';
import { ensureNpmPackages, ensureSystemPackages } from './bootstrap.mjs';
import { ensureBuilt } from './build.mjs';
import { runWithThrowawayKeyring } from './keyring.mjs';
import { node, root } from './paths.mjs';

/** `npm run crash-test`: kill -9 of the built app at named points and at random, over real databases and a real server. */
ensureNpmPackages();
ensureSystemPackages(['gnome-keyring', 'libsecret-1-0', 'dbus']);
ensureBuilt();
const cli = join(root, 'test/crash/cli.ts');
const args = ['--no-warnings', cli, ...process.argv.slice(2)];
process.exitCode = await runWithThrowawayKeyring(node, args);
