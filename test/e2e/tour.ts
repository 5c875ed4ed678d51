import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { endAll } from './desk.ts';
import { launchApp } from './launch.ts';
import {
  confirmBuy,
  confirmWithdrawal,
  createClient,
  exportCsv,
  goTo,
  openClient,
  reviewBuy,
  reviewWithdrawal,
  startPractising,
  verifyReport,
} from './steps.ts';
import { walkGuards } from './walk-guards.ts';

/**
 * Walks the main job in the real window on the Practice profile, prints a line a step, and leaves a picture of
 * every screen, light and dark, and a transactions report; then the guards and unknown outcomes on a server that
 * loses answers: `npm run tour -- --out DIR [--size 1024x700] [--part job|guards]`.
 */
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: '.tour' },
    size: { type: 'string', default: '1280x800' },
    part: { type: 'string' },
  },
});
const out = resolve(values.out);
const [width = 1280, height = 800] = values.size.split('x').map(Number);
const size = { width, height };

/** Rich enough in the demo's history to buy and to withdraw. */
const CLIENT = 'Harbour Coffee Roasters';
const PAYEE = 'Lindqvist Marine';

let taken = 0;

async function picture(page: Page, name: string): Promise<void> {
  taken += 1;
  const number = String(taken).padStart(2, '0');
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    // What moved because of the last click has come to rest.
    await page.waitForTimeout(300);
    await page.screenshot({ path: join(out, `${number}-${name}-${colorScheme}.png`) });
  }
  await page.emulateMedia({ colorScheme: 'light' });
  console.log(`${number} ${name}`);
}

/** The money button takes no click in its first second. */
async function isArmed(page: Page): Promise<void> {
  await page.locator('[data-armed="true"]').waitFor();
}

async function depositAddress(page: Page, client: string): Promise<string> {
  await openClient(page, client);
  const address = page.getByText(/^[2mn][1-9A-HJ-NP-Za-km-z]{25,}$/).first();
  return (await address.textContent()) ?? '';
}

async function tourJob(): Promise<void> {
  const userDataDir = await mkdtemp(join(tmpdir(), 'bitpro-tour-'));
  const app = await launchApp({ userDataDir });
  try {
    const page = await app.firstWindow();
    await page.setViewportSize(size);
    await page.getByRole('button', { name: 'Start practising' }).waitFor();
    await picture(page, 'first-run');

    await page.getByRole('button', { name: 'Connect an account' }).click();
    await page.getByLabel('Base URL').waitFor();
    await picture(page, 'connect');
    await page.getByRole('button', { name: 'Back' }).click();

    await startPractising(page);
    await page.getByText('Everything is accounted for').waitFor({ timeout: 60_000 });
    await picture(page, 'overview');

    await goTo(page, 'Clients');
    await page.getByRole('row').filter({ hasText: CLIENT }).waitFor();
    await picture(page, 'clients');
    await page.getByRole('button', { name: 'New client' }).first().click();
    await picture(page, 'new-client');
    await page.keyboard.press('Escape');
    await createClient(page, 'Fennel & Rye');
    await picture(page, 'client-new');

    const payee = await depositAddress(page, PAYEE);
    await openClient(page, CLIENT);
    await picture(page, 'client');

    await reviewBuy(page, '1500');
    await isArmed(page);
    await picture(page, 'buy-review');
    await page.getByRole('button', { name: 'Back to edit' }).click();
    await page.getByLabel('Amount in USD').waitFor();
    await picture(page, 'buy');
    await page.getByRole('button', { name: 'Review' }).click();
    await confirmBuy(page);
    await picture(page, 'buy-receipt');

    await openClient(page, CLIENT);
    await reviewWithdrawal(page, payee, '0.05');
    await isArmed(page);
    await picture(page, 'withdraw-review');
    await page.getByRole('button', { name: 'Back to edit' }).click();
    await page.getByLabel('Amount in BTC').waitFor();
    await picture(page, 'withdraw');
    await page.getByLabel('Amount in BTC').fill('1,5');
    await page.getByRole('button', { name: 'Review' }).click();
    await picture(page, 'withdraw-mistake');
    await page.getByLabel('Amount in BTC').fill('0.05');
    await page.getByRole('button', { name: 'Review' }).click();
    await confirmWithdrawal(page, payee);
    await page.getByText('Network id').first().waitFor();
    await picture(page, 'withdraw-receipt');
    await page.goto(new URL('#/intents', page.url()).href);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.getByRole('radio', { name: 'All' }).click();
    await page.getByRole('row').nth(2).waitFor();
    await picture(page, 'requests');

    await goTo(page, 'History');
    await page.getByRole('row').nth(3).waitFor();
    await picture(page, 'history');
    await page.getByRole('row').nth(2).click();
    await page.getByRole('dialog').waitFor();
    await picture(page, 'history-details');
    await page.keyboard.press('Escape');

    await goTo(page, 'Rates');
    await page.locator('canvas').waitFor();
    await picture(page, 'rates');

    await goTo(page, 'Reports');
    await exportCsv(app, page, join(out, 'transactions.csv'));
    await picture(page, 'reports');
    const path = join(out, 'transactions.csv');
    await verifyReport(app, page, { path, verdict: 'as its manifest says' });
    await picture(page, 'report-verified');

    await goTo(page, 'Settings');
    await picture(page, 'settings');
    await page.getByRole('button', { name: 'Profile', exact: true }).click();
    await picture(page, 'profile-menu');
    await page.keyboard.press('Escape');
  } catch (error) {
    const page = await app.firstWindow();
    await page.screenshot({ path: join(out, 'stopped-here.png') });
    console.error(app.output());
    throw error;
  } finally {
    await app.close();
    await rm(userDataDir, { recursive: true, force: true });
  }
}

async function tourGuards(): Promise<void> {
  try {
    await walkGuards(picture, size);
  } finally {
    await endAll();
  }
}

await mkdir(out, { recursive: true });
if (values.part !== 'guards') await tourJob();
if (values.part !== 'job') await tourGuards();
console.log(`Done: ${taken} screens, light and dark, in ${out}`);
