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
  close: (reason: string) => Promise<void>;
};

/** The Chromium side of the rig: one context, one window at a time, every request decided by main. */
export function createHostBrowser(
  link: Link<HostCalls, MainCalls>,
  { isHeadless }: { isHeadless: boolean },
): HostBrowser {
  const first = Promise.withResolvers<Page>();
  // Nobody may be waiting for a window when there is none.
  first.promise.catch(() => {});
  let starting: Promise<BrowserContext> | undefined;
  let opening: Promise<HostWindow> | undefined;
  let current: HostWindow | undefined;
  let isDark = false;

  const start = async (sessionData: string): Promise<BrowserContext> => {
    const context = await chromium.launchPersistentContext(join(sessionData, 'rig-chromium'), {
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
    return context;
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

  const openWindow = async (options: WindowOptions): Promise<HostWindow> => {
    if (current !== undefined) throw new Error('rig: only one window at a time is modelled');
    const context = await starting;
    if (context === undefined) throw new Error('rig: the browser was not started');
    const page = context.pages()[0] ?? (await context.newPage());
    await page.emulateMedia({ colorScheme: isDark ? 'dark' : 'light' });
    if (isHeadless) await page.setViewportSize({ width: options.width, height: options.height });
    const window = await makeHostWindow(page, options, link);
    current = window;
    page.on('close', () => {
      current = undefined;
      void link.call('window.gone', { windowId: options.windowId }).catch(() => {});
    });
    // Any page that is not the window's own was opened by it, and main is asked what to do with that.
    context.on('page', (popup) => {
      void (async () => {
        if (current === undefined || popup === current.page) return;
        const url = popup.url();
        await link.call('window.popup', { windowId: current.windowId, url }).catch(() => {});
        await popup.close();
      })();
    });
    first.resolve(page);
    return window;
  };

  const windowNow = async (): Promise<HostWindow> => {
    await opening;
    if (current === undefined) throw new Error('rig: the window is closed');
    return current;
  };

  return {
    firstWindow: first.promise,
    close: async (reason) => {
      first.reject(new Error(reason));
      await (await starting?.catch(() => undefined))?.close();
    },
    answers: {
      'browser.start': ({ sessionData }) => {
        starting ??= start(sessionData);
        starting.catch((error: unknown) => first.reject(error));
      },
      'window.open': (options) => {
        opening = openWindow(options);
        opening.catch((error: unknown) => first.reject(error));
        return opening.then(() => {});
      },
      'window.load': async ({ url }) => (await windowNow()).load(url),
      'window.send': async ({ channel, args }) => (await windowNow()).send(channel, args),
      'window.setBounds': async ({ width, height }) => {
        if (isHeadless) await (await windowNow()).page.setViewportSize({ width, height });
      },
      'window.destroy': async () => (await windowNow()).page.close(),
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
