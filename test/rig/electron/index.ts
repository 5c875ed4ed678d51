import { startApp } from './app.ts';
import { host } from './host-link.ts';
import { showUncaughtExceptions } from './main-errors.ts';

/**
 * The module `electron` as the app sees it on the rig. A name that is missing here fails at link time. What each
 * member follows of Electron's documentation, and the try that shows it, is in ../reference.ts.
 */
export { app } from './app.ts';
export { ipcMain } from './ipc.ts';
export { Menu } from './menu.ts';
export { protocol, session } from './session.ts';
export {
  clipboard,
  dialog,
  nativeTheme,
  net,
  powerMonitor,
  rigRecord,
  screen,
  shell,
} from './system.ts';
export { Notification } from './notification.ts';
export { utilityProcess } from './utility-process.ts';
export { BrowserWindow } from './windows.ts';
export { WebContents } from './web-contents.ts';

showUncaughtExceptions();
host.answer({
  evaluate: async ({ source, arg }) => {
    // oxlint-disable-next-line no-eval -- Tests run functions in this process, as Playwright does in Electron.
    const run = (0, eval)(`(${source})`) as (electron: object, arg: unknown) => unknown;
    return run(await import('electron'), arg);
  },
});
void host.call('started');
startApp();
