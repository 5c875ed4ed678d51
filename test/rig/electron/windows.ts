import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { extname, isAbsolute } from 'node:path';
import { app, appState } from './app.ts';
import { host } from './host-link.ts';
import { IpcRegistry, routeIpc } from './ipc.ts';
import { createEvent } from './modelled.ts';
import { assertGuarded, decideRequests, privilegedSchemes, session } from './session.ts';

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
  };
};

const windows = new Map<number, BrowserWindow>();
let lastWindowId = 0;

class WebFrameMain {
  readonly ipc = new IpcRegistry();
  url = '';

  /** The origin of a custom scheme is scheme://host, which Node's URL does not say. */
  get origin(): string {
    const { protocol, host: urlHost } = new URL(this.url);
    return `${protocol}//${urlHost}`;
  }
}

export class WebContents extends EventEmitter {
  readonly id: number;
  readonly ipc = new IpcRegistry();
  readonly session = session.defaultSession;
  readonly mainFrame = new WebFrameMain();
  #decidePopup: ((details: { url: string }) => { action: string }) | undefined;

  constructor(id: number) {
    super();
    this.id = id;
  }

  getURL(): string {
    return this.mainFrame.url;
  }

  isDestroyed(): boolean {
    return !windows.has(this.id);
  }

  send(channel: string, ...args: unknown[]): void {
    if (this.isDestroyed()) throw new TypeError('Object has been destroyed');
    // Throws here, as in Electron, when something in it cannot be cloned.
    const message = { windowId: this.id, channel, args: structuredClone(args) };
    host.call('window.send', message).catch(() => {});
  }

  setWindowOpenHandler(decide: (details: { url: string }) => { action: string }): void {
    this.#decidePopup = decide;
  }

  /** The host closes every popup; one that the app allows is more than the rig can show. */
  openPopup(url: string): void {
    const decision = this.#decidePopup?.({ url });
    if (decision?.action !== 'deny') throw new Error('rig: only denied popups are modelled');
  }
}

export class BrowserWindow extends EventEmitter {
  readonly id: number;
  readonly webContents: WebContents;
  #bounds: Bounds;
  #title: string;
  #isVisible: boolean;
  #isMinimized = false;
  #isMaximized = false;
  #isFullScreen = false;

  constructor(options: Options = {}) {
    super();
    if (!appState.isReady()) throw new Error('Cannot create BrowserWindow before app is ready');
    assertGuarded();
    const { x = 0, y = 0, width = 800, height = 600 } = options;
    this.id = ++lastWindowId;
    this.webContents = new WebContents(this.id);
    this.#bounds = { x, y, width, height };
    this.#title = options.title ?? app.getName();
    this.#isVisible = options.show ?? true;
    windows.set(this.id, this);
    appState.windowOpened(this);
    app.emit('web-contents-created', createEvent({}), this.webContents);
    app.emit('browser-window-created', createEvent({}), this);
    const preload = readPreload(options.webPreferences ?? {});
    const schemes = [...privilegedSchemes];
    this.#tell(host.call('window.open', { windowId: this.id, width, height, preload, schemes }));
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

  loadURL(url: string): Promise<void> {
    this.webContents.mainFrame.url = url;
    return host.call('window.load', { windowId: this.id, url });
  }

  close(): void {
    const event = createEvent({});
    this.emit('close', event);
    if (event.defaultPrevented) appState.stayOpen();
    else this.destroy();
  }

  destroy(): void {
    if (this.isDestroyed()) return;
    windows.delete(this.id);
    host.call('window.destroy', { windowId: this.id }).catch(() => {});
    this.webContents.emit('destroyed');
    this.emit('closed');
    appState.windowClosed(this);
  }

  /** The page is gone already: its window was closed by hand. */
  lose(): void {
    if (!this.isDestroyed()) this.emit('close', createEvent({}));
    this.destroy();
  }

  isDestroyed(): boolean {
    return !windows.has(this.id);
  }

  show(): void {
    this.#isVisible = true;
    this.emit('show');
  }

  hide(): void {
    this.#isVisible = false;
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
    this.emit('minimize');
  }

  restore(): void {
    this.#isMinimized = false;
    this.emit('restore');
  }

  isMinimized(): boolean {
    return this.#isMinimized;
  }

  maximize(): void {
    this.#isMaximized = true;
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
    this.#tell(host.call('window.setBounds', { windowId: this.id, width, height }));
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

  /** A failing host must be heard of, unless the window is only going away. */
  #tell(call: Promise<void>): void {
    call.catch((error: unknown) => {
      if (!this.isDestroyed()) console.error(error);
    });
  }
}

function readPreload(preferences: NonNullable<Options['webPreferences']>): string {
  const { preload, sandbox = true, contextIsolation = true, nodeIntegration = false } = preferences;
  if (!sandbox || !contextIsolation || nodeIntegration || preferences.webSecurity === false) {
    throw new Error('rig: only sandboxed, isolated pages without Node are modelled');
  }
  if (preferences.partition !== undefined) throw new Error('rig: partitions are not modelled');
  if (preload === undefined) return '';
  if (!isAbsolute(preload)) throw new Error('preload script must have absolute path');
  if (extname(preload) === '.mjs') throw new Error('rig: a sandboxed preload is CommonJS');
  return readFileSync(preload, 'utf8');
}

function windowOf(windowId: number): BrowserWindow {
  const window = windows.get(windowId);
  if (window === undefined) throw new Error(`rig: window ${windowId} is gone`);
  return window;
}

routeIpc(({ windowId, frameUrl, isMainFrame }) => {
  const contents = windowOf(windowId).webContents;
  if (isMainFrame) {
    contents.mainFrame.url = frameUrl;
    return { contents, frame: contents.mainFrame };
  }
  return { contents, frame: Object.assign(new WebFrameMain(), { url: frameUrl }) };
});

decideRequests(({ windowId, isMainFrame }, event) => {
  const contents = windowOf(windowId).webContents;
  if (isMainFrame) contents.emit('will-navigate', event);
  contents.emit('will-frame-navigate', event);
});

host.answer({
  'window.popup': ({ windowId, url }) => windowOf(windowId).webContents.openPopup(url),
  'window.loaded': ({ windowId, url }) => {
    const window = windowOf(windowId);
    window.webContents.mainFrame.url = url;
    window.webContents.emit('dom-ready', createEvent({}));
    window.webContents.emit('did-finish-load', createEvent({}));
    window.emit('ready-to-show', createEvent({}));
  },
  'window.crashed': ({ windowId }) => {
    const details = { reason: 'crashed', exitCode: 1 };
    windowOf(windowId).webContents.emit('render-process-gone', createEvent({}), details);
  },
  'window.gone': ({ windowId }) => windows.get(windowId)?.lose(),
});
