import type { WebContents } from 'electron';
import { EVENT_CHANNEL } from '#shared/ipc/bridge.ts';
import type { EventName, Events } from '#shared/ipc/events.ts';

export type Emit = <Name extends EventName>(name: Name, payload: Events[Name]) => void;

/** Tells the window something unasked. Says nothing when there is no window to tell. */
export function createEmit(currentContents: () => WebContents | undefined): Emit {
  return (name, payload) => {
    const contents = currentContents();
    if (contents === undefined || contents.isDestroyed()) return;
    contents.send(EVENT_CHANNEL, { name, payload });
  };
}
