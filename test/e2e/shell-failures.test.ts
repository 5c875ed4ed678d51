import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { endTest, newDataFolder, openDesk } from './desk.ts';
import type { LaunchedApp } from './launch.ts';
import { startPractising } from './steps.ts';

afterEach(endTest);

const logOf = (folder: string): string => readFileSync(join(folder, 'logs/main.log'), 'utf8');

/** The page that stands for the window once it is another one than before. */
async function nextPage(app: LaunchedApp, former: Page): Promise<Page> {
  await expect.poll(async () => (await app.currentWindow()) !== former).toBe(true);
  const page = await app.currentWindow();
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  return page;
}

const crash = (app: LaunchedApp): Promise<void> =>
  app.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer();
  });

describe('a page whose process ends', () => {
  it('is loaded anew once, and then a person is asked', async () => {
    const folder = await newDataFolder();
    const { app, page } = await openDesk(folder);
    await startPractising(page);
    await app.evaluate(({ dialog }) => {
      const asked: string[] = [];
      Object.assign(globalThis, { asked });
      dialog.showMessageBox = async (...args: unknown[]) => {
        asked.push((args.at(-1) as { message: string }).message);
        return { response: 0, checkboxChecked: false };
      };
    });
    const asked = () => app.evaluate(() => (globalThis as never)['asked'] as string[]);

    await crash(app);
    const second = await nextPage(app, page);
    await second.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    expect(await asked()).toEqual([]);

    await crash(app);
    await nextPage(app, second);
    expect(await asked()).toEqual(['The window stopped again.']);
    expect(logOf(folder).match(/"event":"page gone"/g)).toHaveLength(2);
  });

  it('is told of when it hangs', async () => {
    const folder = await newDataFolder();
    const { app } = await openDesk(folder);
    const message = await app.evaluate(
      ({ BrowserWindow, dialog }) =>
        new Promise<string>((resolve) => {
          dialog.showMessageBox = (async (_window: unknown, options: { message: string }) => {
            resolve(options.message);
            return { response: 1, checkboxChecked: false };
          }) as never;
          BrowserWindow.getAllWindows()[0]?.emit('unresponsive');
        }),
    );
    expect(message).toBe('The window does not answer.');
    expect(logOf(folder)).toContain('page does not answer');
  });
});

describe('what main did not catch', () => {
  it('is logged, and neither a rejection nor a warning ends anything', async () => {
    const folder = await newDataFolder();
    const { app, page } = await openDesk(folder);
    await app.evaluate(() => {
      void Promise.reject(new Error('nobody waits for this'));
      process.emitWarning(new Error('nobody reads a console'));
    });
    await expect.poll(() => logOf(folder)).toContain('nobody waits for this');
    await expect.poll(() => logOf(folder)).toContain('nobody reads a console');
    await page.getByRole('button', { name: 'Start practising' }).waitFor();
  });

  it('ends the app in order after an exception, with words and code 1', async () => {
    const folder = await newDataFolder();
    const { app, page } = await openDesk(folder);
    await startPractising(page);
    await app.evaluate(() => {
      setTimeout(() => {
        throw new Error('thrown on purpose');
      });
    });
    expect(await app.exited).toEqual({ code: 1, signal: null });
    expect(app.output()).toContain('[error box] Bitpro Desk had to close');
    expect(logOf(folder)).toContain('thrown on purpose');
    const again = await openDesk(folder);
    await again.page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  });

  it('logs a child process that crashed, and none that was ended', async () => {
    const folder = await newDataFolder();
    const { app } = await openDesk(folder);
    await app.evaluate(({ app: electron }) => {
      const gone = { type: 'Utility', exitCode: 0, serviceName: 'Bitpro Desk Practice' };
      electron.emit('child-process-gone', {}, { ...gone, reason: 'crashed' });
      electron.emit('child-process-gone', {}, { ...gone, reason: 'killed' });
    });
    await expect.poll(() => logOf(folder)).toContain('child process gone');
    expect(logOf(folder).match(/child process gone/g)).toHaveLength(1);
  });
});

describe('without a window', () => {
  it('bears a second start and a click on a notification', async () => {
    const { app } = await openDesk(await newDataFolder());
    await app.evaluate(({ app: electron, BrowserWindow }) => {
      electron.removeAllListeners('window-all-closed');
      electron.on('window-all-closed', () => {});
      BrowserWindow.getAllWindows()[0]?.destroy();
      // On what is left of the window Electron would throw.
      electron.emit('second-instance', {}, [], '', {});
      electron.emit('activate', {}, false);
    });
    const page = await app.currentWindow();
    await page.getByRole('button', { name: 'Start practising' }).waitFor();
  });

  it.each([
    ['show-rates', 'Rates'],
    ['show-requests', 'Requests'],
    ['show-guards', 'Guards'],
  ])('opens one for the command %s of the menu, and shows %s', async (command, heading) => {
    const { app, page } = await openDesk(await newDataFolder());
    await startPractising(page);
    await app.evaluate(({ app: electron, BrowserWindow, Menu }, id) => {
      electron.removeAllListeners('window-all-closed');
      electron.on('window-all-closed', () => {});
      BrowserWindow.getAllWindows()[0]?.destroy();
      Menu.getApplicationMenu()?.getMenuItemById(id)?.click();
    }, command);
    const next = await nextPage(app, page);
    await next.getByRole('heading', { level: 1, name: heading }).waitFor();
  });

  it('is left alone by a second start while it is leaving', async () => {
    const { app } = await openDesk(await newDataFolder());
    const opened = await app.evaluate(({ app: electron, BrowserWindow }) => {
      electron.quit();
      electron.emit('second-instance', {}, [], '', {});
      return BrowserWindow.getAllWindows().length;
    });
    expect(opened).toBeLessThan(2);
    expect(await app.exited).toEqual({ code: 0, signal: null });
  });
});

it('shows a kept window maximised only once its page is drawn', async () => {
  const folder = await newDataFolder();
  const first = await openDesk(folder);
  await first.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.maximize());
  await first.app.close();
  const { app } = await openDesk(folder);
  await expect
    .poll(() =>
      app.evaluate(({ BrowserWindow }) => {
        const [window] = BrowserWindow.getAllWindows();
        return [window?.isVisible(), window?.isMaximized()];
      }),
    )
    .toEqual([true, true]);
});
