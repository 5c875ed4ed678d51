import type { Page } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { startFaultyLine } from './faulty-line.ts';
import {
  atEnd,
  balanceOf,
  connectionTo,
  endTest,
  errorBeside,
  newDataFolder,
  ONE_BTC,
  openDesk,
  openFundedDesk,
  PAYEE,
  paymentsOf,
  refreshClient,
  startServer,
} from './desk.ts';
import {
  chooseProfile,
  confirmWithdrawal,
  createClient,
  fillConnection,
  goTo,
  openProfileMenu,
  reviewWithdrawal,
  startConnecting,
  startPractising,
} from './steps.ts';

/** One of the demo's clients, and one of the test's own. */
const PRACTICE_CLIENT = 'Harbour Coffee Roasters';
const OWN_CLIENT = 'Aster Books';

afterEach(endTest);

function band(page: Page, word: string) {
  return page.getByRole('region', { name: 'Environment' }).getByText(word);
}

/** With another profile everything that had the focus is gone. */
async function headingHasFocus(page: Page): Promise<void> {
  await page.locator('h1:focus').waitFor();
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
  await headingHasFocus(page);
  await goTo(page, 'History');
  expect(await page.getByRole('searchbox').inputValue()).toBe('');
  sandbox.deposit(await createClient(page, OWN_CLIENT), ONE_BTC);
  await refreshClient(page);
  await balanceOf(page, 'Unconfirmed', ONE_BTC);
  await showsOnly(page, OWN_CLIENT, PRACTICE_CLIENT);

  await chooseProfile(page, 'Practice');
  await band(page, 'PRACTICE').waitFor();
  await headingHasFocus(page);
  await showsOnly(page, PRACTICE_CLIENT, OWN_CLIENT);
  await chooseProfile(page, 'Own desk');
  await band(page, 'SANDBOX').waitFor();
  await showsOnly(page, OWN_CLIENT, PRACTICE_CLIENT);
});

/** From now on, whether `words` were in the document for a single change while the band said `environment`. */
async function watchFor(
  page: Page,
  environment: string,
  words: string,
): Promise<() => Promise<boolean>> {
  const watch = await page.evaluateHandle(
    (sought) => {
      const seen = { together: false };
      const look = (): void => {
        const sign = document.querySelector('[aria-label="Environment"]')?.textContent ?? '';
        const isThere = document.body.textContent.includes(sought.words);
        if (sign.includes(sought.environment) && isThere) seen.together = true;
      };
      new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
      return seen;
    },
    { environment, words },
  );
  return () => watch.evaluate((seen) => seen.together);
}

it('takes the notices of a profile along when it is left', async () => {
  const sandbox = await startServer();
  const { page } = await openFundedDesk(await newDataFolder(), sandbox);
  await page.getByText(`1.00000000 BTC for ${OWN_CLIENT}.`).waitFor();
  const wasSeen = await watchFor(page, 'PRACTICE', OWN_CLIENT);
  await chooseProfile(page, 'Practice');
  await band(page, 'PRACTICE').waitFor();
  await page.getByRole('row').filter({ hasText: PRACTICE_CLIENT }).first().waitFor();
  expect(await wasSeen()).toBe(false);
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

  // Locked while it is open, it is unlocked where the refusals say.
  await goTo(page, 'Settings');
  const actions = page.getByRole('button', { name: 'Actions for Main desk' });
  await actions.click();
  await page.getByRole('menuitem', { name: 'Lock again' }).click();
  const row = page.getByRole('row').filter({ hasText: 'Main desk' });
  await row.getByText('Open, Locked').waitFor();
  await actions.click();
  await page.getByRole('menuitem', { name: 'Unlock' }).click();
  await dialog.getByLabel('Profile name').fill('Main desk');
  await unlock.click();
  await goTo(page, 'Settings');
  await row.getByText('Open', { exact: true }).waitFor();
});

