import type { Page } from 'playwright-core';
import type { Draft, Intent, IntentReview } from '#shared/domain/intent.ts';
import type { Result } from '#shared/errors.ts';
import type { Bridge } from '#shared/ipc/bridge.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.ts';
import {
  atEnd,
  balanceOf,
  endTest,
  newDataFolder,
  ONE_BTC,
  openDesk,
  openFundedDesk,
  PAYEE,
  paymentsOf,
  startServer,
} from './desk.ts';
import { startFaultyLine, type FaultyLine } from './faulty-line.ts';
import { launchApp } from './launch.ts';
import {
  confirmWithdrawal,
  fillBuy,
  fillWithdrawal,
  openClient,
  reviewWithdrawal,
  startBuy,
  startWithdrawal,
} from './steps.ts';

const UNKNOWN = 'We don’t know yet whether it went';

let sandbox: Sandbox;
let line: FaultyLine;

beforeEach(async () => {
  sandbox = await startServer();
  line = await startFaultyLine(sandbox.url);
  atEnd(line.close);
});
afterEach(endTest);

/** The withdrawal was executed; what became of its answer is another matter. */
async function isExecuted(): Promise<void> {
  const withdrawals = () => sandbox.ledger().filter(({ type }) => type === 'bitcoin_withdrawal');
  await expect.poll(() => withdrawals().length).toBe(1);
}

/** From the client's page: asks for the withdrawal that is already under way. */
async function isRefusedAgain(page: Page): Promise<void> {
  await startWithdrawal(page);
  await page.getByRole('status').filter({ hasText: UNKNOWN }).waitFor();
  await fillWithdrawal(page, PAYEE, '0.25');
  await page.getByRole('button', { name: 'Review' }).click();
  const refusal = page.getByRole('alert').filter({ hasText: 'Not ready for review' });
  await refusal.getByText('An equal request is already open').waitFor();
}

/** Makes one request over the page's bridge twice, without waiting in between. */
async function twiceAtOnce<Value>(page: Page, name: string, input: object) {
  return page.evaluate(
    async ([request, given]) => {
      const { bitpro } = window as unknown as { bitpro: Bridge };
      const answers = await Promise.all([1, 2].map(() => bitpro.invoke(request, given)));
      return answers as Result<Value>[];
    },
    [name, input] as const,
  );
}

function refusedAs(code: string): unknown {
  return { ok: false, error: expect.objectContaining({ code }) };
}

it('sends a withdrawal once when Confirm is clicked twice', async () => {
  const { page } = await openFundedDesk(await newDataFolder(), sandbox, line.url);
  await reviewWithdrawal(page, PAYEE, '0.25');
  await page.getByLabel('Last six characters of the address').fill(PAYEE.slice(-6));
  // The answer waits, so the second click finds the first one under way.
  line.setPostFault('hold');
  const confirm = page.getByRole('button', { name: /^Confirm withdrawal/ });
  await confirm.dblclick();
  await isExecuted();
  line.setPostFault('none');
  await page.getByText('Withdrawal accepted').waitFor();
  expect(paymentsOf(sandbox)).toHaveLength(1);
});

it('sends a withdrawal once when two windows confirm it at the same time', async () => {
  const { page, uid } = await openFundedDesk(await newDataFolder(), sandbox, line.url);
  const draft: Draft = { kind: 'withdrawal', clientUid: uid, address: PAYEE, amountBtc: '0.25' };
  // The app has one window, so its page asks twice at once, as the pages of two would.
  const prepared = await twiceAtOnce<IntentReview>(page, 'intents.prepare', draft);
  expect(prepared.filter(({ ok }) => ok)).toHaveLength(1);
  expect(prepared).toContainEqual(refusedAs('duplicate_intent'));

  const review = prepared.flatMap((result) => (result.ok ? [result.value] : []))[0];
  const confirmation = {
    id: review?.intent.id,
    reviewHash: review?.reviewHash,
    typed: PAYEE.slice(-6),
  };
  const confirmed = await twiceAtOnce<Intent>(page, 'intents.confirm', confirmation);
  expect(confirmed).toContainEqual({
    ok: true,
    value: expect.objectContaining({ state: 'confirmed', attempts: 1 }),
  });
  expect(confirmed).toContainEqual(refusedAs('conflict'));
  expect(paymentsOf(sandbox)).toHaveLength(1);
});

