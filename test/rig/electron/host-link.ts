import { createLink } from '../link.ts';
import type { HostCalls, MainCalls } from '../messages.ts';

if (process.send === undefined) throw new Error('rig: the main process must be started by the rig');

/** The main process's end of the channel to the host that owns Chromium. */
export const host = createLink<MainCalls, HostCalls>({
  send: (message) => void process.send?.(message),
  onMessage: (listener) => void process.on('message', listener),
});

// Without its host the app has no windows left and nobody to close it.
process.on('disconnect', () => process.exit(1));
