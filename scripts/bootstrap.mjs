import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { findChromium, findElectron, node, root } from './paths.mjs';

/**
 * What a fresh machine needs before anything else runs. Plain JavaScript without dependencies: it is started by
 * whatever Node the system has. When nothing is missing it only looks at files.
 */
const stamp = join(root, 'node_modules/.cache/bootstrap');
const fetchStamp = join(root, 'node_modules/.cache/electron-fetch-failed');
const FETCH_LIMIT_MS = 120_000;
/** Bytes; a package manager that prints more than Node's own limit would be ended. */
const MAX_OUTPUT = 2 ** 26;

/** A Debian package, and how to see that what it brings is there. */
const packages = {
  chromium: () => findChromium() !== undefined,
  xvfb: () => hasCommand('Xvfb'),
  'gnome-keyring': () => hasCommand('gnome-keyring-daemon'),
  'libsecret-1-0': hasLibsecret,
  dbus: () => hasCommand('dbus-run-session'),
  strace: () => hasCommand('strace'),
  sqlite3: () => hasCommand('sqlite3'),
  curl: () => hasCommand('curl'),
  openssl: () => hasCommand('openssl'),
};

/** @typedef {keyof typeof packages} Package */

/** Everything the tests run with. */
export const testPackages = /** @type {Package[]} */ (Object.keys(packages));

/** What a window needs where Electron's binary is not there. */
export const windowPackages = /** @type {Package[]} */ (['chromium', 'libsecret-1-0']);

/** Installs the npm packages when they are missing or the lockfile has changed. */
export function ensureNpmPackages() {
  const lockHash = hashOfLockfile();
  if (!existsSync(join(root, 'node_modules/.package-lock.json')) || isStale(lockHash)) {
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], 'Installing npm packages');
  }
  // The one package whose install script must run: it places the Node that runs all the rest.
  if (!existsSync(node)) {
    run('npm', ['rebuild', 'node', '--ignore-scripts=false'], 'Installing Node 24');
  }
  write(stamp, lockHash);
}

/**
 * Installs Debian packages as root; anyone else is told what to install, and the process ends.
 * @param {readonly Package[]} wanted
 */
export function ensureSystemPackages(wanted) {
  if (process.platform !== 'linux') return;
  const missing = wanted.filter((name) => !packages[name]());
  if (missing.length === 0) return;
  const install = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0 || !hasCommand('apt-get')) {
    console.error(
      `Some programs are missing. Please run:\n  sudo apt-get update && sudo ${install}`,
    );
    process.exit(1);
  }
  process.env['DEBIAN_FRONTEND'] = 'noninteractive';
  run('apt-get', ['update', '-q'], 'Updating the package lists');
  run('apt-get', install.split(' ').slice(1), `Installing ${missing.join(', ')}`);
}

/** Electron's binary; fetched if it can be, tried once per lockfile. Undefined where it cannot. */
export function fetchElectron() {
  if (findElectron() !== undefined || read(fetchStamp) === hashOfLockfile()) return findElectron();
  console.log('Fetching Electron…');
  const script = join(root, 'node_modules/electron/install.js');
  spawnSync(node, [script], { cwd: root, stdio: 'ignore', timeout: FETCH_LIMIT_MS });
  const path = findElectron();
  if (path === undefined) write(fetchStamp, hashOfLockfile());
  return path;
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} title
 */
function run(command, args, title) {
  console.log(`${title}…`);
  const shell = process.platform === 'win32';
  const done = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    shell,
    maxBuffer: MAX_OUTPUT,
  });
  if (done.status === 0) return;
  console.error(`${command} ${args.join(' ')} failed:\n${done.stdout ?? ''}${done.stderr ?? ''}`);
  process.exit(1);
}

/** @param {string} lockHash */
function isStale(lockHash) {
  const known = read(stamp);
  if (known !== undefined) return known !== lockHash;
  // Installed by hand: npm's own record tells whether that was after the lockfile's last change.
  const installed = statSync(join(root, 'node_modules/.package-lock.json')).mtimeMs;
  return installed < statSync(join(root, 'package-lock.json')).mtimeMs;
}

function hashOfLockfile() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

/** @param {string} command */
function hasCommand(command) {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return [...folders, '/usr/sbin', '/sbin'].some((folder) => existsSync(join(folder, command)));
}

function hasLibsecret() {
  const folders = ['/usr/lib', '/usr/lib64'];
  const triplets = readdirSync('/usr/lib').filter((name) => name.includes('-linux-gnu'));
  return [...folders, ...triplets.map((name) => join('/usr/lib', name))].some((folder) =>
    existsSync(join(folder, 'libsecret-1.so.0')),
  );
}

/** @param {string} path */
function read(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/**
 * @param {string} path
 * @param {string} text
 */
function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
