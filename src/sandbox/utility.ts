import { startSandbox, type Sandbox } from './server.ts';
import type { UtilityReply, UtilityRequest } from './utility-messages.ts';

/** Entry of Electron's utility process for the Practice profile. */

/** The part of Electron's `process.parentPort` that is used; Electron itself is not imported. */
interface ParentPort {
  on(event: 'message', listener: (event: { data: UtilityRequest }) => void): void;
  postMessage(reply: UtilityReply): void;
}

function parentPort(): ParentPort {
  const port: unknown = Reflect.get(process, 'parentPort');
  if (typeof port !== 'object' || port === null) {
    throw new Error('to be run as a utility process of Electron');
  }
  return port as ParentPort; // the IPC seam: Electron gives no more than this shape
}

const port = parentPort();
let running: Promise<Sandbox> | undefined;

async function start(options: Extract<UtilityRequest, { type: 'start' }>['options']) {
  try {
    running ??= startSandbox(options);
    const { url } = await running;
    port.postMessage({ type: 'listening', url });
  } catch (error) {
    running = undefined;
    const message = error instanceof Error ? error.message : String(error);
    port.postMessage({ type: 'failed', message });
  }
}

async function stop() {
  const sandbox = await running?.catch(() => undefined);
  running = undefined;
  await sandbox?.close();
  port.postMessage({ type: 'stopped' });
}

port.on('message', ({ data }) => {
  void (data.type === 'start' ? start(data.options) : stop());
});
