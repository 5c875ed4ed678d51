import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CONTENT_SECURITY_POLICY } from '../../src/main/app/app-protocol.ts';
import { launchApp, type LaunchedApp } from './launch.ts';

/** The shell around the page: what Electron is told, on the built app. */
let userDataDir: string;
beforeEach(async () => {
  userDataDir = await mkdtemp(join(tmpdir(), 'shell-'));
});
afterEach(() => rm(userDataDir, { recursive: true, force: true }));

describe('the page', () => {
  let app: LaunchedApp;
  let page: Page;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shell-page-'));
    app = await launchApp({ userDataDir: folder, env: { BITPRO_TRACE: 'ipc' } });
    page = await app.firstWindow();
    await page.waitForSelector('#root > *');
  });
  afterAll(async () => {
    await app.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('has the bridge and nothing else of Electron or Node', async () => {
    const bridge = await page.evaluate(() => Object.keys((window as never)['bitpro']).toSorted());
    expect(bridge).toEqual(['invoke', 'on']);
    const others = ['require', 'process', 'module', 'Buffer', 'ipcRenderer', 'electron'];
    expect(await page.evaluate((names) => names.filter((name) => name in window), others)).toEqual(
      [],
    );
  });

  it('has its requests printed by name and time when a developer asks for it', () => {
    expect(app.output()).toMatch(/^ipc +\d+\.\d ms {2}app\.info ok$/m);
  });

  it('is under the policy, and violates it nowhere while it starts', async () => {
    const violations: string[] = [];
    page.on('console', (message) => {
      if (/Content Security Policy|Trusted/.test(message.text())) violations.push(message.text());
    });
    const policy = page.waitForResponse((response) => response.url().endsWith('index.html'));
    await page.reload();
    expect(await (await policy).headerValue('content-security-policy')).toBe(
      CONTENT_SECURITY_POLICY,
    );
    await page.waitForSelector('#root > *');
    expect(violations).toEqual([]);
  });

  it('can neither reach the network, nor leave, nor open a window', async () => {
    const reached = await page.evaluate(() =>
      fetch('https://bitit.pro/api/v1/ping').then(
        () => 'reached',
        () => 'refused',
      ),
    );
    expect(reached).toBe('refused');
    const before = page.url();
    await page.evaluate(() => {
      window.open('https://example.com/');
      location.href = 'https://example.com/';
    });
    // A navigation that were let through would have replaced the document, and the mark with it.
    await page.evaluate(() => Object.assign(window, { mark: 'stays' }));
    await expect.poll(() => page.context().pages().length).toBe(1);
    expect(await page.evaluate(() => Reflect.get(window, 'mark'))).toBe('stays');
    expect(page.url()).toBe(before);
  });

  it('is granted no permission', async () => {
    const states = await page.evaluate(async () => {
      const names = ['notifications', 'geolocation', 'camera', 'microphone'] as PermissionName[];
      const asked = await Promise.all(names.map((name) => navigator.permissions.query({ name })));
      return asked.map(({ state }) => state);
    });
    expect(states).not.toContain('granted');
  });

  it('has a menu of its own without reload or developer tools', async () => {
    const roles = await app.evaluate(({ Menu }) =>
      (Menu.getApplicationMenu()?.items ?? []).flatMap((item) =>
        [item, ...(item.submenu?.items ?? [])].map(({ role }) => role?.toLowerCase()),
      ),
    );
    expect(roles).toContain('quit');
    for (const role of ['reload', 'forcereload', 'toggledevtools']) {
      expect(roles).not.toContain(role);
    }
  });
});

describe('the window', () => {
  it('opens where it was left', async () => {
    const first = await launchApp({ userDataDir });
    await first.firstWindow();
    const bounds = { x: 120, y: 80, width: 1300, height: 840 };
    await first.evaluate(({ BrowserWindow }, to) => {
      BrowserWindow.getAllWindows()[0]?.setBounds(to);
    }, bounds);
    await first.close();
    const kept: unknown = JSON.parse(
      await readFile(join(userDataDir, 'window-state.json'), 'utf8'),
    );
    expect(kept).toEqual({ bounds, isMaximized: false });

    const second = await launchApp({ userDataDir });
    await second.firstWindow();
    const opened = await second.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.getBounds(),
    );
    await second.close();
    expect(opened).toEqual(bounds);
  });

  it('opens at its own size when what was kept cannot be read', async () => {
    await writeFile(join(userDataDir, 'window-state.json'), '{"bounds":');
    const app = await launchApp({ userDataDir });
    await app.firstWindow();
    const size = await app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.getSize(),
    );
    await app.close();
    expect(size).toEqual([1280, 800]);
  });

  it('is brought forward by a second start, which ends at once', async () => {
    const first = await launchApp({ userDataDir });
    await first.firstWindow();
    await first.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize());
    const second = await launchApp({ userDataDir }).catch(() => undefined);
    await second?.exited;
    await expect
      .poll(() =>
        first.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isMinimized()),
      )
      .toBe(false);
    await first.close();
  });

  it('quits the app when it is closed', async () => {
    const app = await launchApp({ userDataDir });
    await app.firstWindow();
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    expect((await app.exited).code).toBe(0);
  });
});
