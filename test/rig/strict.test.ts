import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { inPage, newFolder, quit, start, waitFor, type Started } from './fixture-app.ts';

describe('a page and its permissions', () => {
  let host: Started;
  let page: Page;
  beforeAll(async () => {
    host = await start(await newFolder());
    page = await host.firstWindow();
    await waitFor(page, 'window.moduleRan');
  });
  afterAll(() => quit(host));

  const onRequest = (handler: string) =>
    host.evaluate(
      `({ session }) => session.defaultSession.setPermissionRequestHandler(${handler})`,
      0,
    );
  const onCheck = (handler: string) =>
    host.evaluate(
      `({ session }) => session.defaultSession.setPermissionCheckHandler(${handler})`,
      0,
    );
  const held = () => host.evaluate('({ clipboard }) => clipboard.readText()', undefined);

  it('asks the request handler, and grants everything without one', async () => {
    await expect(inPage(page, "navigator.clipboard.writeText('denied')")).rejects.toThrow(
      'NotAllowedError',
    );
    await expect(inPage(page, 'navigator.clipboard.readText()')).rejects.toThrow('NotAllowedError');
    expect(await held()).toBe('');
    await onRequest(
      '(contents, name, done, { requestingUrl }) => { globalThis.asked = [contents.id, name, requestingUrl]; done(name === "clipboard-sanitized-write"); }',
    );
    await inPage(page, "navigator.clipboard.writeText('allowed')");
    expect(await held()).toBe('allowed');
    expect(await host.evaluate('() => globalThis.asked', undefined)).toEqual([
      1,
      'clipboard-sanitized-write',
      'app://bundle/index.html',
    ]);
    await onRequest('null');
    expect(await inPage(page, 'navigator.clipboard.readText()')).toBe('allowed');
    expect(await inPage(page, 'Notification.requestPermission()')).toBe('granted');
  });

  it('asks the check handler what the page has', async () => {
    const query =
      "Promise.all(['clipboard-write', 'geolocation'].map((name) => navigator.permissions.query({ name }).then(({ state }) => state)))";
    expect(await inPage(page, query)).toEqual(['denied', 'denied']);
    await onCheck(
      "(_contents, name, origin) => origin === 'app://bundle/' && name === 'clipboard-sanitized-write'",
    );
    expect(await inPage(page, query)).toEqual(['granted', 'denied']);
    await onCheck('null');
    expect(await inPage(page, query)).toEqual(['granted', 'granted']);
  });

  it('refuses devices, which it does not model', async () => {
    const ask = 'navigator.usb.requestDevice({ filters: [] }).catch((e) => e.message)';
    expect(await inPage(page, ask)).toBe('rig: usb is not modelled');
  });
});

