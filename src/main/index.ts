import { isPrimaryInstance } from './app/boot-order.ts';
import { join } from 'node:path';
import { app } from 'electron';
import { createLog } from './app/log.ts';
import { failToStart } from './app/start-failure.ts';

// A second instance should load nothing more.
if (isPrimaryInstance) void start();

/** Awaiting `ready` at the top level would deadlock. */
async function start(): Promise<void> {
  const logPath = join(app.getPath('userData'), 'logs', 'main.log');
  const log = createLog(logPath, Date.now);
  try {
    await app.whenReady();
    const { startDesk } = await import('./desk.ts');
    startDesk(log, logPath);
  } catch (error) {
    log('start', error);
    failToStart(error, logPath);
  }
}
