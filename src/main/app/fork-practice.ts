import { join } from 'node:path';
import { utilityProcess, type UtilityProcess } from 'electron';

/**
 * `fork` for createPracticeServer. The built entry lies beside the main bundle. Only after `ready`. The server
 * reads nothing of the environment. An empty list would pass all of it on, so it gets one name of no meaning.
 */
export function forkPractice(): UtilityProcess {
  return utilityProcess.fork(join(import.meta.dirname, 'sandbox-process.cjs'), [], {
    env: { BITPRO_DESK: 'practice' },
    serviceName: 'Bitpro Desk Practice',
    stdio: 'ignore',
  });
}
