import { dialog } from './system.ts';

/**
 * An exception nobody catches shows a box, and the app goes on, unless it listens for it itself (lib/browser/init.ts).
 * A rejection nobody handles is a warning: `startMainProcess` gives Node the switch for that.
 */
export function showUncaughtExceptions(): void {
  process.on('uncaughtException', (error) => {
    if (process.listenerCount('uncaughtException') > 1) return;
    const message = `Uncaught Exception:\n${error.stack ?? String(error)}`;
    dialog.showErrorBox('A JavaScript error occurred in the main process', message);
  });
}
