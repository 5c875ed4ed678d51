import { join } from 'node:path';
import { utilityProcess } from 'electron';
import type { KeychainProcess } from './keychain.ts';

/** What libsecret, the macOS keychain and Windows' credential store need of the environment; nothing else goes in. */
const passedOn = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'LANG',
  'LC_ALL',
  'TMPDIR',
  'DBUS_SESSION_BUS_ADDRESS',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'XAUTHORITY',
  'XDG_CURRENT_DESKTOP',
  'XDG_DATA_HOME',
  'XDG_RUNTIME_DIR',
  'APPDATA',
  'LOCALAPPDATA',
  'SystemRoot',
  'TEMP',
  'USERPROFILE',
] as const;

/** `fork` for createKeychain. The built entry lies beside the main bundle. Only after `ready`. */
export function forkKeychain(): KeychainProcess {
  // Never empty: an empty list would pass all of the environment on.
  const env: Record<string, string> = { BITPRO_DESK: 'keychain' };
  for (const name of passedOn) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return utilityProcess.fork(join(import.meta.dirname, 'keychain-process.cjs'), [], {
    env,
    serviceName: 'Bitpro Desk Keychain',
    stdio: 'ignore',
  });
}
