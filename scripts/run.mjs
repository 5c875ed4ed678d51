import { spawn } from 'node:child_process';
import { root } from './paths.mjs';

const ORPHAN_CHECK_MS = 500;

/**
 * Runs a program to its end in the foreground and passes on the signals this process gets, so that ending
 * `npm start` or `npm run sandbox` by signal leaves nothing running.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<number>} exit code
 */
export function runToEnd(command, args, env = process.env) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', env });
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
      process.on(signal, () => child.kill(signal));
    }
    // npm tells its shell of a signal, and the shell tells nobody: then this process is an orphan.
    const parent = process.ppid;
    const watch = setInterval(() => {
      if (process.ppid !== parent) child.kill('SIGTERM');
    }, ORPHAN_CHECK_MS);
    child.on('error', (error) => {
      console.error(`${command}: ${error.message}`);
      resolve(1);
    });
    child.on('close', (code) => {
      clearInterval(watch);
      resolve(code ?? 1);
    });
  });
}
