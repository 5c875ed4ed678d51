import { join } from 'node:path';

/**
 * Where everything of the app lies. On Windows that is the local folder: the roaming one, Electron's default, is
 * copied to every machine of the domain that the account signs in to, and two machines would send from one copy of
 * the records. A start from a checkout keeps apart from the installed app: data, lock and keychain items, which
 * carry the folder's own id.
 */
export function dataFolder(of: {
  platform: NodeJS.Platform;
  name: string;
  isPackaged: boolean;
  /** Electron's `appData`. */
  appData: string;
  /** Of the environment, on Windows. */
  localAppData: string | undefined;
}): string {
  const parent = of.platform === 'win32' ? (of.localAppData ?? of.appData) : of.appData;
  return join(parent, of.isPackaged ? of.name : `${of.name} (development)`);
}
