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
  home: string;
}): string {
  // A service or a bare shell may lack the variable; the roaming folder is no stand-in for it.
  const local = of.localAppData || join(of.home, 'AppData', 'Local');
  const parent = of.platform === 'win32' ? local : of.appData;
  return join(parent, of.isPackaged ? of.name : `${of.name} (development)`);
}
