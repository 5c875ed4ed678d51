import { EventEmitter } from 'node:events';
import { throwWhenDestroyed } from './destroyable.ts';
import { host } from './host-link.ts';
import { IpcRegistry } from './ipc.ts';
import type { Session } from './session.ts';

export class WebFrameMain {
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
  readonly mainFrame = new WebFrameMain();
  readonly session: Session;
  readonly #isGone: () => boolean;
  #isCrashed = false;
  #decidePopup: ((details: { url: string }) => { action: string }) | undefined;

  constructor(id: number, session: Session, isGone: () => boolean) {
    super();
    this.id = id;
    this.session = session;
    this.#isGone = isGone;
    this.on('render-process-gone', () => {
      this.#isCrashed = true;
    });
  }

  isDestroyed(): boolean {
    return this.#isGone();
  }

  getURL(): string {
    return this.mainFrame.url;
  }

  send(channel: string, ...args: unknown[]): void {
    // Throws here, as in Electron, when something in it cannot be cloned.
    const message = { windowId: this.id, channel, args: structuredClone(args) };
    host.call('window.send', message).catch(() => {});
  }

  reload(): void {
    this.#isCrashed = false;
    host.call('window.reload', { windowId: this.id }).catch((error: unknown) => {
      if (!this.isDestroyed()) console.error(error);
    });
  }

  isCrashed(): boolean {
    return this.#isCrashed;
  }

  forcefullyCrashRenderer(): void {
    host.call('window.crash', { windowId: this.id }).catch(() => {});
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

throwWhenDestroyed(WebContents);
