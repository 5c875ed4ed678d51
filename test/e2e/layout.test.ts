import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.ts';
import {
  connectionTo,
  confirmDeposits,
  endAll,
  newDataFolder,
  openDesk,
  PAYEE,
  refreshClient,
  startServer,
} from './desk.ts';
import type { LaunchedApp } from './launch.ts';
import { cutFigures } from './measure.ts';
import {
  confirmBuy,
  confirmWithdrawal,
  connectAccount,
  createClient,
  exportCsv,
  fillBuy,
  fillWithdrawal,
  goTo,
  openClient,
  reviewBuy,
  reviewWithdrawal,
  startBuy,
  startWithdrawal,
} from './steps.ts';

/** Windows, and what 200 % and 400 % zoom leave of 1280 × 800. */
const SIZES = [
  { width: 1024, height: 700 },
  { width: 1280, height: 800 },
  { width: 2560, height: 1440 },
  { width: 640, height: 400 },
  { width: 320, height: 256 },
];
/** Together all the bitcoin there will ever be. */
const HOLDINGS = {
  'Aster Books and Papers of the Old Harbour': 2_089_999_987_654_322,
  Birch: 10_000_012_345_678,
};
const RICH = 'Aster Books and Papers of the Old Harbour';
const LIMIT_MS = 120_000;

let sandbox: Sandbox;
let app: LaunchedApp;
let page: Page;
let folder: string;

beforeAll(async () => {
  sandbox = await startServer({ basePriceCents: 25_000_000 });
  folder = await newDataFolder();
  ({ app, page } = await openDesk(folder));
  await connectAccount(page, connectionTo(sandbox.url));
  for (const [label, sats] of Object.entries(HOLDINGS)) {
    const uid = await createClient(page, label);
    sandbox.deposit(uid, sats);
    confirmDeposits(sandbox);
    await refreshClient(page);
    await page.getByText('Balance and history read').first().waitFor();
  }
}, LIMIT_MS);
afterAll(endAll);

/** At each size; afterwards the window is as large as it was. */
async function measureAll(screen: string): Promise<string[]> {
  const found: string[] = [];
  for (const size of SIZES) {
    await page.setViewportSize(size);
    // Columns are fitted to the window once it has its size.
    await page.evaluate(
      () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
    );
    const problems = await cutFigures(page);
    found.push(...problems.map((each) => `${screen}, ${size.width}: ${each}`));
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  return found;
}

describe('every figure can be read to its last digit, in a window of any size', () => {
  const screens: Record<string, () => Promise<unknown>> = {
    overview: async () => {
      await goTo(page, 'Overview');
      await page.getByText('Everything is accounted for').waitFor();
    },
    clients: async () => {
      await goTo(page, 'Clients');
      await page.getByRole('row').nth(2).waitFor();
    },
    client: async () => {
      await openClient(page, RICH);
      await page.getByRole('row').nth(1).waitFor();
    },
    'details of a transaction': async () => {
      await openClient(page, RICH);
      await page.getByRole('row').nth(1).click();
      await page.getByRole('dialog').waitFor();
    },
    history: async () => {
      await page.keyboard.press('Escape');
      await goTo(page, 'History');
      await page.getByRole('row').nth(2).waitFor();
    },
    buy: async () => {
      await openClient(page, RICH);
      await startBuy(page);
      await fillBuy(page, '9999999999.99');
    },
    'review of a buy': async () => {
      await openClient(page, RICH);
      await reviewBuy(page, '9999999999.99');
    },
    'receipt of a buy': () => confirmBuy(page),
    withdraw: async () => {
      await openClient(page, RICH);
      await startWithdrawal(page);
      await fillWithdrawal(page, PAYEE, '20000000.00000001');
    },
    'review of a withdrawal': async () => {
      await openClient(page, RICH);
      await reviewWithdrawal(page, PAYEE, '20000000.00000001');
    },
    'receipt of a withdrawal': async () => {
      await confirmWithdrawal(page, PAYEE);
      await page.getByText('Withdrawal accepted').first().waitFor();
    },
    requests: async () => {
      await goTo(page, 'Requests');
      await page.getByText('All', { exact: true }).click();
      await page.getByRole('row').nth(2).waitFor();
    },
    rates: async () => {
      await goTo(page, 'Rates');
      await page.locator('canvas').waitFor();
    },
  };

  it.each(Object.entries(screens))(
    '%s',
    async (screen, open) => {
      await open();
      expect(await measureAll(screen)).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'and no screen without figures scrolls sideways',
    async () => {
      await goTo(page, 'Reports');
      await exportCsv(app, page, join(folder, 'report.csv'));
      const found: string[] = [];
      for (const name of ['Reports', 'Guards', 'Settings']) {
        await goTo(page, name);
        found.push(
          ...(await measureAll(name)).filter((each) => !each.endsWith('no figure at all')),
        );
      }
      expect(found).toEqual([]);
    },
    LIMIT_MS,
  );
});
