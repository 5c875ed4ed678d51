import { app, dialog, type BrowserWindow } from 'electron';
import type { Log } from './log.ts';

/** Ends of processes that are no failure: they ended by themselves, or main ended them. */
const EXPECTED_ENDS = ['clean-exit', 'killed'];

/**
 * What nobody caught. A rejection is logged, and so is what Node or main itself warns of. After an exception nothing is
 * certain any more: it is logged, what is under way is finished or abandoned, and the app ends with words.
 */
export function watchProcess(log: Log, leave: () => Promise<void>): void {
  let isLeaving = false;
  process.on('unhandledRejection', (reason) => {
    console.error('Unhandled rejection:', reason);
    log('unhandled rejection', reason);
  });
  process.on('uncaughtException', (error) => {
    console.error('Uncaught exception:', error);
    log('uncaught exception', error);
    if (isLeaving) return;
    isLeaving = true;
    void leave();
  });
  process.on('warning', (warning) => log('warning', warning));
  app.on('child-process-gone', (_event, details) => {
    if (!EXPECTED_ENDS.includes(details.reason)) log('child process gone', details);
  });
}

/** Told after an uncaught exception, when everything else has ended. */
export function tellOfCrash(logPath: string): void {
  dialog.showErrorBox(
    'Bitpro Desk had to close',
    `Something unexpected went wrong in the app, and it closed so that nothing goes on half done. All that was recorded is kept; a payment that was being sent shows as not known until the history settles it. Start the app again.\n\nDetails are in ${logPath}.`,
  );
}

/** A page whose process ended is loaded anew once; after that, and when it hangs, a person is asked. */
export function watchPage(window: BrowserWindow, log: Log): void {
  const contents = window.webContents;
  let hasReloaded = false;
  let isAsking = false;

  contents.on('render-process-gone', (_event, details) => {
    if (details.reason === 'clean-exit') return;
    log('page gone', details);
    if (hasReloaded) return void ask('The window stopped again.', 'Close the app');
    hasReloaded = true;
    // Not while Electron is still clearing away the process that ended.
    setImmediate(() => {
      if (!window.isDestroyed()) contents.reload();
    });
  });
  window.on('unresponsive', () => {
    log('page does not answer', contents.getURL());
    void ask('The window does not answer.', 'Wait');
  });
  window.on('responsive', () => log('page answers again', contents.getURL()));

  async function ask(message: string, other: 'Wait' | 'Close the app'): Promise<void> {
    if (isAsking) return;
    isAsking = true;
    try {
      const { response } = await dialog.showMessageBox(window, {
        type: 'error',
        title: app.getName(),
        message,
        detail:
          'All that was recorded is kept, and a payment that was sent is not sent again. What was typed and not saved is lost when the window is loaded again.',
        buttons: ['Load it again', other],
        defaultId: 0,
        cancelId: 1,
      });
      if (window.isDestroyed()) return;
      if (response === 1) return other === 'Wait' ? undefined : app.quit();
      // A page that hangs does not load anew by itself; its end, told above, does that once more.
      hasReloaded = false;
      if (contents.isCrashed()) contents.reload();
      else contents.forcefullyCrashRenderer();
    } catch (error) {
      log('page dialog', error);
    } finally {
      isAsking = false;
    }
  }
}
