import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { inPage, newFolder, quit, start, waitFor, type Started } from './fixture-app.ts';
import type { Host } from './host.ts';

describe('a window of the rig', () => {
  let host: Started;
  let page: Page;

  beforeAll(async () => {
    host = await start(await newFolder());
    page = await host.firstWindow();
    await waitFor(page, 'window.greetings?.length > 0');
  });
  afterAll(() => quit(host));

  it('keeps Node, ipcRenderer and the preload’s globals out of the page', async () => {
    const kinds =
      '[typeof require, typeof process, typeof ipcRenderer, typeof module, window.leaked]';
    expect(await inPage(page, kinds)).toEqual(Array(4).fill('undefined').concat([undefined]));
    const names = await inPage(
      page,
      'Object.getOwnPropertyNames(window).filter((n) => /-.*-.*-/.test(n))',
    );
    expect(names).toEqual([]);
  });

  it('lets the preload require electron’s two modules and nothing else', async () => {
    expect(await inPage(page, "bridge.required('electron')")).toEqual([
      'contextBridge',
      'ipcRenderer',
    ]);
    expect(await inPage(page, "bridge.required('node:fs')")).toBe('module not found: node:fs');
  });

  it('freezes what the bridge exposes, deep down', async () => {
    const frozen =
      '[bridge, bridge.nested, bridge.nested.list, bridge.nested.list[1]].every(Object.isFrozen)';
    expect(await inPage(page, frozen)).toBe(true);
  });

  it('calls over the bridge at once, both ways, and passes errors by message', async () => {
    expect(await inPage(page, 'bridge.add(2, 3)')).toBe(5);
    expect(await inPage(page, "bridge.callBack((word) => word + ' back')")).toBe('called back');
    await expect(inPage(page, 'bridge.fail()')).rejects.toThrow('from the preload');
  });

  it.each([
    ['123n', '[object BigInt]'],
    ['new Date(5)', '[object Date]'],
    ["new Map([['a', 1n]])", '[object Map]'],
    ['new Set([1])', '[object Set]'],
    ['new Uint8Array([1, 2])', '[object Uint8Array]'],
    ['undefined', '[object Undefined]'],
    ['{ $: 1, b: [null, -0, NaN] }', '[object Object]'],
  ])('carries %s to main as what it is, and back unchanged', async (literal, kind) => {
    expect(await inPage(page, `bridge.invoke('describe', ${literal})`)).toBe(kind);
    const [sent, echoed] = await page.evaluate<[unknown, unknown]>(
      `(async () => [${literal}, await bridge.invoke('echo', ${literal})])()`,
    );
    expect(echoed).toEqual(sent);
  });

  it('tells main the frame and the origin of a call', async () => {
    const from = { origin: 'app://bundle', isMainFrame: true };
    expect(await inPage(page, "bridge.invoke('origin')")).toEqual(from);
  });

  it('rejects with Electron’s words when a handler throws or answers a function', async () => {
    const failed = "Error invoking remote method 'fail': TypeError: on purpose";
    await expect(inPage(page, "bridge.invoke('fail')")).rejects.toThrow(failed);
    await expect(inPage(page, "bridge.invoke('function')")).rejects.toThrow('could not be cloned');
    await expect(inPage(page, "bridge.invoke('none')")).rejects.toThrow('No handler registered');
  });

  it('sends events to the page until it stops listening', async () => {
    const greet =
      "({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].webContents.send('greeting', 2)";
    expect(await inPage(page, 'greetings[0]')).toEqual({ at: new Date(0), amount: 5n });
    await host.evaluate(greet, undefined);
    await waitFor(page, 'window.greetings.length === 2');
    await inPage(page, 'stopGreetings()');
    await host.evaluate(greet, undefined);
    await inPage(page, "bridge.invoke('echo', 'after the event')");
    expect(await inPage(page, 'greetings.length')).toBe(2);
  });

  it('refuses a dialog nobody scripted, and answers with one that is', async () => {
    await expect(inPage(page, "bridge.invoke('save')")).rejects.toThrow(
      'unscripted dialog.showSaveDialog',
    );
    await host.evaluate(
      "({ dialog }) => { dialog.showSaveDialog = async () => ({ canceled: false, filePath: '/x' }); }",
      undefined,
    );
    expect(await inPage(page, "bridge.invoke('save')")).toEqual({
      canceled: false,
      filePath: '/x',
    });
  });

  it('refuses what it does not model', async () => {
    const asked = host.evaluate('({ app }) => app.getGPUInfo', undefined);
    await expect(asked).rejects.toThrow('rig: app.getGPUInfo is not modelled');
    const unsafe =
      '({ BrowserWindow }) => void new BrowserWindow({ webPreferences: { sandbox: false } })';
    await expect(host.evaluate(unsafe, undefined)).rejects.toThrow('only sandboxed');
  });

  it('puts the content security policy in force', async () => {
    expect(await inPage(page, '[window.moduleRan, window.inlineRan]')).toEqual([true, undefined]);
    const cdp = await page.context().newCDPSession(page);
    const { exceptionDetails } = await cdp.send('Runtime.evaluate', {
      expression: "eval('1 + 1')",
      allowUnsafeEvalBlockedByCSP: false,
    });
    expect(exceptionDetails?.exception?.description).toContain('EvalError');
    await expect(inPage(page, "fetch('https://example.com/')")).rejects.toThrow('Failed to fetch');
  });

  it('asks main before the page navigates or opens a window, and does neither', async () => {
    await page.click('#elsewhere');
    await expect.poll(() => host.printed.join('')).toContain('navigate https://example.com/left');
    await page.click('#popup');
    await expect.poll(() => host.printed.join('')).toContain('popup https://example.com/popup');
    await expect.poll(() => page.context().pages().length).toBe(1);
    expect(await page.textContent('h1')).toBe('Fixture');
  });

  it('runs a utility process of its own, talks to it and ends it', async () => {
    const { answer, code } = (await inPage(page, "bridge.invoke('utility', { n: 1n })")) as {
      answer: { pid: number };
      code: number;
    };
    expect(answer).toMatchObject({ heard: { n: 1n }, flag: '--flag', hasPath: true });
    expect(answer.pid).not.toBe(host.pid);
    expect(code).toBe(0);
  });

  it('follows the theme the app chooses', async () => {
    const isDark = "matchMedia('(prefers-color-scheme: dark)').matches";
    expect(await inPage(page, isDark)).toBe(false);
    await host.evaluate("({ nativeTheme }) => { nativeTheme.themeSource = 'dark'; }", undefined);
    await waitFor(page, isDark);
  });
});

