import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron';
import { EVENT_CHANNEL, INVOKE_CHANNEL, type Bridge } from '#shared/ipc/bridge.ts';

const bridge: Bridge = {
  invoke: (name, input) => ipcRenderer.invoke(INVOKE_CHANNEL, name, input),
  on: (listener) => {
    // The raw event would hand the page ipcRenderer itself, so only the payload passes.
    const forward = (_event: IpcRendererEvent, sent: Parameters<typeof listener>[0]): void =>
      listener(sent);
    ipcRenderer.on(EVENT_CHANNEL, forward);
    return () => void ipcRenderer.off(EVENT_CHANNEL, forward);
  },
};

contextBridge.exposeInMainWorld('bitpro', bridge);