it('sends nothing more when the app is started a second time while it waits', async () => {
  const userDataDir = await newDataFolder();
  const { page } = await openFundedDesk(userDataDir, sandbox, line.url);
  await reviewWithdrawal(page, PAYEE, '0.25');
  line.setPostFault('hold');
  await confirmWithdrawal(page, PAYEE);
  await isExecuted();

  const second = await launchApp({ userDataDir }).catch(() => undefined);
  await second?.exited;
  expect(paymentsOf(sandbox)).toHaveLength(1);

  line.setPostFault('none');
  await page.getByText('Withdrawal accepted').waitFor();
  expect(paymentsOf(sandbox)).toHaveLength(1);
});

it('takes no Enter that is held down, and sends a buy once for a new one', async () => {
  const { page } = await openFundedDesk(await newDataFolder(), sandbox, line.url);
  await startBuy(page);
  await fillBuy(page, '100');
  await page.getByLabel('Amount in USD').focus();
  // A second `down` without an `up` is what a held key sends: the same with `repeat` set.
  await page.keyboard.down('Enter');
  const confirm = page.getByRole('button', { name: /^Confirm buy/, disabled: false });
  await confirm.waitFor();
  await confirm.focus();
  for (let repeat = 0; repeat < 10; repeat += 1) await page.keyboard.down('Enter');
  // Whoever confirms sees the button busy at once.
  expect(await confirm.isEnabled()).toBe(true);
  expect(paymentsOf(sandbox)).toEqual([]);

  await page.keyboard.up('Enter');
  line.setPostFault('hold');
  for (let repeat = 0; repeat < 10; repeat += 1) await page.keyboard.down('Enter');
  await expect.poll(() => paymentsOf(sandbox).length).toBe(1);
  line.setPostFault('none');
  await page.getByText('Slippage').waitFor();
  await page.keyboard.up('Enter');
  expect(paymentsOf(sandbox)).toHaveLength(1);
});

it('does not know, when the answer is lost, and sends nothing more once the line is back', async () => {
  const { page } = await openFundedDesk(await newDataFolder(), sandbox, line.url);
  await reviewWithdrawal(page, PAYEE, '0.25');
  line.setPostFault('drop');
  await confirmWithdrawal(page, PAYEE);
  await page.getByText(UNKNOWN).waitFor();
  await isExecuted();
  await page.getByRole('link', { name: 'Aster Books' }).first().click();
  await isRefusedAgain(page);

  line.setPostFault('none');
  await page.getByRole('button', { name: 'Refresh now' }).click();
  await openClient(page, 'Aster Books');
  await balanceOf(page, 'Balance', ONE_BTC - 25_000_000);
  expect(paymentsOf(sandbox)).toHaveLength(1);
});

it('does not know, when the app is killed while it waits, and sends nothing more after the restart', async () => {
  const userDataDir = await newDataFolder();
  const { app, page } = await openFundedDesk(userDataDir, sandbox, line.url);
  await reviewWithdrawal(page, PAYEE, '0.25');
  line.setPostFault('hold');
  await confirmWithdrawal(page, PAYEE);
  await isExecuted();
  await app.kill('SIGKILL');
  line.setDown(true);

  const later = await openDesk(userDataDir);
  await later.page.getByRole('status').filter({ hasText: 'Offline since' }).waitFor();
  const needsSomeone = later.page.getByRole('table', { name: 'Requests that are not settled' });
  await needsSomeone.getByText(UNKNOWN).waitFor();
  await needsSomeone.getByRole('link', { name: 'Withdrawal' }).click();
  await later.page.getByText(UNKNOWN).waitFor();
  await later.page.getByRole('link', { name: 'Back to client' }).click();
  await isRefusedAgain(later.page);

  line.setPostFault('none');
  line.setDown(false);
  await later.page.getByRole('button', { name: 'Refresh now' }).click();
  await openClient(later.page, 'Aster Books');
  await balanceOf(later.page, 'Balance', ONE_BTC - 25_000_000);
  expect(paymentsOf(sandbox)).toHaveLength(1);
});
