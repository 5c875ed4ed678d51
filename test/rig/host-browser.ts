import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Frame, type Page, type Route } from 'playwright-core';
import { findChromium } from '../../scripts/paths.mjs';
import { makeHostWindow, type HostWindow } from './host-window.ts';
import type { Answers, Link } from './link.ts';
import {
  toAppUrl,
  type HostCalls,
  type MainCalls,
  type NetDecision,
  type WindowOptions,
} from './messages.ts';

const IS_ROOT = process.getuid?.() === 0;

const FLAGS = [
  // A browser's window has an address bar, whose own pages take as much of the machine at a start as the app's.
  '--app=data:text/html,',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Chromium runs as root only without its sandbox, and would say so across the top of the window. */
const WINDOW_FLAGS = [...FLAGS, '--window-size=1280,800', ...(IS_ROOT ? ['--test-type'] : [])];

export type HostBrowser = {
  answers: Omit<Answers<HostCalls>, 'started'>;
  /** The first window's page, once main has opened it. */
  firstWindow: Promise<Page>;
  /** The page that stands for the window now: another one after a crash. */
  currentWindow: () => Promise<Page>;
  close: (reason: string) => Promise<void>;
};

/** The Chromium side of the rig: a context for each session, one window at a time, every request decided by main. */
export function createHostBrowser(
  link: Link<HostCalls, MainCalls>,
  { isHeadless }: { isHeadless: boolean },
): HostBrowser {
  const first = Promise.withResolvers<Page>();
  // Nobody may be waiting for a window when there is none.
  first.promise.catch(() => {});
  const contexts = new Map<string, Promise<BrowserContext>>();
  const temporary: string[] = [];
  let sessionData: string | undefined;
  let opening: Promise<HostWindow> | undefined;
  let current: HostWindow | undefined;
  let options: WindowOptions | undefined;
  let closing: Promise<void> | undefined;
  let isDark = false;
  const crashed = new WeakSet<Page>();
  /** Pages that the rig itself is about to open; any other was opened by the page. */
  let expected = 0;

  const start = async (partition: string): Promise<BrowserContext> => {
    const context = await chromium.launchPersistentContext(await folderOf(partition), {
      executablePath: chromiumPath(),
      headless: isHeadless,
      viewport: isHeadless ? { width: 1280, height: 800 } : null,
      args: isHeadless ? FLAGS : WINDOW_FLAGS,
      chromiumSandbox: !IS_ROOT,
      colorScheme: 'light',
      serviceWorkers: 'block',
      permissions: [],
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
    await context.route('**/*', (route) => decide(route));
    context.on('page', (popup) => void refusePopup(popup));
    return context;
  };

  /** A session that is not the default one and not `persist:` lives in memory; here it is deleted at the end. */
  const folderOf = async (partition: string): Promise<string> => {
    if (sessionData === undefined) throw new Error('rig: the browser was not started');
    if (partition === '') return join(sessionData, 'rig-chromium');
    if (partition.startsWith('persist:')) {
      return join(sessionData, 'Partitions', encodeURIComponent(partition));
    }
    const folder = await mkdtemp(join(tmpdir(), 'rig-session-'));
    temporary.push(folder);
    return folder;
  };

  const contextOf = (partition: string): Promise<BrowserContext> => {
    const known = contexts.get(partition) ?? start(partition);
    contexts.set(partition, known);
    return known;
  };

  const refusePopup = async (popup: Page): Promise<void> => {
    if (expected > 0) {
      expected -= 1;
      return;
    }
    if (current === undefined || popup === current.page) return;
    const url = popup.url();
    await link.call('window.popup', { windowId: current.windowId, url }).catch(() => {});
    await popup.close();
  };

  const decide = async (route: Route): Promise<void> => {
    const request = route.request();
    const frame = frameOf(route);
    const url = current === undefined ? request.url() : toAppUrl(request.url(), current.schemes);
    if (current === undefined || frame?.page() !== current.page) {
      // A popup: it gets an empty page, is reported with its address, and closed.
      await route.fulfill({ contentType: 'text/html', body: '' }).catch(() => {});
      return;
    }
    const isMainFrame = frame === current.page.mainFrame();
    const decision = await link
      .call('net.request', {
        windowId: current.windowId,
        url,
        method: request.method(),
        headers: request.headers(),
        resourceType: resourceType(request.resourceType(), isMainFrame),
        isMainFrame,
        isPageNavigation: request.isNavigationRequest() && !(isMainFrame && current.isLoading()),
      })
      .catch((): NetDecision => ({ action: 'abort' }));
    await carryOut(route, decision);
  };

  const openWindow = async (wanted: WindowOptions): Promise<HostWindow> => {
    await closing;
    if (current !== undefined) throw new Error('rig: only one window at a time is modelled');
    options = wanted;
    const context = await contextOf(wanted.partition);
    const page = context.pages()[0] ?? (await newPage(context));
    const window = await makeWindow(page, wanted);
    first.resolve(page);
    return window;
  };

  const newPage = async (context: BrowserContext): Promise<Page> => {
    expected += 1;
    return await context.newPage();
  };

  const makeWindow = async (page: Page, wanted: WindowOptions): Promise<HostWindow> => {
    const { windowId, width, height } = wanted;
    await page.emulateMedia({ colorScheme: isDark ? 'dark' : 'light' });
    if (isHeadless) await page.setViewportSize({ width, height });
    const window = await makeHostWindow(page, wanted, link);
    current = window;
    page.on('crash', () => crashed.add(page));
    page.on('close', () => {
      if (current?.page !== page) return;
      current = undefined;
      void link.call('window.gone', { windowId }).catch(() => {});
    });
    return window;
  };

  /** A page whose process is gone cannot be used again: another takes its place and its address. */
  const reload = async (): Promise<void> => {
    const window = await windowNow();
    if (!crashed.has(window.page)) return window.reload();
    if (options === undefined) throw new Error('rig: there was no window');
    const former = window.page;
    const url = former.url();
    const page = await newPage(former.context());
    opening = makeWindow(page, options);
    const next = await opening;
    await former.close();
    await next.load(toAppUrl(url, next.schemes));
  };

  const windowNow = async (): Promise<HostWindow> => {
    await opening;
    if (current === undefined) throw new Error('rig: the window is closed');
    return current;
  };

  return {
    firstWindow: first.promise,
    currentWindow: async () => {
      await first.promise;
      return (await windowNow()).page;
    },
    close: async (reason) => {
      first.reject(new Error(reason));
      for (const starting of contexts.values()) await (await starting.catch(() => null))?.close();
      for (const folder of temporary) await rm(folder, { recursive: true, force: true });
    },
    answers: {
      'browser.start': (folders) => {
        ({ sessionData } = folders);
        contextOf('').catch((error: unknown) => first.reject(error));
      },
      'window.open': (wanted) => {
        opening = openWindow(wanted);
        opening.catch((error: unknown) => first.reject(error));
        return opening.then(() => {});
      },
      'window.load': async ({ url }) => (await windowNow()).load(url),
      'window.reload': reload,
      'window.crash': async () => (await windowNow()).crash(),
      'window.send': async ({ channel, args }) => (await windowNow()).send(channel, args),
      'window.setHidden': async ({ isHidden }) => (await windowNow()).setHidden(isHidden),
      'window.setBounds': async ({ width, height }) => {
        if (isHeadless) await (await windowNow()).page.setViewportSize({ width, height });
      },
      'window.destroy': () => {
        closing = windowNow().then(({ page }) => page.close());
        return closing;
      },
      'theme.set': async (theme) => {
        isDark = theme.isDark;
        await current?.page.emulateMedia({ colorScheme: isDark ? 'dark' : 'light' });
      },
    },
  };
}

function chromiumPath(): string {
  const path = findChromium();
  if (path !== undefined) return path;
  throw new Error('No Chromium found: install it (apt-get install chromium) or set CHROMIUM_PATH.');
}

/** A popup's first request may come before its frame is known. */
function frameOf(route: Route): Frame | undefined {
  try {
    return route.request().frame();
  } catch {
    return undefined;
  }
}

async function carryOut(route: Route, decision: NetDecision): Promise<void> {
  const done =
    decision.action === 'continue'
      ? route.continue()
      : decision.action === 'abort'
        ? route.abort('aborted')
        : route.fulfill({
            status: decision.status,
            headers: decision.headers,
            body: Buffer.from(decision.body),
          });
  // The page may be gone before its request is answered.
  await done.catch(() => {});
}

function resourceType(type: string, isMainFrame: boolean): string {
  if (type === 'document') return isMainFrame ? 'mainFrame' : 'subFrame';
  return type === 'fetch' ? 'xhr' : type;
}
