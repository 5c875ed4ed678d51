import type { Page } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import {
  atEnd,
  confirmDeposits,
  endTest,
  newDataFolder,
  ONE_BTC,
  openFundedDesk,
  PAYEE,
  paymentsOf,
  startServer,
} from './desk.ts';
import { startFaultyLine } from './faulty-line.ts';
import { confirmWithdrawal, createClient, goTo, openClient, reviewWithdrawal } from './steps.ts';

/** What frames every screen: the focus, the places, notices, and what must not be missed. */
afterEach(endTest);

async function openDeskWith(sandboxOptions = {}) {
  const sandbox = await startServer(sandboxOptions);
  const line = await startFaultyLine(sandbox.url);
  atEnd(line.close);
  return { sandbox, line, ...(await openFundedDesk(await newDataFolder(), sandbox, line.url)) };
}

/** Tag and text of what has the focus. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    return `${element?.tagName}: ${element?.textContent}`;
  });
}

it('takes the focus to the new heading after each step that replaces what had it', async () => {
  const { page } = await openDeskWith();
  await page.keyboard.press('Escape');
  await reviewWithdrawal(page, PAYEE, '0.25');
  await expect.poll(() => focused(page)).toBe('H1: Review withdrawal');
  await page.locator('[data-armed="true"]').waitFor();
  await confirmWithdrawal(page, PAYEE);
  await page.getByText('Withdrawal accepted').first().waitFor();
  await expect.poll(() => focused(page)).toBe('H1: Withdrawal');

  await goTo(page, 'Guards');
  await page.getByRole('button', { name: 'Add approver' }).click();
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(() => focused(page)).toContain('Add approver');

  await goTo(page, 'Settings');
  await page.getByLabel('Operator name').fill('Ann Lindqvist');
  const save = page.getByRole('button', { name: 'Save', exact: true });
  await save.click();
  await expect.poll(() => save.isDisabled()).toBe(true);
  await expect.poll(() => focused(page)).toBe('H1: Settings');
});

it('marks one place of the navigation as the current one, requests and guards among them', async () => {
  const { page } = await openDeskWith();
  const current = page.getByRole('navigation').locator('[aria-current="page"]');
  for (const name of ['Requests', 'Guards', 'Clients', 'Settings']) {
    await goTo(page, name);
    expect(await current.allTextContents()).toEqual([name]);
  }
  await goTo(page, 'Guards');
  await page.getByRole('link', { name: 'Address book' }).click();
  await page.getByRole('heading', { level: 1, name: 'Address book' }).waitFor();
  expect(await current.allTextContents()).toEqual(['Guards']);
});

it('opens a transaction of a client in place, and leaves the history unfiltered', async () => {
  const { page, sandbox } = await openDeskWith();
  const other = await createClient(page, 'Birch');
  sandbox.deposit(other, ONE_BTC);
  confirmDeposits(sandbox);
  await page.getByRole('button', { name: 'Refresh', exact: true }).click();
  await openClient(page, 'Aster Books');
  const before = page.url();
  await page.getByRole('row').nth(1).click();
  await page.getByRole('dialog').getByText('Bitpro id').waitFor();
  expect(page.url()).toBe(before);
  await page.getByRole('button', { name: 'Close' }).click();

  await page.getByRole('link', { name: 'Full history' }).click();
  await page.getByRole('heading', { level: 1, name: 'History' }).waitFor();
  await page.getByText('1 transaction', { exact: true }).waitFor();
  await goTo(page, 'Overview');
  await goTo(page, 'History');
  await page.getByText('2 transactions', { exact: true }).waitFor();
});

it('counts what is said again, and says it over nothing', async () => {
  const { page, sandbox, uid } = await openDeskWith();
  await openClient(page, 'Aster Books');
  for (let deposit = 1; deposit <= 3; deposit += 1) {
    sandbox.deposit(uid, deposit * ONE_BTC);
    await page.getByRole('button', { name: 'Refresh', exact: true }).click();
    await page.getByText(`+${deposit}.00000000`).first().waitFor();
  }
  const notices = page.locator('[data-notices] > *');
  await page
    .getByText(/like it/)
    .first()
    .waitFor();
  const titles = await notices.getByText('Deposit on its way').count();
  expect(titles).toBe(1);
  const strip = await page.locator('[data-notices]').boundingBox();
  const main = await page.getByRole('main').boundingBox();
  expect((main?.y ?? 0) + (main?.height ?? 0)).toBeLessThanOrEqual((strip?.y ?? 0) + 1);
});

it('says what must not be missed in one line, the worst first, and the rest when asked', async () => {
  const { page, line } = await openDeskWith();
  await reviewWithdrawal(page, PAYEE, '0.25');
  await goTo(page, 'Clients');
  await page.getByText('1 request not settled').waitFor();
  await page.getByRole('link', { name: 'Withdrawal Aster Books: ' }).waitFor();
  line.setDown(true);
  await page.getByRole('button', { name: 'Refresh now' }).click();
  const more = page.getByRole('button', { name: 'Show 1 more notice' });
  await more.waitFor({ timeout: 30_000 });
  const banners = page
    .getByRole('alert')
    .or(page.getByRole('status'))
    .filter({ hasText: /Offline since|not settled/ });
  expect(await banners.count()).toBe(1);
  expect((await banners.first().boundingBox())?.height).toBeLessThanOrEqual(44);
  await more.click();
  expect(await banners.count()).toBe(2);
});

it('can be stopped while Bitpro does not answer, and sends nothing while offline', async () => {
  const { page, line, sandbox } = await openDeskWith();
  await reviewWithdrawal(page, PAYEE, '0.25');
  await page.locator('[data-armed="true"]').waitFor();
  line.setDelay(8000);
  await confirmWithdrawal(page, PAYEE);
  await page.getByText('Nothing is sent before it answers').waitFor();
  await page.getByRole('button', { name: 'Stop waiting' }).click();
  await page.getByLabel('Amount in BTC').waitFor();
  line.setDelay(0);
  await page.getByRole('button', { name: 'Review' }).click();
  const confirm = page.getByRole('button', { name: /^Confirm withdrawal/ });
  await expect.poll(() => confirm.isEnabled()).toBe(true);
  line.setDown(true);
  await page.getByRole('button', { name: 'Refresh now' }).click();
  await page.getByText('Offline: nothing can be sent').waitFor({ timeout: 30_000 });
  expect(await confirm.isDisabled()).toBe(true);
  await goTo(page, 'Clients');
  await page.getByRole('button', { name: 'New client' }).first().click();
  const create = page.getByRole('dialog').getByRole('button', { name: 'Create client' });
  expect(await create.isDisabled()).toBe(true);
  await page.getByRole('dialog').getByText('Offline: nothing can be sent').waitFor();
  expect(paymentsOf(sandbox)).toEqual([]);
});

it('names who could not be read, in the header, on the overview and in the list', async () => {
  const { page, line, uid } = await openDeskWith();
  line.setMissing(uid);
  const refresh = page.getByRole('button', { name: 'Refresh now' });
  await refresh.click();
  expect(await refresh.evaluate((button) => button === document.activeElement)).toBe(true);
  await page.getByRole('link', { name: '1 client not read' }).click();
  await page.getByText('1 client could not be read').waitFor();
  expect(await page.getByText('Everything is accounted for').count()).toBe(0);
  await page
    .getByText('1 client could not be read')
    .locator('xpath=../..')
    .getByRole('link', { name: 'Aster Books' })
    .click();
  await page.getByText('This client could not be read').waitFor();
  await goTo(page, 'Clients');
  await page.getByRole('row').filter({ hasText: 'Not read' }).waitFor();
});

it('keeps limits that were typed and not saved while other screens are looked at', async () => {
  const { page } = await openDeskWith();
  await goTo(page, 'Guards');
  const limit = page.getByLabel('Limit for one withdrawal');
  await limit.fill('0.75');
  await page.getByText('Not saved yet.').waitFor();
  await goTo(page, 'Rates');
  await goTo(page, 'Guards');
  expect(await limit.inputValue()).toBe('0.75');
  await page.getByRole('button', { name: 'Undo changes' }).click();
  expect(await limit.inputValue()).toBe('');
  await limit.fill('0.5');
  await page.getByRole('button', { name: 'Save guards' }).click();
  await page.getByText('Guards saved').waitFor();
  await page.getByText('Not saved yet.').waitFor({ state: 'detached' });
});
