import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { extname, isAbsolute } from 'node:path';
import { app, appState } from './app.ts';
import { throwWhenDestroyed } from './destroyable.ts';
import { host } from './host-link.ts';
import { routeIpc } from './ipc.ts';
import { createEvent } from './modelled.ts';
import { decideRequest } from './requests.ts';
import {
  askForPermission,
  hasPermission,
  partitionNameOf,
  privilegedSchemes,
  session,
  type Session,
} from './session.ts';
import { clipboard } from './system.ts';
import { WebContents, WebFrameMain } from './web-contents.ts';

type Bounds = { x: number; y: number; width: number; height: number };
type Options = Partial<Bounds> & {
  show?: boolean;
  title?: string;
  webPreferences?: {
    preload?: string;
    sandbox?: boolean;
    contextIsolation?: boolean;
    nodeIntegration?: boolean;
    webSecurity?: boolean;
    partition?: string;
    session?: Session;
  };
};

const windows = new Map<number, BrowserWindow>();
let lastWindowId = 0;

export class BrowserWindow extends EventEmitter {
  readonly #id: number;
  readonly #contents: WebContents;
  #bounds: Bounds;
  #title: string;
  #isVisible: boolean;
  #isMinimized = false;
  #isMaximized = false;
  #isFullScreen = false;

