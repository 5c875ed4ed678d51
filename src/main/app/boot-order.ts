import { app, protocol } from 'electron';
import { APP_PRIVILEGES } from './app-protocol.ts';

/**
 * What Electron wants done synchronously and before `ready`, in the order it wants it. The entry imports this
 * file first, because static imports run before the entry's own body. `--user-data-dir` is a switch of
 * Electron's own and needs nothing here; the lock below is keyed to that directory.
 */
const APP_ID = 'io.bitpro.desk';

export const isPrimaryInstance = app.requestSingleInstanceLock();

if (isPrimaryInstance) {
  app.enableSandbox();
  protocol.registerSchemesAsPrivileged([APP_PRIVILEGES]);
  // Windows shows no notification unless this equals the shortcut's id (electron-builder's appId).
  app.setAppUserModelId(APP_ID);
} else {
  app.quit();
}
