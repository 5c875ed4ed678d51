import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toolsEnv } from './paths.mjs';
import { runToEnd } from './run.mjs';

const unlock =
  'printf throwaway | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; exec "$@"';

/**
 * Runs a program with an unlocked, empty keyring of its own, which is gone afterwards. For tests and the tour
 * only: nothing here ever touches the keyring of the person at the machine. Elsewhere than on Linux the
 * system's keychain is used as it is.
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<number>} exit code
 */
export async function runWithThrowawayKeyring(command, args) {
  if (process.platform !== 'linux') return await runToEnd(command, args, toolsEnv);
  const folder = mkdtempSync(join(tmpdir(), 'keyring-'));
  try {
    // Electron's window needs the display all the same: launch.ts gives it back.
    const display = process.env['DISPLAY'] ?? '';
    const env = {
      ...toolsEnv,
      XDG_DATA_HOME: folder,
      XDG_RUNTIME_DIR: folder,
      E2E_DISPLAY: display,
    };
    // With a display, a locked keyring would ask a question that nobody answers.
    Reflect.deleteProperty(env, 'DISPLAY');
    Reflect.deleteProperty(env, 'WAYLAND_DISPLAY');
    const session = ['--', 'bash', '-c', unlock, 'bash', command, ...args];
    return await runToEnd('dbus-run-session', session, env);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