it('opens a profile that was left while it was sending once the answer is there, and keeps the answer', async () => {
  const sandbox = await startServer();
  const line = await startFaultyLine(sandbox.url);
  atEnd(line.close);
  const { page } = await openFundedDesk(await newDataFolder(), sandbox, line.url);
  await reviewWithdrawal(page, PAYEE, '0.25');
  line.setPostFault('hold');
  await confirmWithdrawal(page, PAYEE);
  await expect.poll(() => paymentsOf(sandbox).length).toBe(1);
  await chooseProfile(page, 'Practice');
  await band(page, 'PRACTICE').waitFor();
  const { host } = new URL(line.url);
  await chooseProfile(page, host);
  await page.getByText(`${host} is still sending`).waitFor();
  // Practice goes on working meanwhile.
  await goTo(page, 'Clients');
  await page.getByRole('row').filter({ hasText: PRACTICE_CLIENT }).first().waitFor();
  line.setPostFault('none');
  await band(page, 'SANDBOX').waitFor();
  await page.goto(new URL('#/intents', page.url()).href);
  await page.getByRole('radio', { name: 'All' }).check();
  await page.getByRole('row').filter({ hasText: '0.25' }).first().click();
  await page.getByText('Withdrawal accepted').first().waitFor();
  expect(paymentsOf(sandbox)).toHaveLength(1);
});

it('refuses a second profile of an account, keeps one with open requests, and finds its records again', async () => {
  const sandbox = await startServer();
  const { page } = await openFundedDesk(await newDataFolder(), sandbox);
  const { host } = new URL(sandbox.url);
  await reviewWithdrawal(page, PAYEE, '0.25');
  const add = async (name: string): Promise<void> => {
    await openProfileMenu(page);
    await page.getByRole('menuitem', { name: 'Add profile' }).click();
    await page.getByLabel('Name').fill(name);
    await fillConnection(page, connectionTo(sandbox.url.replace('127.0.0.1', 'localhost')));
    await page.getByRole('button', { name: 'Test and save' }).click();
  };
  await add('Second');
  await expect
    .poll(() => errorBeside(page, 'API key'))
    .toContain(`${host} is this account already`);

  await goTo(page, 'Settings');
  await page.getByRole('button', { name: `Actions for ${host}` }).click();
  const removal = page.getByRole('menuitem', { name: 'Remove', exact: true, disabled: true });
  await removal.getByText('Open another profile first.').waitFor();
  await page.keyboard.press('Escape');

  await chooseProfile(page, 'Practice');
  await band(page, 'PRACTICE').waitFor();
  const remove = async (): Promise<void> => {
    await goTo(page, 'Settings');
    await page.getByRole('button', { name: `Actions for ${host}` }).click();
    await page.getByRole('menuitem', { name: 'Remove' }).click();
    await page.getByLabel('Profile name').fill(host);
    await page.getByRole('button', { name: 'Remove profile' }).click();
  };
  await remove();
  await expect.poll(() => errorBeside(page, 'Profile name')).toContain('1 waiting to be confirmed');
  await page.getByRole('button', { name: 'Cancel' }).click();

  await chooseProfile(page, host);
  await band(page, 'SANDBOX').waitFor();
  await page.goto(new URL('#/intents', page.url()).href);
  await page.getByRole('row').filter({ hasText: '0.25' }).first().click();
  await page.getByRole('button', { name: 'Back to edit' }).click();
  await page.getByRole('button', { name: 'Review' }).waitFor();
  await chooseProfile(page, 'Practice');
  await band(page, 'PRACTICE').waitFor();
  await remove();
  await page.getByText(`${host} was removed`).waitFor();
  await add('Second');
  await page.getByText('1 client and 2 requests are back').waitFor();
  await goTo(page, 'Clients');
  await page.getByRole('row').filter({ hasText: OWN_CLIENT }).first().waitFor();
});

it('takes no keys of another account for a profile with clients', async () => {
  const other = { apiKey: 'another', secret: 'YW5vdGhlciBzZWNyZXQ=' };
  const sandbox = await startServer({
    merchants: [{ apiKey: 'e2e-merchant', secret: connectionTo('').secretKey }, other],
  });
  const { page, uid } = await openFundedDesk(await newDataFolder(), sandbox);
  await goTo(page, 'Settings');
  await page.getByRole('button', { name: `Actions for ${new URL(sandbox.url).host}` }).click();
  await page.getByRole('menuitem', { name: 'Edit connection' }).click();
  await page.getByRole('button', { name: 'Renew keys' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('New API key').fill(other.apiKey);
  await dialog.getByLabel('New secret key').fill(other.secret);
  await dialog.getByRole('button', { name: 'Renew keys' }).click();
  await expect.poll(() => errorBeside(page, 'New API key')).toContain(`${uid} of`);
  await dialog.getByLabel('New API key').fill('e2e-merchant');
  await dialog.getByLabel('New secret key').fill(connectionTo('').secretKey);
  await dialog.getByRole('button', { name: 'Renew keys' }).click();
  await page.getByText('Keys renewed').waitFor();
});
