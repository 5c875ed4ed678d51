import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startServer, type AttackServer } from '../attacks/server.ts';
import { atEnd, endAll, newDataFolder, openDesk } from './desk.ts';
import { connectAccount, goTo } from './steps.ts';

const MAINNET = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4';

let server: AttackServer;
let page: Page;

beforeAll(async () => {
  server = await startServer();
  atEnd(server.close);
  ({ page } = await openDesk(await newDataFolder()));
  const { baseUrl, apiKey, secret } = server;
  await connectAccount(page, { baseUrl, apiKey, secretKey: secret });
});
afterAll(endAll);

async function add(uid: string, label: string): Promise<void> {
  await goTo(page, 'Clients');
  await page.getByRole('button', { name: 'Add by UID' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'UID' }).fill(uid);
  await dialog.getByRole('textbox', { name: 'Label' }).fill(label);
  await dialog.getByRole('button', { name: 'Add client' }).click();
  await page.getByRole('heading', { level: 1, name: label }).waitFor();
}

it('an address of the other network is neither drawn nor copied, and is told everywhere', async () => {
  const account = server.createAccount();
  account.address = MAINNET;
  await add(account.uid, 'Aster');
  await page.getByText('Do not give this address to anybody').waitFor();
  await page.getByText('Bitpro reports an address of mainnet').first().waitFor();
  expect(await page.getByRole('button', { name: 'Copy address' }).count()).toBe(0);
  expect(await page.getByTitle('QR code of the deposit address').count()).toBe(0);
  await goTo(page, 'Clients');
  await page.getByRole('row').filter({ hasText: 'Aster' }).getByText('Bad address').waitFor();
  await goTo(page, 'Overview');
  const told = page.getByRole('table', { name: 'Deposit addresses to look at' });
  await told.getByRole('link', { name: 'Aster' }).waitFor();
});

it('a changed address that cannot be used cannot be taken; the known one can be confirmed', async () => {
  const account = server.createAccount();
  const known = account.address;
  await add(account.uid, 'Birch');
  await page.getByRole('button', { name: 'Copy address' }).waitFor();
  account.address = `\u202E${MAINNET}`;
  await page.getByRole('button', { name: 'Refresh', exact: true }).click();
  await page.getByRole('button', { name: 'Compare addresses' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('The address reported now cannot be taken').waitFor();
  expect(await dialog.getByRole('button', { name: 'Take the new address' }).count()).toBe(0);
  await dialog.getByLabel('Last six characters of the known address').fill(known.slice(-6));
  await dialog.getByRole('button', { name: 'Confirm the known address' }).click();
  await page.getByRole('button', { name: 'Copy address' }).waitFor();
});
