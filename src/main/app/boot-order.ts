import { accessSync, constants, mkdirSync } from 'node:fs';
import { app, protocol } from 'electron';
import { AppError } from '#shared/errors.ts';
import { APP_PRIVILEGES } from './app-protocol.ts';
import { dataFolder } from './data-folder.ts';
import { refusedSwitches } from './refused-switches.ts';
import { failToStart } from './start-failure.ts';

/**
 * What Electron wants done synchronously and before `ready`, in the order it wants it. The entry imports this
 * file first, because static imports run before the entry's own body. `--user-data-dir` is a switch of
 * Electron's own; the lock below is keyed to that directory.
 */
const APP_ID = 'io.bitpro.desk';

export const isPrimaryInstance = prepare();

function prepare(): boolean {
  try {
    refuseSwitches();
    chooseDataFolder();
  } catch (error) {
    failToStart(error);
    return false;
  }
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return false;
  }
  app.enableSandbox();
  protocol.registerSchemesAsPrivileged([APP_PRIVILEGES]);
  // Windows shows no notification unless this equals the shortcut's id (electron-builder's appId).
  app.setAppUserModelId(APP_ID);
  return true;
}

/** A checkout may allow them, for Playwright, which drives Electron by two of them; a package never. */
function refuseSwitches(): void {
  if (!app.isPackaged && process.env['BITPRO_DESK_ALLOW_SWITCHES'] === '1') return;
  const refused = refusedSwitches(process.argv.slice(1), process.platform);
  // Electron adds this one itself for ELECTRON_DISABLE_SANDBOX.
  if (app.commandLine.hasSwitch('no-sandbox') && !refused.includes('--no-sandbox')) {
    refused.push('--no-sandbox (from the environment)');
  }
  if (refused.length === 0) return;
  throw new AppError(
    'forbidden',
    `It was started with ${refused.join(', ')}, which opens the window to other programs. Start it without; if nobody here added that, have this computer looked at.`,
  );
}

function chooseDataFolder(): void {
  if (!app.commandLine.hasSwitch('user-data-dir')) {
    const folder = dataFolder({
      platform: process.platform,
      name: app.getName(),
      isPackaged: app.isPackaged,
      appData: app.getPath('appData'),
      localAppData: process.env['LOCALAPPDATA'],
      home: app.getPath('home'),
    });
    makeFolder(folder);
    app.setPath('userData', folder);
  } else makeFolder(app.commandLine.getSwitchValue('user-data-dir'));
}

/** Electron takes a folder that it cannot write for a second start, and ends without a word. */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError(
      'storage_failed',
      `Its folder ${folder} cannot be written (${reason}). Give this account the right to write it, and start again.`,
      { cause },
    );
  }
}
