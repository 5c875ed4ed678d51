import { EventEmitter } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { host } from './host-link.ts';
import { createEvent, modelled } from './modelled.ts';
import { releaseInstanceLock, takeInstanceLock } from './instance-lock.ts';

const root = findRoot(dirname(process.argv[1] ?? '.'));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  name: string;
  productName?: string;
  version: string;
};
const name = manifest.productName ?? manifest.name;

const events = new EventEmitter();
const paths = new Map<string, string>();
const switches = process.argv.slice(2);
const isReady = Promise.withResolvers<void>();
let hasStarted = false;
let isQuitting = false;
let isExiting = false;
let isSandboxed = false;
let windows: { close: () => void; destroy: () => void }[] = [];

/** How windows.ts tells the app about its windows, without importing each other. */
export const appState = {
  isReady: (): boolean => hasStarted,
  isSandboxed: (): boolean => isSandboxed,
  windowOpened: (window: { close: () => void; destroy: () => void }): void => {
    windows.push(window);
  },
  windowClosed: (window: object): void => {
    windows = windows.filter((open) => open !== window);
    if (windows.length > 0 || isExiting) return;
    if (isQuitting) finishQuit(0);
    else if (events.listenerCount('window-all-closed') > 0) events.emit('window-all-closed');
    else app.quit();
  },
  stayOpen: (): void => {
    isQuitting = false;
  },
};

export const app = modelled(
  'app',
  Object.assign(events, {
    isPackaged: process.env['ELECTRON_FORCE_IS_PACKAGED'] === 'true',
    name,
    getName: () => name,
    getVersion: () => manifest.version,
    getLocale: () => 'en-US',
    getAppPath: () => root,
    isReady: () => hasStarted,
    whenReady: () => isReady.promise,
    getPath,
    setPath: (key: string, path: string): void => {
      if (!isAbsolute(path)) throw new Error('Path must be absolute');
      paths.set(key, path);
    },
    requestSingleInstanceLock: (additionalData: object = {}): boolean =>
      takeInstanceLock(getPath('userData'), additionalData, (other) => {
        events.emit('second-instance', createEvent({}), other.argv, other.cwd, other.data);
      }),
    releaseSingleInstanceLock: (): void => releaseInstanceLock(),
    enableSandbox: (): void => {
      if (hasStarted) throw new Error('app.enableSandbox() can only be called before app is ready');
      isSandboxed = true;
    },
    setAppUserModelId: (): void => {},
    setAsDefaultProtocolClient: (): boolean => true,
    commandLine: modelled('app.commandLine', {
      appendSwitch: (key: string, value?: string): void => {
        if (hasStarted)
          throw new Error('rig: Chromium runs already, and hears of no more switches');
        switches.push(value === undefined ? `--${key}` : `--${key}=${value}`);
      },
      hasSwitch: (key: string): boolean => switchValue(key) !== undefined,
      getSwitchValue: (key: string): string => switchValue(key) ?? '',
    }),
    quit: (): void => {
      const event = createEvent({});
      events.emit('before-quit', event);
      if (event.defaultPrevented) return;
      isQuitting = true;
      if (windows.length === 0) finishQuit(0);
      for (const window of windows) window.close();
    },
    exit: (code = 0): void => {
      isExiting = true;
      for (const window of windows) window.destroy();
      events.emit('quit', createEvent({}), code);
      process.exit(code);
    },
  }),
);

export function startApp(): void {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
    process.on(signal, () => app.quit());
  void setImmediate().then(async () => {
    // Chromium starts while the app loads; a second instance has quit by now and never gets here.
    await host.call('browser.start', { sessionData: getPath('sessionData') });
    hasStarted = true;
    events.emit('ready', createEvent({}), {});
    isReady.resolve();
  });
}

function finishQuit(code: number): void {
  const event = createEvent({});
  events.emit('will-quit', event);
  if (event.defaultPrevented) return;
  events.emit('quit', createEvent({}), code);
  process.exit(code);
}

function getPath(key: string): string {
  const path = paths.get(key) ?? defaultPath(key);
  if (key === 'userData' || key === 'sessionData') mkdirSync(path, { recursive: true });
  return path;
}

function defaultPath(key: string): string {
  switch (key) {
    case 'userData':
      return switchValue('user-data-dir') ?? join(getPath('appData'), name);
    case 'sessionData':
      return getPath('userData');
    case 'logs':
      return join(getPath('userData'), 'logs');
    case 'appData':
      return appData();
    case 'home':
      return homedir();
    case 'temp':
      return tmpdir();
    case 'documents':
      return join(homedir(), 'Documents');
    case 'downloads':
      return join(homedir(), 'Downloads');
    default:
      throw new Error(`rig: app.getPath('${key}') is not modelled`);
  }
}

function appData(): string {
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support');
  if (process.platform === 'win32') return process.env['APPDATA'] ?? homedir();
  return process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
}

function switchValue(key: string): string | undefined {
  const found = switches.find((arg) => arg === `--${key}` || arg.startsWith(`--${key}=`));
  return found?.slice(key.length + 3);
}

function findRoot(from: string): string {
  try {
    readFileSync(join(from, 'package.json'));
    return from;
  } catch {
    if (dirname(from) === from) throw new Error('rig: no package.json above the entry');
    return findRoot(dirname(from));
  }
}
