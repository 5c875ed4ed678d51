import { join } from 'node:path';
import { protocol, session } from 'electron';
import { serveBundle } from './app/app-protocol.ts';
import { manageLifecycle } from './app/lifecycle.ts';
import { installMenu } from './app/menu.ts';
import { guardSession } from './app/session-guards.ts';
import { devServerUrl, focusWindow, openMainWindow } from './app/window.ts';

/** Composition root: the only place that wires things together. Called once, after `ready`. */
export function startDesk(): void {
  const devServer = devServerUrl();
  guardSession(session.defaultSession, devServer);
  serveBundle(protocol, join(import.meta.dirname, '../renderer'));
  const open = () =>
    openMainWindow({
      preloadPath: join(import.meta.dirname, '../preload/index.cjs'),
      devServerUrl: devServer,
    });
  let window = open();
  installMenu((command) => console.info('menu', command));
  manageLifecycle({
    onSecondInstance: () => focusWindow(window),
    onActivate: () => {
      if (window.isDestroyed()) window = open();
    },
    cleanUp: async () => {},
  });
}
