import { join } from 'node:path';
import { utilityProcess } from 'electron';
import type { PracticeProcess } from '../profiles/practice-server.ts';

/**
 * `fork` for createPracticeServer. The built entry lies beside the main bundle. Only after `ready`. The server
 * reads nothing from the environment, so it gets none of it.
 */
export function forkPractice(): PracticeProcess {
  return utilityProcess.fork(join(import.meta.dirname, 'sandbox-process.js'), [], {
    env: {},
    serviceName: 'Bitpro Desk Practice',
    stdio: 'ignore',
  });
}
