import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startSandbox } from '../../src/sandbox/server.ts';
import { startProxy } from '../main/money/spoiling-proxy.ts';
import { launchApp } from './launch.ts';
import {
  connectAccount,
  createClient,
  fillBuy,
  pressConfirmBuy,
  reviewBuy,
  startBuy,
} from './steps.ts';

const merchant = { apiKey: 'M3175465', secret: 'c2VjcmV0IGZvciB0ZXN0cyBvbmx5' };

it('an unknown outcome says what is known, and is settled by a look or by hand', async () => {
  const sandbox = await startSandbox({
    merchants: [merchant],
    deposits: 'none',
    // No rate ends between review and confirmation.
    quoteMs: 24 * 3_600_000,
  });
  onTestFinished(() => sandbox.close());
  const proxy = await startProxy(sandbox.url);
  const userDataDir = await mkdtemp(join(tmpdir(), 'settle-'));
  onTestFinished(() => rm(userDataDir, { recursive: true, force: true }));
  const app = await launchApp({ userDataDir });
  onTestFinished(() => app.close());
  const page = await app.firstWindow();
  const { baseUrl } = proxy;
  await connectAccount(page, { baseUrl, apiKey: merchant.apiKey, secretKey: merchant.secret });
  await createClient(page, 'Bob');

  proxy.fault = 'drop-answer';
  await reviewBuy(page, '1500');
  await pressConfirmBuy(page);
  await page.getByText('We don’t know yet whether it went').waitFor();
  await page.getByText('The history has not been read since the request was sent.').waitFor();
  await page.getByText('Next look').waitFor();
  await page.getByRole('button', { name: 'Look again' }).click();
  await page.getByText('Slippage').waitFor();

  proxy.fault = 'drop-request';
  await page.getByRole('link', { name: 'Back to client' }).click();
  await reviewBuy(page, '100');
  await pressConfirmBuy(page);
  await page.getByRole('button', { name: 'Look again' }).click();
  await page.getByText(/read to its end (once|\d+ times) since, and does not show it/).waitFor();
  expect(await page.getByRole('button', { name: /again/ }).allInnerTexts()).toEqual(['Look again']);

  // What is taken back while the history is read for it decides nothing.
  const reads = Promise.withResolvers<void>();
  proxy.readsAfter = reads.promise;
  await page.getByRole('button', { name: 'Settle by hand' }).click();
  await page.getByRole('dialog').getByText('It did not go').click();
  await page.getByRole('dialog').getByLabel('How do you know?').fill('I think so');
  await page.getByRole('dialog').getByRole('button', { name: 'Settle', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  // Nor when the dialog is open again by then.
  await page.getByRole('button', { name: 'Settle by hand' }).click();
  await page.getByRole('dialog').waitFor();
  reads.resolve();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Look again' }).click();
  await page.getByText(/read to its end \d+ times since, and does not show it/).waitFor();

  await page.getByRole('button', { name: 'Settle by hand' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('It did not go').click();
  await dialog.getByRole('button', { name: 'Settle', exact: true }).click();
  await dialog.getByText('Write down how you know.').waitFor();
  await dialog.locator('textarea:focus').waitFor();
  await dialog.getByLabel('How do you know?').fill('Bitpro support, ticket 4711');
  await dialog.getByRole('button', { name: 'Settle', exact: true }).click();
  await page.getByText('Settled by hand by').waitFor();
  await page.getByText('Bitpro support, ticket 4711').waitFor();

  // Should the hand have been wrong, an equal one is the second.
  await page.getByRole('link', { name: 'Back to client' }).click();
  await startBuy(page);
  await fillBuy(page, '100');
  await page.getByRole('button', { name: 'Review' }).click();
  await page.locator('textarea:focus').waitFor();
  await page.getByLabel('Reason for paying again').fill('Support says that it never came');
  await page.getByRole('button', { name: 'Review' }).click();
  await page.getByText('Support says that it never came').waitFor();
  expect(proxy.posts).toBe(3);
  expect(sandbox.ledger()).toHaveLength(1);
});
