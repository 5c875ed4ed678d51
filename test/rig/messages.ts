/** What main asks of the host that owns Chromium. */
export type HostCalls = {
  /** The module `electron` is loaded; `evaluate` works from here on. */
  started: () => void;
  /** Chromium starts early, beside the app's own loading; its profile lies in the session's folder. */
  'browser.start': (options: { sessionData: string }) => void;
  'window.open': (options: WindowOptions) => void;
  'window.load': (options: { windowId: number; url: string }) => void;
  'window.send': (options: { windowId: number; channel: string; args: unknown[] }) => void;
  'window.setBounds': (options: { windowId: number; width: number; height: number }) => void;
  'window.setHidden': (options: { windowId: number; isHidden: boolean }) => void;
  'window.reload': (options: { windowId: number }) => void;
  'window.crash': (options: { windowId: number }) => void;
  'window.destroy': (options: { windowId: number }) => void;
  'theme.set': (options: { isDark: boolean }) => void;
};

export type WindowOptions = {
  windowId: number;
  width: number;
  height: number;
  /** Source of the CommonJS preload, run in the isolated world. */
  preload: string;
  /** Schemes the app registered, which stand for https://<host>.<scheme>.localhost in plain Chromium. */
  schemes: string[];
  /** '' is the default session. */
  partition: string;
};

/** What the host tells main, or asks of it. */
export type MainCalls = {
  'ipc.invoke': (call: IpcCall) => unknown;
  'ipc.send': (call: IpcCall) => void;
  /** Every request of every page: main's webRequest and protocol handlers decide. */
  'net.request': (request: NetRequest) => NetDecision;
  'permission.request': (question: PermissionQuestion) => boolean;
  'permission.check': (question: PermissionQuestion) => boolean;
  'clipboard.read': () => string;
  'clipboard.write': (options: { text: string }) => void;
  'window.popup': (options: { windowId: number; url: string }) => void;
  'window.loaded': (options: { windowId: number; url: string }) => void;
  'window.crashed': (options: { windowId: number }) => void;
  'window.gone': (options: { windowId: number }) => void;
  evaluate: (options: { source: string; arg: unknown }) => unknown;
};

export type IpcCall = {
  windowId: number;
  frameUrl: string;
  isMainFrame: boolean;
  channel: string;
  args: unknown[];
};

export type PermissionQuestion = { windowId: number; permission: string; url: string };

export type NetRequest = {
  windowId: number;
  url: string;
  method: string;
  headers: Record<string, string>;
  resourceType: string;
  isMainFrame: boolean;
  /** A page or its script started this navigation; `loadURL` did not. */
  isPageNavigation: boolean;
};

export type NetDecision =
  | { action: 'continue' }
  | { action: 'abort' }
  | { action: 'answer'; status: number; headers: Record<string, string>; body: Uint8Array };

/** `app://bundle/x` cannot be navigated to in plain Chromium; `https://bundle.app.localhost/x` can. */
export function toPageUrl(url: string, schemes: readonly string[]): string {
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/i.exec(url);
  if (match === null) return url;
  const [, scheme = '', host = '', rest = ''] = match;
  return schemes.includes(scheme) ? `https://${host}.${scheme}.localhost${rest}` : url;
}

export function toAppUrl(url: string, schemes: readonly string[]): string {
  const match = /^https:\/\/([^/?#]+)\.([a-z0-9+-]+)\.localhost(.*)$/.exec(url);
  if (match === null) return url;
  const [, host = '', scheme = '', rest = ''] = match;
  return schemes.includes(scheme) ? `${scheme}://${host}${rest}` : url;
}
