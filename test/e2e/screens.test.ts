import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFaultServer, type FaultServer } from '../fault-server/fault-server.ts';
import { atEnd, endAll, newDataFolder, openFundedDesk, PAYEE, startServer } from './desk.ts';
import type { LaunchedApp } from './launch.ts';
import {
  createClient,
  exportCsv,
  fillWithdrawal,
  goTo,
  openClient,
  pressConfirmBuy,
  reviewBuy,
  reviewWithdrawal,
  startWithdrawal,
} from './steps.ts';

/** Screens that are rarely seen: each says what is so, cuts nothing, and can be left. */
const CLIENT = 'Aster Books';
const NAME = 'Harbour Coffee Roasters';

let app: LaunchedApp;
let page: Page;
let server: FaultServer;
let folder: string;

beforeAll(async () => {
  const sandbox = await startServer();
  server = await startFaultServer(sandbox);
  atEnd(server.close);
  folder = await newDataFolder();
  ({ app, page } = await openFundedDesk(folder, sandbox, server.baseUrl));
  await createClient(page, NAME);
});
afterAll(endAll);

async function goToHash(hash: string): Promise<void> {
  await page.evaluate((place) => void (location.hash = place), hash);
}

describe('what is not there', () => {
  it.each([
    ['/clients/BT-NOPE', 'Client', 'Go to clients', 'Clients'],
    ['/clients/BT-NOPE/buy', 'Buy bitcoin', 'Go to clients', 'Clients'],
    ['/clients/BT-NOPE/withdraw', 'Withdraw bitcoin', 'Go to clients', 'Clients'],
    ['/intents/00000000-0000-4000-8000-000000000000', 'Request', 'Go to requests', 'Requests'],
    ['/settings/profiles/gone', 'Profile', 'Go to settings', 'Settings'],
    ['/nowhere', 'Page not found', 'Go to the overview', 'Overview'],
  ])('%s says so under a heading of its own, and leads on', async (hash, title, way, arrival) => {
    await goTo(page, 'Rates');
    await goToHash(hash);
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    await page
      .getByText(/^(Not found|There is no such screen|This profile no longer exists)$/)
      .waitFor();
    expect(await page.title()).toContain(title);
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
    for (const back of await page.locator('main header a').all()) {
      expect(await back.getAttribute('href')).not.toContain('NOPE');
    }
    await page.getByRole('link', { name: way }).click();
    await page.getByRole('heading', { level: 1, name: arrival }).waitFor();
  });
});

it('judges the address that stands in a form from before', async () => {
  await openClient(page, NAME);
  const own = (await page.locator('[class*=groups]').first().innerText()).replaceAll(/\s/g, '');
  await openClient(page, CLIENT);
  await startWithdrawal(page);
  await fillWithdrawal(page, own, '0.1');
  const whose = page.getByText(`This is the deposit address of ${NAME}`);
  await whose.waitFor();
  await page.getByRole('link', { name: 'Cancel' }).click();
  await startWithdrawal(page);
  await whose.waitFor();
  await page.getByRole('textbox', { name: 'Address' }).fill('');
  await page.getByLabel('Amount in BTC').fill('');
});

it('says how old the balance of a review is', async () => {
  await openClient(page, CLIENT);
  await reviewWithdrawal(page, PAYEE, '0.25');
  const balance = page.getByRole('definition').filter({ hasText: '1.00000000' });
  await balance.getByText(/^(just now|\d+ min ago)$/).waitFor();
  await page.getByRole('button', { name: 'Back to edit' }).click();
  await page.getByRole('button', { name: 'Review' }).waitFor();
});

it('keeps the field for a reason while the reason is written anew, and asks anew for another amount', async () => {
  await openClient(page, CLIENT);
  await reviewBuy(page, '700');
  server.setFault((response) => void response.destroy());
  await pressConfirmBuy(page);
  await page.getByRole('button', { name: 'Settle by hand…' }).click();
  await page.getByText('It did not go').click();
  await page.getByLabel('How do you know?').fill('Bitpro support');
  await page.getByRole('button', { name: 'Settle', exact: true }).click();
  await page.getByRole('link', { name: 'Start again' }).click();
  server.setFault(null);
  await page.getByRole('button', { name: 'Review' }).click();
  const reason = page.getByLabel('Reason for paying again');
  await reason.fill('second order');
  expect(await reason.getAttribute('aria-invalid')).not.toBe('true');
  await page.getByText('taken as not carried out').waitFor();
  await reason.fill('');
  await reason.pressSequentially('third order');
  expect(await reason.inputValue()).toBe('third order');
  await page.getByLabel('Amount in USD').fill('701');
  await reason.waitFor({ state: 'detached' });
});

it('moves no button when it tells that Bitpro has not answered yet', async () => {
  await page.setViewportSize({ width: 1024, height: 700 });
  await openClient(page, CLIENT);
  const answer = Promise.withResolvers<void>();
  server.setReadFault(async (response, process) => {
    const { status, body } = await process();
    await answer.promise;
    response.writeHead(status).end(body);
  });
  const boxes = () =>
    Promise.all(
      ['Refresh', 'Withdraw', 'Buy'].map((name) =>
        page.locator('main').getByRole('button', { name, exact: true }).boundingBox(),
      ),
    );
  const before = await boxes();
  await page.getByRole('button', { name: 'Refresh', exact: true }).click();
  await page.getByRole('button', { name: 'Stop waiting' }).waitFor();
  const after = await boxes();
  answer.resolve();
  server.setReadFault(null);
  await page.setViewportSize({ width: 1280, height: 800 });
  expect(after).toEqual(before);
});

it('shows the name of a client whole in the list of requests', async () => {
  await goTo(page, 'Requests');
  await page.getByText('All', { exact: true }).click();
  const name = page.getByRole('gridcell').getByText(NAME).first();
  await name.waitFor();
  const isWhole = (element: HTMLElement | SVGElement): boolean => {
    const cell = element.closest('[role="gridcell"]') ?? element;
    return cell.scrollWidth <= cell.clientWidth;
  };
  expect(await name.evaluate(isWhole)).toBe(true);
});

it('shows a file by its real name, and no earlier report beside one that was not written', async () => {
  await goTo(page, 'Reports');
  await exportCsv(app, page, join(folder, 'report \u202Egpj.csv'));
  await page.getByText(/report ‹U\+202E›gpj\.csv$/).waitFor();
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, folder);
  await page.getByRole('button', { name: 'Export CSV' }).click();
  await page.getByText('is a folder. Choose a file name.').waitFor();
  expect(await page.getByText('Report written').count()).toBe(0);
});

it('keeps the fields of a dialog apart', async () => {
  await goTo(page, 'Settings');
  await page.getByRole('button', { name: /^Actions for 127/ }).click();
  await page.getByRole('menuitem', { name: 'Edit connection' }).click();
  await page.getByRole('button', { name: 'Renew keys' }).click();
  const key = await page.getByLabel('New API key').boundingBox();
  const label = await page.getByText('New secret key', { exact: true }).boundingBox();
  expect((label?.y ?? 0) - ((key?.y ?? 0) + (key?.height ?? 0))).toBeGreaterThanOrEqual(12);
  await page.getByLabel('New API key').fill('e2e-merchant');
  await page.getByRole('dialog').getByRole('button', { name: 'Renew keys' }).click();
  await page.getByText('Enter the new secret key.').waitFor();
  await page.keyboard.press('Escape');
});
