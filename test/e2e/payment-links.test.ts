import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { endAll, newDataFolder, openFundedDesk, PAYEE, startServer } from './desk.ts';
import { createClient, openClient, startBuy, startWithdrawal } from './steps.ts';

let page: Page;

beforeAll(async () => {
  ({ page } = await openFundedDesk(await newDataFolder(), await startServer()));
  await createClient(page, 'Birch');
});
afterAll(endAll);

const address = () => page.getByRole('textbox', { name: 'Address' });
const amount = () => page.getByLabel('Amount in BTC');

beforeEach(async () => {
  await openClient(page, 'Aster Books');
  await startWithdrawal(page);
  await address().fill('');
  await amount().fill('');
});

/** By way of the system's clipboard, as a person does. */
async function paste(text: string): Promise<void> {
  await amount().fill(text);
  await amount().press('ControlOrMeta+a');
  await amount().press('ControlOrMeta+x');
}

it('takes address and amount of a link that is pasted, and gives both up with Ctrl+Z', async () => {
  await paste(`bitcoin://${PAYEE}?amount=0.0500000000`);
  await address().fill('typed before');
  await address().press('ControlOrMeta+a');
  await address().press('ControlOrMeta+v');
  await expect.poll(() => address().inputValue()).toBe(PAYEE);
  await expect.poll(() => amount().inputValue()).toBe('0.05');
  await address().press('ControlOrMeta+z');
  await expect.poll(() => address().inputValue()).toContain('bitcoin://');
  await address().press('ControlOrMeta+z');
  await expect.poll(() => address().inputValue()).toBe('typed before');
});

it('asks before an amount that was typed gives way to that of a link', async () => {
  await paste(`bitcoin:${PAYEE}?amount=0.05`);
  await amount().fill('0.1');
  await address().press('ControlOrMeta+v');
  await page.getByText('The link asks for 0.05 BTC').waitFor();
  expect(await amount().inputValue()).toBe('0.1');
  await page.getByRole('button', { name: 'Keep 0.1' }).click();
  expect(await amount().inputValue()).toBe('0.1');
  await page.getByText('The link asks for').waitFor({ state: 'detached' });

  await address().fill(`bitcoin:${PAYEE}?amount=0.05`);
  await amount().focus();
  await page.getByRole('button', { name: 'Take 0.05 BTC' }).click();
  expect(await amount().inputValue()).toBe('0.05');
});

it('takes the amount of a link along when the address becomes another one', async () => {
  await address().fill(`bitcoin:${PAYEE}?amount=0.05`);
  await amount().focus();
  await expect.poll(() => amount().inputValue()).toBe('0.05');
  await page.getByRole('link', { name: 'Cancel' }).click();
  await startWithdrawal(page);
  await expect.poll(() => amount().inputValue()).toBe('0.05');
  await address().fill(`bitcoin:${PAYEE}`);
  await amount().focus();
  await expect.poll(() => address().inputValue()).toBe(PAYEE);
  expect(await amount().inputValue()).toBe('');

  await address().fill(`bitcoin:${PAYEE}?amount=0.05`);
  await amount().focus();
  await expect.poll(() => amount().inputValue()).toBe('0.05');
  await address().fill(`bitcoin:${PAYEE}?amount=0.07`);
  await amount().focus();
  await expect.poll(() => amount().inputValue()).toBe('0.07');

  await amount().fill('0.1');
  await address().fill(`bitcoin:${PAYEE}`);
  await amount().focus();
  await expect.poll(() => address().inputValue()).toBe(PAYEE);
  expect(await amount().inputValue()).toBe('0.1');
});

it('reads an address in groups, and says so', async () => {
  await address().fill((PAYEE.match(/.{1,4}/g) ?? []).join(' '));
  await amount().fill('1 000.5');
  await expect.poll(() => address().inputValue()).toBe(PAYEE);
  await page.getByText('Spaces and line breaks inside it were removed.').waitFor();
  await page.getByText('Read as 1,000.50000000 BTC.').waitFor();
});

it('recognises an own client’s deposit address by name', async () => {
  await openClient(page, 'Birch');
  const birch = await page.locator('[class*=groups]').first().innerText();
  await openClient(page, 'Aster Books');
  await startWithdrawal(page);
  await address().fill(birch);
  await amount().fill('0.1');
  await page.getByText('This is the deposit address of Birch').waitFor();
  await page.getByRole('button', { name: 'Review' }).click();
  await page.getByText('This is the deposit address of your own client “Birch”').waitFor();
});

it('reads dollars as people write them', async () => {
  await openClient(page, 'Aster Books');
  await startBuy(page);
  await page.getByLabel('Amount in USD').fill('$1,500');
  await page.getByText('Read as 1,500.00 USD.').waitFor();
  await page.getByRole('button', { name: 'Review' }).click();
  await page.getByRole('button', { name: /^Confirm buy/ }).waitFor();
});
