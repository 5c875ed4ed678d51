import { startApp } from './app.ts';
import { host } from './host-link.ts';

/** The module `electron` as the app sees it on the rig. A name that is missing here fails at link time. */
export { app } from './app.ts';
export { ipcMain } from './ipc.ts';
export { Menu } from './menu.ts';
export { protocol, session } from './session.ts';
export {
  clipboard,
  dialog,
  nativeTheme,
  net,
  Notification,
  powerMonitor,
  rigRecord,
  screen,
  shell,
} from './system.ts';
export { utilityProcess } from './utility-process.ts';
export { BrowserWindow, WebContents } from './windows.ts';

host.answer({
  evaluate: async ({ source, arg }) => {
    // oxlint-disable-next-line no-eval -- Tests run functions in this process, as Playwright does in Electron.
    const run = (0, eval)(`(${source})`) as (electron: object, arg: unknown) => unknown;
    return run(await import('electron'), arg);
  },
});
void host.call('started');
startApp();
