import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Node 24 from npm, as in Electron: the system's may be older, and the native modules crash it. */
export const node = join(
  root,
  'node_modules/node/bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);

/** With the tools of node_modules, its node among them, before the system's. */
export const toolsEnv = {
  ...process.env,
  PATH: [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter),
};

const electronFolder = join(root, 'node_modules/electron');

/** Electron's binary, where it has been fetched; the npm package alone does not hold it. */
export function findElectron() {
  try {
    const name = readFileSync(join(electronFolder, 'path.txt'), 'utf8');
    const path = join(electronFolder, 'dist', name);
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** Places where a Chromium (or Chrome, or Edge) that can stand for Electron's windows is installed. */
export function findChromium() {
  const places = [
    process.env['CHROMIUM_PATH'] ?? '',
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/usr/bin/google-chrome-stable',
    '/usr/bin/microsoft-edge',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ];
  return places.find((place) => place !== '' && existsSync(place));
}
