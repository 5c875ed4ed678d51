import type { Page } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { connectionTo, endTest, newDataFolder, openDesk, startServer } from './desk.ts';
import { connectAccount, createClient, goTo } from './steps.ts';

const DEPOSITS = 120;

afterEach(endTest);

function gridTop(page: Page): Promise<number> {
  return page.getByRole('grid').evaluate((grid) => grid.scrollTop);
}

/** What the row at the upper edge of the list says, below its head. */
function topRow(page: Page): Promise<string | undefined> {
  return page.getByRole('grid').evaluate((grid) => {
    const { top } = grid.getBoundingClientRect();
    const rows = [...grid.querySelectorAll('[role=row][aria-selected]')];
    return rows.find((row) => row.getBoundingClientRect().bottom > top + 34)?.textContent;
  });
}

it('does not move under a reader when transactions come, and shows them when asked', async () => {
  const sandbox = await startServer();
  const { page } = await openDesk(await newDataFolder());
  await connectAccount(page, connectionTo(sandbox.url));
  const uid = await createClient(page, 'Aster Books');
  for (let nth = 1; nth <= DEPOSITS; nth += 1) sandbox.deposit(uid, nth * 100_000);
  await page.getByRole('button', { name: 'Refresh', exact: true }).click();
  await goTo(page, 'History');
  await page.getByText(`${DEPOSITS} transactions`).waitFor();
  await page.getByRole('grid').evaluate((grid) => (grid.scrollTop = 50 * 32));
  await expect.poll(() => topRow(page)).toContain('BTC');
  const [before, place] = [await topRow(page), await gridTop(page)];

  sandbox.deposit(uid, 99_900_000);
  sandbox.deposit(uid, 99_800_000);
  await page.getByRole('button', { name: 'Refresh' }).click();
  const news = page.getByRole('button', { name: '2 new transactions, show' });
  await news.waitFor();
  expect([await topRow(page), await gridTop(page)]).toEqual([before, place]);

  await news.click();
  await page.getByRole('row').filter({ hasText: '0.99900000' }).waitFor();
  await page.getByRole('row').filter({ hasText: '0.99800000' }).waitFor();
  await expect.poll(() => gridTop(page)).toBe(0);
  expect(await news.count()).toBe(0);
});
