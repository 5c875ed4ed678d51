import type { Page } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { endTest, newDataFolder, openDesk } from './desk.ts';
import { goTo, startPractising } from './steps.ts';

afterEach(endTest);

/** Where the ink of the prices lies in the picture, from 0 at its left to 1; null where there is none. */
const inkOf = (page: Page): Promise<number | null> =>
  page.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
    const { width, height } = canvas;
    const data = canvas.getContext('2d')?.getImageData(0, 0, width, height).data ?? [];
    const places: number[] = [];
    for (let at = 0; at < data.length; at += 4) {
      const [red = 0, , blue = 0] = [data[at], data[at + 1], data[at + 2]];
      if ((data[at + 3] ?? 0) > 200 && blue - red > 60) places.push((at / 4) % width);
    }
    return places.length === 0
      ? null
      : places.reduce((sum, place) => sum + place, 0) / places.length / width;
  });

it('draws one reading as a dot, at its place in the period that was chosen', async () => {
  const { page } = await openDesk(await newDataFolder());
  await startPractising(page);
  await goTo(page, 'Rates');
  await page.getByText(/\d observed rates?\./).waitFor();
  for (const period of ['Day', 'Week', 'Month', 'Year']) {
    await page.getByRole('radio', { name: period }).click();
    await expect.poll(() => inkOf(page)).toBeGreaterThan(0.9);
  }
  await page.getByRole('radio', { name: 'All' }).click();
  await expect.poll(() => inkOf(page)).toBeLessThan(0.7);
});
