import { afterEach, expect, it } from 'vitest';
import { endTest, newDataFolder, openDesk } from './desk.ts';
import { startPractising } from './steps.ts';

afterEach(endTest);

it('ticks for nobody while the window is hidden or minimised, and at once when it is seen again', async () => {
  const { app, page } = await openDesk(await newDataFolder());
  await startPractising(page);
  await page.addInitScript(() => {
    const start = window.setInterval.bind(window);
    Object.assign(window, { ticks: 0 });
    const count = window as unknown as { ticks: number };
    window.setInterval = ((run: () => void, ms: number) =>
      start(() => {
        count.ticks += 1;
        run();
      }, ms)) as never;
  });
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  const ticks = (): Promise<number> => page.evaluate(() => Reflect.get(window, 'ticks') as number);
  await expect.poll(ticks).toBeGreaterThan(1);

  for (const [away, back] of [
    ['hide', 'show'],
    ['minimize', 'restore'],
  ] as const) {
    await app.evaluate(
      ({ BrowserWindow }, name) => BrowserWindow.getAllWindows()[0]?.[name](),
      away,
    );
    await page.waitForFunction(() => document.hidden);
    const before = await ticks();
    await page.waitForTimeout(2500);
    expect(await ticks()).toBe(before);
    await app.evaluate(
      ({ BrowserWindow }, name) => BrowserWindow.getAllWindows()[0]?.[name](),
      back,
    );
    await expect.poll(ticks).toBeGreaterThan(before);
  }
});