describe('what passes between the processes', () => {
  let host: Started;
  let page: Page;
  beforeAll(async () => {
    host = await start(await newFolder());
    page = await host.firstWindow();
    await waitFor(page, 'window.moduleRan');
  });
  afterAll(() => quit(host));

  it('hears what the page sends without asking', async () => {
    await inPage(page, "bridge.send('note', 'heard')");
    await expect.poll(() => host.printed.join('')).toContain('note heard');
  });

  it('makes a Uint8Array of a Buffer', async () => {
    const kind = "bridge.invoke('buffer').then((b) => [b.constructor.name, b.length])";
    expect(await inPage(page, kind)).toEqual(['Uint8Array', 6]);
    const answer = await askUtility('{}');
    expect(answer).toMatchObject({ bytes: '[object Uint8Array]', isBuffer: false });
    expect(answer['ownIsBuffer']).toBe(false);
  });

  it('carries an answer of megabytes whole, in parts that the page’s heap does not keep', async () => {
    const ask = "bridge.invoke('large', 3000000).then(({ text, end }) => [text.length, end])";
    const cdp = await page.context().newCDPSession(page);
    const heap = async (): Promise<number> => {
      await cdp.send('HeapProfiler.collectGarbage');
      return (await cdp.send('Runtime.getHeapUsage')).usedSize;
    };
    await inPage(page, ask);
    const before = await heap();
    for (let round = 0; round < 5; round += 1) {
      expect(await inPage(page, ask)).toEqual([3_000_000, true]);
    }
    expect((await heap()) - before).toBeLessThan(1_000_000);
  });

  it('asks the protocol handler with the method and the headers of the page', async () => {
    await inPage(page, "fetch('/page.js', { method: 'HEAD' })");
    await inPage(page, "fetch('/page.js', { headers: { range: 'bytes=0-3' } })");
    await expect.poll(() => host.printed.join('')).toContain('request HEAD /page.js null');
    await expect.poll(() => host.printed.join('')).toContain('request GET /page.js bytes=0-3');
  });

  it.each([
    ['{ env: {} }', { hasPath: true, hasHome: true }],
    ['{}', { hasPath: true, hasHome: true }],
    ["{ env: { PATH: '/bin' } }", { hasPath: true, hasHome: false }],
  ])('gives a utility process with %s of the environment what Electron gives', async (o, has) => {
    expect(await askUtility(o)).toMatchObject(has);
  });

  it('does not kill a utility process that has not spawned', async () => {
    const run = `({ app, utilityProcess }) => new Promise((resolve) => {
      const child = utilityProcess.fork(app.getAppPath() + '/utility.ts', []);
      const early = [child.pid, child.kill()];
      child.postMessage({});
      child.on('message', () => { child.once('exit', (code) => resolve([...early, code])); child.kill(); });
    })`;
    expect(await host.evaluate(run, undefined)).toEqual([undefined, false, 0]);
  });

  function askUtility(options: string): Promise<Record<string, unknown>> {
    const run = `({ app, utilityProcess }) => new Promise((resolve) => {
      const child = utilityProcess.fork(app.getAppPath() + '/utility.ts', [], ${options});
      child.on('message', (m) => { child.kill(); resolve({ ...m, ownIsBuffer: Buffer.isBuffer(m.own) }); });
      child.postMessage({ bytes: Buffer.from('bytes') });
    })`;
    return host.evaluate(run, undefined) as Promise<Record<string, unknown>>;
  }
});

describe('a window and its end', () => {
  let host: Started;
  let page: Page;
  beforeAll(async () => {
    host = await start(await newFolder());
    page = await host.firstWindow();
    await waitFor(page, 'window.moduleRan');
  });
  afterAll(() => quit(host));

  it('tells a page that is hidden or minimised so', async () => {
    await inPage(
      page,
      "void document.addEventListener('visibilitychange', () => (window.seen = (window.seen ?? '') + document.visibilityState + ' '))",
    );
    const inMain = (what: string) =>
      host.evaluate(`({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].${what}()`, undefined);
    for (const what of ['hide', 'show', 'minimize', 'restore']) await inMain(what);
    await expect.poll(() => inPage(page, 'window.seen')).toBe('hidden visible hidden visible ');
  });

  it('says when a page’s process is gone, and loads it anew', async () => {
    await host.evaluate(
      `({ app, BrowserWindow }) => {
        const { webContents } = BrowserWindow.getAllWindows()[0];
        app.on('render-process-gone', (_event, contents, { reason }) => {
          globalThis.gone = [contents === webContents, reason, webContents.isCrashed()];
          webContents.reload();
        });
        webContents.forcefullyCrashRenderer();
      }`,
      undefined,
    );
    await expect
      .poll(() => host.evaluate('() => globalThis.gone', 0))
      .toEqual([true, 'crashed', true]);
    await expect.poll(async () => (await host.currentWindow()) === page).toBe(false);
    page = await host.currentWindow();
    await waitFor(page, 'window.moduleRan');
    expect(await inPage(page, "bridge.invoke('echo', 5)")).toBe(5);
  });

  it('keeps a second session apart: its own rules, protocol and storage', async () => {
    await inPage(page, "localStorage.setItem('of', 'the default session')");
    await host.evaluate(
      `({ app, BrowserWindow, session }) => {
        app.on('window-all-closed', () => {});
        BrowserWindow.getAllWindows()[0].destroy();
        const other = session.fromPartition('persist:other');
        const { handle } = other.protocol;
        handle('app', () => new Response('<h1>Other</h1>', { headers: { 'Content-Type': 'text/html' } }));
        void new BrowserWindow({ webPreferences: { partition: 'persist:other' } }).loadURL('app://bundle/');
      }`,
      undefined,
    );
    await expect
      .poll(async () => (await host.currentWindow()).textContent('h1').catch(() => null))
      .toBe('Other');
    page = await host.currentWindow();
    expect(await inPage(page, "localStorage.getItem('of')")).toBe(null);
    await inPage(page, "navigator.clipboard.writeText('no handler: granted')");
  });

  it('throws at every use of a destroyed window, as Electron does', async () => {
    const use = `({ app, BrowserWindow }) => {
      app.on('window-all-closed', () => {});
      const [window] = BrowserWindow.getAllWindows();
      const { webContents } = window;
      let atClosed;
      window.on('closed', () => (atClosed = window.isDestroyed()));
      window.close();
      const thrown = (use) => { try { use(); return 'nothing'; } catch (e) { return String(e); } };
      return [
        window.isDestroyed(), webContents.isDestroyed(), atClosed,
        ...[
          () => window.focus(), () => window.isMinimized(), () => window.close(), () => window.destroy(),
          () => window.webContents, () => window.id, () => webContents.send('x'), () => webContents.getURL(),
        ].map(thrown),
      ];
    }`;
    expect(await host.evaluate(use, undefined)).toEqual([
      true,
      true,
      true,
      ...Array<string>(8).fill('TypeError: Object has been destroyed'),
    ]);
  });
});

