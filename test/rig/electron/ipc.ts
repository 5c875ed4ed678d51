import { host } from './host-link.ts';
import type { IpcCall } from '../messages.ts';

type Handler = (event: object, ...args: unknown[]) => unknown;

/** `ipcMain`, `webContents.ipc` and `frame.ipc` are all one of these. */
export class IpcRegistry {
  readonly handlers = new Map<string, Handler>();
  readonly listeners = new Map<string, Handler[]>();

  handle(channel: string, handler: Handler): void {
    if (this.handlers.has(channel)) {
      throw new Error(`Attempted to register a second handler for '${channel}'`);
    }
    this.handlers.set(channel, handler);
  }

  removeHandler(channel: string): void {
    this.handlers.delete(channel);
  }

  on(channel: string, listener: Handler): this {
    this.listeners.set(channel, [...(this.listeners.get(channel) ?? []), listener]);
    return this;
  }
}

export const ipcMain = new IpcRegistry();

export type IpcTarget = {
  frame: { ipc: IpcRegistry };
  contents: { ipc: IpcRegistry };
};

/** Who receives a call of a window; windows.ts answers, since it knows the windows. */
export function routeIpc(targetOf: (call: IpcCall) => IpcTarget): void {
  const registriesOf = ({ frame, contents }: IpcTarget) => [frame.ipc, contents.ipc, ipcMain];
  const eventOf = (call: IpcCall, { frame, contents }: IpcTarget) => ({
    sender: contents,
    senderFrame: frame,
    frameId: call.isMainFrame ? 1 : 2,
    processId: 1,
    type: 'frame',
  });

  host.answer({
    'ipc.invoke': async (call) => {
      const target = targetOf(call);
      const owner = registriesOf(target).find(({ handlers }) => handlers.has(call.channel));
      const handler = owner?.handlers.get(call.channel);
      if (handler === undefined) throw new Error(`No handler registered for '${call.channel}'`);
      return copyOf(await handler(eventOf(call, target), ...call.args));
    },
    'ipc.send': (call) => {
      const target = targetOf(call);
      for (const { listeners } of registriesOf(target)) {
        for (const listener of listeners.get(call.channel) ?? []) {
          listener(eventOf(call, target), ...call.args);
        }
      }
    },
  });
}

/** As Electron copies an answer: what cannot be cloned is refused, and a Buffer becomes a Uint8Array. */
function copyOf(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    throw new Error('An object could not be cloned.');
  }
}
