import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchApp, type LaunchedApp } from './launch.ts';
import { confirmWithdrawal, goTo, openClient, startPractising } from './steps.ts';

/** The guards before sending, from the settings to the payment, on the Practice profile. */
const CLIENT = 'Harbour Coffee Roasters';
const PAYEE = '2MzCEdXEzBaxCJQAq8igw4pUP1NSGAgzsUr';
const PASSPHRASE = 'four words of mine';

let app: LaunchedApp;
let page: Page;
let userDataDir: string;

beforeAll(async () => {
  userDataDir = await mkdtemp(join(tmpdir(), 'guards-'));
  app = await launchApp({ userDataDir });
  page = await app.firstWindow();
  await startPractising(page);
  await page.getByText('Everything is accounted for').waitFor({ timeout: 60_000 });
});
afterAll(async () => {
  await app.close();
  await rm(userDataDir, { recursive: true, force: true });
});

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
const dialog = () => page.getByRole('dialog');

/** What the refusal of a withdrawal says was sent within a day, in satoshis. */
async function paidTodaySats(): Promise<number> {
  await openClient(page, CLIENT);
  await page.getByRole('button', { name: 'Withdraw', exact: true }).click();
  await page.getByRole('textbox', { name: 'Address' }).fill(PAYEE);
  await page.getByLabel('Amount in BTC').fill('0.06');
  await button('Review').click();
  const said = await page.getByText('limit for 24 hours is').first().textContent();
  await page.getByRole('textbox', { name: 'Address' }).fill('');
  const [, btc = ''] = /and ([\d.,]+) BTC were sent/.exec(said ?? '') ?? [];
  return Math.round(Number(btc.replaceAll(',', '')) * 100_000_000);
}

it('a payment above the limit goes to a labelled address with a second person’s approval', async () => {
  await goTo(page, 'Settings');
  await page.getByLabel('Second person’s approval above').fill('0.05');
  await page.getByLabel('Limit for 24 hours').fill('0.00000001');
  await button('Save guards').click();
  await page.getByText('Guards saved').waitFor();
  // The history of today counts: the limit leaves 0.2 BTC besides.
  const limit = ((await paidTodaySats()) + 20_000_000) / 100_000_000;
  await goTo(page, 'Settings');
  await page.getByLabel('Limit for 24 hours').fill(limit.toFixed(8));
  await button('Save guards').click();
  await page.getByText('Guards saved').last().waitFor();
  await button('Add approver').click();
  await dialog().getByLabel('Approver name').fill('Bob');
  await dialog().getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
  await dialog().getByLabel('Passphrase again').fill(PASSPHRASE);
  await dialog().getByRole('button', { name: 'Add approver' }).click();
  await page.getByRole('row').filter({ hasText: 'Bob' }).waitFor();

  await page.getByRole('link', { name: 'Address book' }).click();
  await button('Add address').click();
  await dialog().getByLabel('Address').fill(PAYEE);
  await dialog().getByLabel('Label').fill('Cold wallet');
  await dialog().getByRole('button', { name: 'Add address' }).click();
  await page.getByRole('row').filter({ hasText: 'Cold wallet' }).getByText('New').waitFor();

  await openClient(page, CLIENT);
  await page.getByRole('button', { name: 'Withdraw', exact: true }).click();
  await page.getByRole('combobox', { name: 'Address book' }).fill('cold');
  await page.getByRole('option', { name: 'Cold wallet' }).waitFor();
  // What fits best is taken by Enter.
  await page.keyboard.press('Enter');
  const address = page.getByRole('textbox', { name: 'Address' });
  await expect.poll(() => address.inputValue()).toBe(PAYEE);
  await page.getByLabel('Amount in BTC').fill('0.21');
  await button('Review').click();
  await page.getByText(`limit for 24 hours is ${limit.toFixed(8)} BTC`).waitFor();
  await page.getByLabel('Amount in BTC').fill('0.06');
  await button('Review').click();
  await page.getByText('Waits for a second person’s approval.').waitFor();
  expect(await button(/^Confirm withdrawal/).isDisabled()).toBe(true);

  await page.getByLabel('Approver’s passphrase').fill('not the right one');
  await button('Approve').click();
  await page.getByText('This is not the passphrase of this approver').waitFor();
  await page.getByLabel('Approver’s passphrase').fill(PASSPHRASE);
  await button('Approve').click();
  await page.getByText('Approved by Bob').waitFor();
  await confirmWithdrawal(page, PAYEE);
  await page.getByText('Withdrawal accepted').waitFor();
});

it('a higher limit needs the approver, by a passphrase that only they can change', async () => {
  await goTo(page, 'Settings');
  await button('Actions for Bob').click();
  await page.getByRole('menuitem', { name: 'Change passphrase' }).click();
  const changing = page.getByRole('dialog', { name: 'Change the passphrase of Bob' });
  await changing.getByLabel('Passphrase until now').fill(PASSPHRASE);
  await changing.getByLabel('New passphrase', { exact: true }).fill('four other words');
  await changing.getByLabel('New passphrase again').fill('four other words');
  await changing.getByRole('button', { name: 'Change passphrase' }).click();
  await page.getByText('Bob has a new passphrase').waitFor();

  await page.getByLabel('Limit for 24 hours').fill('0.1');
  await button('Save guards').click();
  await page.getByText('Guards saved').last().waitFor();
  await page.getByLabel('Limit for 24 hours').fill('300');
  await button('Save guards').click();
  const loosening = page.getByRole('dialog', { name: 'This takes protection away' });
  await loosening.getByText('would rise from 0.10000000 to 300.00000000 BTC').waitFor();
  await loosening.getByLabel('Approver’s passphrase').fill(PASSPHRASE);
  await loosening.getByRole('button', { name: 'Save guards' }).click();
  await loosening.getByText('This is not the passphrase').waitFor();
  await loosening.getByLabel('Approver’s passphrase').fill('four other words');
  await loosening.getByRole('button', { name: 'Save guards' }).click();
  await loosening.waitFor({ state: 'hidden' });
  await goTo(page, 'Overview');
  await goTo(page, 'Settings');
  expect(await page.getByLabel('Limit for 24 hours').inputValue()).toBe('300');
});

it('the same payment again asks for a reason, which the review shows', async () => {
  await openClient(page, CLIENT);
  await page.getByRole('button', { name: 'Withdraw', exact: true }).click();
  await page.getByRole('textbox', { name: 'Address' }).fill(PAYEE);
  await page.getByLabel('Amount in BTC').fill('0.06');
  await button('Review').click();
  await page.getByText('The same amount was sent to this address').waitFor();
  await page.getByLabel('Reason for paying again').fill('Second instalment');
  await button('Review').click();
  await page.getByText('Paid again because').waitFor();
  await page.getByText('Second instalment').waitFor();
});
