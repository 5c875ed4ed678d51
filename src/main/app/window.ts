import { join } from 'node:path';
import { app, BrowserWindow, nativeTheme, screen } from 'electron';
import { APP_PAGE } from './app-protocol.ts';
import { guardContents } from './session-guards.ts';
import { keepWindowState, readWindowState } from './window-state.ts';

const DEFAULT_SIZE = { width: 1280, height: 800 };
const MIN_SIZE = { minWidth: 1024, minHeight: 700 };
/** The ground colours of the stylesheet, painted before the page is, so that nothing flashes (look.md, 7). */
const GROUND = { light: '#fbfbfc', dark: '#0e0f12' };

type MainWindowOptions = {
  preloadPath: string;
  /** Set only by the dev server; a packaged app never has one. */
  devServerUrl: string | undefined;
  /** Where the page begins, as `/history`. */
  place: string;
};

/** Opens the one window; it shows itself when its first frame is painted. */
export function openMainWindow({
  preloadPath,
  devServerUrl,
  place,
}: MainWindowOptions): BrowserWindow {
  const stateFile = join(app.getPath('userData'), 'window-state.json');
  const workAreas = screen.getAllDisplays().map((display) => display.workArea);
  const state = readWindowState(stateFile, workAreas);
  const window = new BrowserWindow({
    ...DEFAULT_SIZE,
    ...state?.bounds,
    ...MIN_SIZE,
    show: false,
    title: app.getName(),
    backgroundColor: groundColor(),
    webPreferences: {
      preload: preloadPath,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      // Windows and Linux would fetch dictionaries from a third party.
      spellcheck: false,
      devTools: import.meta.env.DEV && !app.isPackaged,
    },
  });
  guardContents(window.webContents);
  keepWindowState(window, stateFile);
  followTheme(window);
  // To maximise shows a hidden window: done before its first frame is painted, it would flash.
  window.once('ready-to-show', () =>
    state?.isMaximized === true ? window.maximize() : window.show(),
  );
  void window.loadURL(`${devServerUrl ?? APP_PAGE}${place === '/' ? '' : `#${place}`}`);
  return window;
}

/** Brings the window to the front, as a second start or a notification does. */
export function focusWindow(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

/** The dev server's address, in development builds only: a production build drops the branch. */
export function devServerUrl(): string | undefined {
  if (!import.meta.env.DEV || app.isPackaged) return undefined;
  return process.env['ELECTRON_RENDERER_URL'];
}

function groundColor(): string {
  return nativeTheme.shouldUseDarkColors ? GROUND.dark : GROUND.light;
}

/** Keeps the colour behind the page with the theme. */
function followTheme(window: BrowserWindow): void {
  const follow = (): void => window.setBackgroundColor(groundColor());
  nativeTheme.on('updated', follow);
  window.on('closed', () => nativeTheme.off('updated', follow));
}
