import type { Page } from 'playwright-core';
import type { LaunchedApp } from './launch.ts';

/** The main job in the operator's own words: everything is found by role and accessible name. */

export type Connection = { baseUrl: string; apiKey: string; secretKey: string };

export async function startPractising(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Start practising' }).click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
}

export async function fillConnection(page: Page, connection: Connection): Promise<void> {
  await page.getByLabel('Base URL').fill(connection.baseUrl);
  await page.getByLabel('API key').fill(connection.apiKey);
  await page.getByLabel('Secret key').fill(connection.secretKey);
}

/** From the first screen to the form for an own profile. */
export async function startConnecting(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Connect an account' }).click();
  await page.getByLabel('Base URL').waitFor();
}

/** From the first screen to the overview of an own profile. */
export async function connectAccount(page: Page, connection: Connection): Promise<void> {
  await startConnecting(page);
  await fillConnection(page, connection);
  await page.getByRole('button', { name: 'Test and save' }).click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor({ timeout: 20_000 });
}

export async function goTo(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
}

/** Ends on the new client's page, and gives its uid. */
export async function createClient(page: Page, label: string): Promise<string> {
  await goTo(page, 'Clients');
  await page.getByRole('button', { name: 'New client' }).first().click();
  await page.getByRole('dialog').getByRole('textbox', { name: 'Label' }).fill(label);
  await page.getByRole('dialog').getByRole('button', { name: 'Create client' }).click();
  await page.getByRole('heading', { level: 1, name: label }).waitFor();
  return uidOf(page);
}

/** The uid of the client page that is open. */
export function uidOf(page: Page): string {
  return /clients\/([^/?]+)/.exec(page.url())?.[1] ?? '';
}

export async function openClient(page: Page, name: string): Promise<void> {
  await goTo(page, 'Clients');
  await page.getByRole('row').filter({ hasText: name }).first().click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
}

/** From the client's page to the form. */
export async function startBuy(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Buy', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Buy bitcoin' }).waitFor();
}

export async function fillBuy(page: Page, usd: string): Promise<void> {
  await page.getByLabel('Amount in USD').fill(usd);
}

/** From the client's page to the review of a buy. */
export async function reviewBuy(page: Page, usd: string): Promise<void> {
  await startBuy(page);
  await fillBuy(page, usd);
  await page.getByRole('button', { name: 'Review' }).click();
  await page.getByRole('button', { name: /^Confirm buy/ }).waitFor();
}

export async function confirmBuy(page: Page): Promise<void> {
  const carriedOut = page.getByText('Slippage');
  const expired = page.getByText('The rate has expired.');
  do {
    await pressConfirmBuy(page);
    await carriedOut.or(expired).first().waitFor();
    // Main may find the rate expired that was good when the button was pressed.
  } while (!(await carriedOut.isVisible()));
}

export async function pressConfirmBuy(page: Page): Promise<void> {
  // A rate is good for a minute at most, and the review may have come at its end.
  const expired = page.getByText('The rate has expired.');
  await page.addLocatorHandler(expired, () =>
    page.getByRole('button', { name: 'Refresh rate' }).click(),
  );
  await page.getByRole('button', { name: /^Confirm buy/ }).click();
  await page.removeLocatorHandler(expired);
}

/** From the client's page to the form. */
export async function startWithdrawal(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Withdraw', exact: true }).click();
  await page.getByRole('textbox', { name: 'Address' }).waitFor();
}

export async function fillWithdrawal(page: Page, address: string, btc: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Address' }).fill(address);
  await page.getByLabel('Amount in BTC').fill(btc);
}

/** From the client's page to the review of a withdrawal. */
export async function reviewWithdrawal(page: Page, address: string, btc: string): Promise<void> {
  await startWithdrawal(page);
  await fillWithdrawal(page, address, btc);
  await page.getByRole('button', { name: 'Review' }).click();
  await page.getByRole('button', { name: /^Confirm withdrawal/ }).waitFor();
}

export async function confirmWithdrawal(page: Page, address: string): Promise<void> {
  await page.getByLabel('Last six characters of the address').fill(address.slice(-6));
  await page.getByRole('button', { name: /^Confirm withdrawal/ }).click();
}

/** Writes the report that is chosen to `path`; resolves when it is whole. */
export async function exportCsv(app: LaunchedApp, page: Page, path: string): Promise<void> {
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, path);
  await page.getByRole('button', { name: 'Export CSV' }).click();
  await page.getByRole('button', { name: 'Show in folder' }).waitFor();
}

/** Holds the report at `path` against its manifest; resolves when the verdict says `verdict`. */
export async function verifyReport(
  app: LaunchedApp,
  page: Page,
  { path, verdict }: { path: string; verdict: string },
): Promise<void> {
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [filePath] });
  }, path);
  await page.getByRole('button', { name: 'Verify a report' }).click();
  await page.getByText(verdict).waitFor();
}

export async function openProfileMenu(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Profile', exact: true }).click();
}

export async function chooseProfile(page: Page, name: string): Promise<void> {
  await openProfileMenu(page);
  await page.getByRole('menuitemradio', { name }).click();
}