describe('the rig', () => {
  let host: Host | undefined;
  afterEach(async () => {
    host?.kill('SIGKILL');
    await host?.exited;
  });

  it('lets one instance a folder run, and tells it of the second', async () => {
    const folder = await newFolder();
    const first = await start(folder);
    host = first;
    const second = await start(folder, 'argument-of-the-second').catch(() => undefined);
    await second?.exited;
    await expect.poll(() => first.printed.join('')).toContain('second argument-of-the-second');
    const third = await start(await newFolder());
    await third.firstWindow();
    expect(await quit(third)).toBe(0);
  });

  it('gives the lock back when the holder is killed, and keeps the page’s storage', async () => {
    const folder = await newFolder();
    const first = await start(folder);
    await waitFor(await first.firstWindow(), 'window.moduleRan');
    first.kill('SIGKILL');
    expect(await first.exited).toEqual({ code: null, signal: 'SIGKILL' });
    const second = await start(folder);
    host = second;
    const page = await second.firstWindow();
    await waitFor(page, 'window.moduleRan');
    expect(await quit(second)).toBe(0);
  });

  it('starts and quits cleanly time after time, and quits when its window is closed', async () => {
    for (let round = 0; round < 3; round += 1) {
      const started = await start(await newFolder());
      host = started;
      const page = await started.firstWindow();
      await page.waitForSelector('h1');
      if (round === 2) await page.close();
      else await started.evaluate('({ app }) => app.quit()', undefined).catch(() => {});
      expect(await started.exited).toEqual({ code: 0, signal: null });
    }
  });
});
