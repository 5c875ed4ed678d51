import type { Session, WebContents } from 'electron';
import { APP_HOST, APP_SCHEME } from './app-protocol.ts';

/**
 * Electron grants every permission and lets a page load anything unless told otherwise. The page needs no
 * permission at all (main does the copying) and nothing but its own files; the API is spoken to by main.
 */
export function guardSession(session: Session, devServerUrl: string | undefined): void {
  session.setPermissionRequestHandler((_contents, _permission, callback) => callback(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest({ urls: ['<all_urls>'] }, ({ url }, callback) => {
    callback({ cancel: !mayLoad(url, devServerUrl) });
  });
}

/**
 * The page never leaves: no navigation, no window, no webview. Routes are in the hash, which is no navigation,
 * and to load itself again is allowed, as the dev server has it do.
 */
export function guardContents(contents: WebContents): void {
  const stay = (event: { url: string; preventDefault: () => void }): void => {
    if (withoutHash(event.url) !== withoutHash(contents.getURL())) event.preventDefault();
  };
  contents.on('will-navigate', stay);
  contents.on('will-frame-navigate', stay);
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

function withoutHash(url: string): string {
  return url.split('#', 1)[0] ?? '';
}

/** Protocol and host are compared, not `URL.origin`, which is 'null' for app:. Exported for tests. */
export function mayLoad(url: string, devServerUrl: string | undefined): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, host } = new URL(url);
  if (protocol === `${APP_SCHEME}:` && host === APP_HOST) return true;
  if (protocol === 'devtools:') return devServerUrl !== undefined;
  if (devServerUrl === undefined) return false;
  return host === new URL(devServerUrl).host && ['http:', 'ws:'].includes(protocol);
}
