import { EventEmitter } from 'node:events';
import { appState } from './app.ts';
import { host } from './host-link.ts';
import { modelled } from './modelled.ts';

/** What the app did to the world outside, for tests to read with `evaluate`. */
export const rigRecord = {
  opened: [] as string[],
  shownInFolder: [] as string[],
  notified: [] as { title: string; body: string }[],
  clickNotification: (_index: number): boolean => false,
  errorBoxes: [] as { title: string; content: string }[],
};

function unscripted(name: string): () => never {
  return () => {
    throw new Error(`rig: unscripted dialog.${name}; set electron.dialog.${name} in evaluate()`);
  };
}

export const dialog = modelled('dialog', {
  showSaveDialog: unscripted('showSaveDialog'),
  showOpenDialog: unscripted('showOpenDialog'),
  showMessageBox: unscripted('showMessageBox'),
  /** Nobody is there to close it. It is printed as well, for a start that fails before a test can ask. */
  showErrorBox: (title: string, content: string): void => {
    rigRecord.errorBoxes.push({ title, content });
    console.error(`[error box] ${title}\n${content}`);
  },
});

let clipboardText = '';

export const clipboard = modelled('clipboard', {
  writeText: async (text: string): Promise<void> => {
    clipboardText = text;
  },
  readText: async (): Promise<string> => clipboardText,
  clear: (): void => {
    clipboardText = '';
  },
});

export const shell = modelled('shell', {
  openExternal: async (url: string): Promise<void> => {
    rigRecord.opened.push(url);
  },
  showItemInFolder: (path: string): void => {
    rigRecord.shownInFolder.push(path);
  },
});

const isSystemDark = process.env['RIG_COLOR_SCHEME'] === 'dark';
let themeSource = 'system';

export const nativeTheme = modelled(
  'nativeTheme',
  Object.defineProperties(new EventEmitter(), {
    themeSource: {
      get: () => themeSource,
      set: (theme: string) => {
        if (!['system', 'light', 'dark'].includes(theme))
          throw new Error(`Unknown theme: ${theme}`);
        themeSource = theme;
        void host.call('theme.set', { isDark: isDark() });
        nativeTheme.emit('updated');
      },
    },
    shouldUseDarkColors: { get: () => isDark() },
  }),
);

function isDark(): boolean {
  return themeSource === 'dark' || (themeSource === 'system' && isSystemDark);
}

/** Tests send its events with `emit`, as they can in Electron. */
export const powerMonitor = modelled(
  'powerMonitor',
  Object.assign(new EventEmitter(), { getSystemIdleTime: () => 0, isOnBatteryPower: () => false }),
);

const area = { x: 0, y: 0, width: 1920, height: 1080 };
const display = { id: 1, bounds: area, workArea: area, scaleFactor: 1 };

export const screen = modelled('screen', {
  getAllDisplays: () => displays(),
  getPrimaryDisplay: () => displays()[0],
  getDisplayMatching: () => displays()[0],
});

function displays(): (typeof display)[] {
  if (!appState.isReady()) throw new Error('screen cannot be used before the app is ready');
  return [display];
}

export const net = modelled('net', { isOnline: () => true });
