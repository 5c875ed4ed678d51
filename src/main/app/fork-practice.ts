import { join } from 'node:path';
import { utilityProcess, type UtilityProcess } from 'electron';

/**
 * `fork` for createPracticeServer. The built entry lies beside the main bundle. Only after `ready`. The server
 * reads nothing from the environment, so it gets none of it.
 */
export function forkPractice(): UtilityProcess {
  return utilityProcess.fork(join(import.meta.dirname, 'sandbox-process.cjs'), [], {
    env: {},
    serviceName: 'Bitpro Desk Practice',
    stdio: 'ignore',
  });
}
