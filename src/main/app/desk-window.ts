import type { BrowserWindow } from 'electron';
import { focusWindow } from './window.ts';

export type DeskWindow = {
  /** Undefined while none is open: on macOS the app goes on without one. */
  current: () => BrowserWindow | undefined;
  /** Brings the window to the front, or opens it at a place of the page. */
  show: (place?: string) => void;
};

/** The app's one window. A destroyed one throws at every use, so it is let go of as it closes. */
export function createDeskWindow(open: (place: string) => BrowserWindow): DeskWindow {
  let window: BrowserWindow | undefined;
  return {
    current: () => window,
    show(place = '/') {
      if (window !== undefined) return focusWindow(window);
      const opened = open(place);
      window = opened;
      opened.on('closed', () => {
        if (window === opened) window = undefined;
      });
    },
  };
}
