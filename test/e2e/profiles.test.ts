import type { Page } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import {
  balanceOf,
  connectionTo,
  endAll,
  errorBeside,
  newDataFolder,
  ONE_BTC,
  openDesk,
  refreshClient,
  startServer,
} from './desk.ts';
import {
  chooseProfile,
  createClient,
  fillConnection,
  goTo,
  openProfileMenu,
  startConnecting,
  startPractising,
} from './steps.ts';

/** One of the demo's clients, and one of the test's own. */
const PRACTICE_CLIENT = 'Harbour Coffee Roasters';
const OWN_CLIENT = 'Aster Books';

afterEach(endAll);

function band(page: Page, word: string) {
  return page.getByRole('region', { name: 'Environment' }).getByText(word);
}

/** Walks the screens that show clients; the words of the other profile are on none of them. */
async function showsOnly(page: Page, own: string, other: string): Promise<void> {
  for (const place of ['Overview', 'Clients', 'History']) {
    await goTo(page, place);
    await page.getByRole('row').filter({ hasText: own }).first().waitFor();
    expect(await page.getByText(other).count()).toBe(0);
  }
  for (const place of ['Reports', 'Settings']) {
    await goTo(page, place);
    expect(await page.getByText(other).count()).toBe(0);
  }
}

it('shows nothing of the profile that was left', async () => {
  const sandbox = await startServer();
  const { page } = await openDesk(await newDataFolder());
  await startPractising(page);
  await band(page, 'PRACTICE').waitFor();
  await goTo(page, 'History');
  await page.getByRole('searchbox').fill('Harbour');
  await page.getByRole('row').filter({ hasText: PRACTICE_CLIENT }).first().waitFor();

  await openProfileMenu(page);
  await page.getByRole('menuitem', { name: 'Add profile' }).click();
  await page.getByLabel('Name').fill('Own desk');
  await fillConnection(page, connectionTo(sandbox.url));
  await page.getByRole('button', { name: 'Test and save' }).click();
  await band(page, 'SANDBOX').waitFor();
  await goTo(page, 'History');
  expect(await page.getByRole('searchbox').inputValue()).toBe('');
  sandbox.deposit(await createClient(page, OWN_CLIENT), ONE_BTC);
  await refreshClient(page);
  await balanceOf(page, 'Unconfirmed', ONE_BTC);
  await showsOnly(page, OWN_CLIENT, PRACTICE_CLIENT);

  await chooseProfile(page, 'Practice');
  await band(page, 'PRACTICE').waitFor();
  await showsOnly(page, PRACTICE_CLIENT, OWN_CLIENT);
  await chooseProfile(page, 'Own desk');
  await band(page, 'SANDBOX').waitFor();
  await showsOnly(page, OWN_CLIENT, PRACTICE_CLIENT);
});

it('keeps production locked until its name is typed', async () => {
  const server = await startServer({ environment: 'production', network: 'mainnet' });
  const { page } = await openDesk(await newDataFolder());
  await startConnecting(page);
  await page.getByLabel('Name').fill('Main desk');
  await page.getByRole('radio', { name: 'Production' }).check();
  await fillConnection(page, connectionTo(server.url));
  await page.getByRole('button', { name: 'Test and save' }).click();

  const dialog = page.getByRole('dialog', { name: 'Unlock Main desk' });
  const unlock = dialog.getByRole('button', { name: 'Unlock and open' });
  await dialog.waitFor();
  for (const wrong of ['', 'main desk', 'Main desk ']) {
    await dialog.getByLabel('Profile name').fill(wrong);
    await unlock.click();
    await expect
      .poll(() => errorBeside(page, 'Profile name'))
      .toContain('Type Main desk exactly as it is written here.');
    expect(await band(page, 'PRODUCTION').count()).toBe(0);
  }
  await dialog.getByLabel('Profile name').fill('Main desk');
  await unlock.click();
  await band(page, 'PRODUCTION').waitFor();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
});
