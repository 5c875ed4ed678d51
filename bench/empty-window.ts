import { app, BrowserWindow, protocol, session } from 'electron';
import { APP_PAGE, APP_PRIVILEGES, APP_SCHEME } from '../src/main/app/app-protocol.ts';
import { guardContents, guardSession } from '../src/main/app/session-guards.ts';

/** The least that shows a page: what a start costs before the app's own code begins. */
protocol.registerSchemesAsPrivileged([APP_PRIVILEGES]);

void app.whenReady().then(() => {
  guardSession(session.defaultSession, undefined);
  const headers = { 'Content-Type': 'text/html' };
  protocol.handle(APP_SCHEME, () => new Response('<!doctype html><p>Empty</p>', { headers }));
  const window = new BrowserWindow({ width: 1280, height: 800, show: false });
  guardContents(window.webContents);
  window.once('ready-to-show', () => window.show());
  void window.loadURL(APP_PAGE);
});