describe('main itself', () => {
  let host: Started | undefined;
  afterEach(async () => {
    host?.kill('SIGKILL');
    await host?.exited;
  });

  it('loses the click of a notification that nobody holds', async () => {
    host = await start(await newFolder());
    const run = `async ({ Notification, rigRecord }) => {
      const clicks = [];
      const show = (title) => {
        const shown = new Notification({ title });
        shown.on('click', () => clicks.push(title));
        shown.show();
        return shown;
      };
      globalThis.held = show('held');
      show('let go of');
      const { setFlagsFromString } = process.getBuiltinModule('node:v8');
      setFlagsFromString('--expose-gc');
      const { setImmediate } = process.getBuiltinModule('node:timers/promises');
      // What a WeakRef was made for lives on until the turn is over.
      await setImmediate();
      process.getBuiltinModule('node:vm').runInNewContext('gc')();
      await setImmediate();
      const { clickNotification } = rigRecord;
      return [clickNotification(0), clickNotification(1), clicks];
    }`;
    expect(await host.evaluate(run, undefined)).toEqual([true, false, ['held']]);
  });

  it('says that a notification failed, where the system refuses it', async () => {
    host = await start(await newFolder(), { RIG_NOTIFICATIONS: 'fail' });
    const run = `({ Notification, rigRecord }) => {
      const failures = [];
      const notification = new Notification({ title: 'x' });
      notification.on('failed', (_event, reason) => failures.push(reason));
      notification.show();
      return [failures.length, rigRecord.notified.length];
    }`;
    expect(await host.evaluate(run, undefined)).toEqual([1, 0]);
  });

  it('warns of a rejection and shows a box for an exception, and goes on', async () => {
    const started = await start(await newFolder());
    host = started;
    await host.evaluate("() => void Promise.reject(new Error('rejected on purpose'))", undefined);
    await expect.poll(() => started.printed.join('')).toContain('rejected on purpose');
    await host.evaluate(
      "() => void setTimeout(() => { throw new Error('thrown on purpose'); })",
      0,
    );
    const boxes = () => started.evaluate('({ rigRecord }) => rigRecord.errorBoxes', undefined);
    await expect
      .poll(async () => JSON.stringify(await boxes()))
      .toContain('A JavaScript error occurred in the main process');
    const listen =
      "() => void process.on('uncaughtException', (e) => (globalThis.own = e.message))";
    await host.evaluate(listen, undefined);
    await host.evaluate("() => void setTimeout(() => { throw new Error('again'); })", undefined);
    await expect.poll(() => started.evaluate('() => globalThis.own', undefined)).toBe('again');
    expect(await boxes()).toHaveLength(1);
  });

  it('exits at once with the code it is given', async () => {
    host = await start(await newFolder());
    await host.firstWindow();
    await host.evaluate('({ app }) => app.exit(3)', undefined).catch(() => {});
    expect(await host.exited).toEqual({ code: 3, signal: null });
  });

  it('gives the lock back when it is released', async () => {
    const folder = await newFolder();
    host = await start(folder);
    const take = '({ app }) => app.requestSingleInstanceLock()';
    expect(await host.evaluate(take, undefined)).toBe(true);
    await host.evaluate('({ app }) => app.releaseSingleInstanceLock()', undefined);
    const second = await start(folder);
    expect(await second.evaluate(take, undefined)).toBe(true);
    expect(await host.evaluate(take, undefined)).toBe(false);
    second.kill('SIGKILL');
    await second.exited;
  });
});