  constructor(options: Options = {}) {
    super();
    if (!appState.isReady()) throw new Error('Cannot create BrowserWindow before app is ready');
    const { x = 0, y = 0, width = 800, height = 600, webPreferences = {} } = options;
    const preload = readPreload(webPreferences);
    const { partition = '' } = webPreferences;
    const ofWindow = webPreferences.session ?? session.fromPartition(partition);
    this.#id = ++lastWindowId;
    this.#contents = new WebContents(this.#id, ofWindow, () => this.isDestroyed());
    this.#bounds = { x, y, width, height };
    this.#title = options.title ?? app.getName();
    this.#isVisible = options.show ?? true;
    windows.set(this.#id, this);
    appState.windowOpened(this);
    app.emit('web-contents-created', createEvent({}), this.#contents);
    app.emit('browser-window-created', createEvent({}), this);
    const schemes = [...privilegedSchemes];
    const opened = { windowId: this.#id, width, height, preload, schemes };
    this.#tell(host.call('window.open', { ...opened, partition: partitionNameOf(ofWindow) }));
  }

  static getAllWindows(): BrowserWindow[] {
    return [...windows.values()];
  }

  static fromWebContents(contents: WebContents): BrowserWindow | null {
    return windows.get(contents.id) ?? null;
  }

  static getFocusedWindow(): BrowserWindow | null {
    return [...windows.values()].at(-1) ?? null;
  }

  static fromId(id: number): BrowserWindow | null {
    return windows.get(id) ?? null;
  }

  get id(): number {
    return this.#id;
  }

  get webContents(): WebContents {
    return this.#contents;
  }

  loadURL(url: string): Promise<void> {
    this.#contents.mainFrame.url = url;
    return host.call('window.load', { windowId: this.#id, url });
  }

  close(): void {
    const event = createEvent({});
    this.emit('close', event);
    if (event.defaultPrevented) appState.stayOpen();
    else if (!this.isDestroyed()) this.destroy();
  }

  destroy(): void {
    windows.delete(this.#id);
    host.call('window.destroy', { windowId: this.#id }).catch(() => {});
    this.#contents.emit('destroyed');
    this.emit('closed');
    appState.windowClosed(this);
  }

  isDestroyed(): boolean {
    return !windows.has(this.#id);
  }

  show(): void {
    this.#isVisible = true;
    this.#tellVisibility();
    this.emit('show');
  }

  hide(): void {
    this.#isVisible = false;
    this.#tellVisibility();
    this.emit('hide');
  }

  focus(): void {
    this.emit('focus');
  }

  isVisible(): boolean {
    return this.#isVisible;
  }

  isFocused(): boolean {
    return this.#isVisible && !this.#isMinimized;
  }

  minimize(): void {
    this.#isMinimized = true;
    this.#tellVisibility();
    this.emit('minimize');
  }

  restore(): void {
    this.#isMinimized = false;
    this.#tellVisibility();
    this.emit('restore');
  }

  isMinimized(): boolean {
    return this.#isMinimized;
  }

  maximize(): void {
    this.#isMaximized = true;
    if (!this.#isVisible) this.show();
    this.emit('maximize');
  }

  unmaximize(): void {
    this.#isMaximized = false;
    this.emit('unmaximize');
  }

  isMaximized(): boolean {
    return this.#isMaximized;
  }

  setFullScreen(isFullScreen: boolean): void {
    this.#isFullScreen = isFullScreen;
  }

  isFullScreen(): boolean {
    return this.#isFullScreen;
  }

  getBounds(): Bounds {
    return { ...this.#bounds };
  }

  getNormalBounds(): Bounds {
    return { ...this.#bounds };
  }

  getSize(): number[] {
    return [this.#bounds.width, this.#bounds.height];
  }

  setBounds(bounds: Partial<Bounds>): void {
    this.#bounds = { ...this.#bounds, ...bounds };
    const { width, height } = this.#bounds;
    this.#tell(host.call('window.setBounds', { windowId: this.#id, width, height }));
    this.emit('resize');
    this.emit('move');
  }

  setTitle(title: string): void {
    this.#title = title;
  }

  getTitle(): string {
    return this.#title;
  }

  setBackgroundColor(): void {}

  setProgressBar(): void {}

  flashFrame(): void {}

  #tellVisibility(): void {
    const isHidden = !this.#isVisible || this.#isMinimized;
    this.#tell(host.call('window.setHidden', { windowId: this.#id, isHidden }));
  }

  /** A failing host must be heard of, unless the window is only going away. */
  #tell(call: Promise<void>): void {
    call.catch((error: unknown) => {
      if (!this.isDestroyed()) console.error(error);
    });
  }
}

throwWhenDestroyed(BrowserWindow);

function readPreload(preferences: NonNullable<Options['webPreferences']>): string {
  const { preload, sandbox = true, contextIsolation = true, nodeIntegration = false } = preferences;
  if (!sandbox || !contextIsolation || nodeIntegration || preferences.webSecurity === false) {
    throw new Error('rig: only sandboxed, isolated pages without Node are modelled');
  }
  if (preload === undefined) return '';
  if (!isAbsolute(preload)) throw new Error('preload script must have absolute path');
  if (extname(preload) === '.mjs') throw new Error('rig: a sandboxed preload is CommonJS');
  return readFileSync(preload, 'utf8');
}

function contentsOf(windowId: number): WebContents {
  const window = windows.get(windowId);
  if (window === undefined) throw new Error(`rig: window ${windowId} is gone`);
  return window.webContents;
}

routeIpc(({ windowId, frameUrl, isMainFrame }) => {
  const contents = contentsOf(windowId);
  if (isMainFrame) {
    contents.mainFrame.url = frameUrl;
    return { contents, frame: contents.mainFrame };
  }
  return { contents, frame: Object.assign(new WebFrameMain(), { url: frameUrl }) };
});

host.answer({
  'net.request': (request) => {
    const contents = contentsOf(request.windowId);
    return decideRequest(request, contents.session, (event) => {
      if (request.isMainFrame) contents.emit('will-navigate', event);
      contents.emit('will-frame-navigate', event);
    });
  },
  'permission.request': ({ windowId, permission, url }) => {
    const contents = contentsOf(windowId);
    const details = { requestingUrl: url, isMainFrame: true };
    return askForPermission(contents.session, contents, permission, details);
  },
  'permission.check': ({ windowId, permission, url }) => {
    const contents = contentsOf(windowId);
    const origin = `${contents.mainFrame.origin}/`;
    const details = { requestingUrl: url, isMainFrame: true, origin };
    return hasPermission(contents.session, contents, permission, details);
  },
  'clipboard.read': () => clipboard.readText(),
  'clipboard.write': ({ text }) => clipboard.writeText(text),
  'window.popup': ({ windowId, url }) => contentsOf(windowId).openPopup(url),
  'window.loaded': ({ windowId, url }) => {
    const contents = contentsOf(windowId);
    contents.mainFrame.url = url;
    contents.emit('dom-ready', createEvent({}));
    contents.emit('did-finish-load', createEvent({}));
    windows.get(windowId)?.emit('ready-to-show', createEvent({}));
  },
  'window.crashed': ({ windowId }) => {
    const details = { reason: 'crashed', exitCode: 1 };
    const contents = contentsOf(windowId);
    contents.emit('render-process-gone', createEvent({}), details);
    app.emit('render-process-gone', createEvent({}), contents, details);
  },
  // The page is gone already: its window was closed by hand.
  'window.gone': ({ windowId }) => {
    const window = windows.get(windowId);
    window?.emit('close', createEvent({}));
    if (window?.isDestroyed() === false) window.destroy();
  },
});
