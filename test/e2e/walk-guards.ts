import type { Page } from 'playwright-core';
import { answerAs, startFaultServer, type Fault } from '../fault-server/fault-server.ts';
import type { Sandbox } from '../../src/sandbox/server.ts';
import {
  atEnd,
  balanceOf,
  confirmDeposits,
  connectionTo,
  newDataFolder,
  ONE_BTC,
  openDesk,
  PAYEE,
  refreshClient,
  startServer,
} from './desk.ts';
import {
  confirmWithdrawal,
  createClient,
  fillConnection,
  fillWithdrawal,
  goTo,
  openClient,
  pressConfirmBuy,
  reviewBuy,
  reviewWithdrawal,
  startConnecting,
  startWithdrawal,
} from './steps.ts';

/** What is done at every screen: a picture is taken, or axe looks at it. */
export type Stop = (page: Page, screen: string) => Promise<void>;

const CLIENT = 'Aster Books';
const PASSPHRASE = 'four words of mine';
/** Begins like `PAYEE`, as a forged address would; its checksum is right. */
const FORGED = 'mipcBbFg9gKqYQWZhPfm4gfh3dN4mLFsd5';

const processed: Fault = async (response, process) => {
  await process();
  response.destroy();
};
const neverArrived: Fault = (response) => void response.destroy();
const otherAmount: Fault = async (response, process) => {
  const answer = await process();
  answerAs(response, { ...answer, body: answer.body.replace('0.07', '0.08') });
};

const button = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, exact: true });

/** By its title: toasts are dialogs too. */
const dialogOf = (page: Page, name: string) => page.getByRole('dialog', { name, exact: true });

/**
 * Every screen of the guards and of an outcome that is not known, with real state behind each: a sandbox
 * server, reached by way of a line that loses answers. Leaves nothing running but what `endAll` ends.
 */
export async function walkGuards(
  stop: Stop,
  size: { width: number; height: number } = { width: 1280, height: 800 },
): Promise<void> {
  const sandbox = await startServer();
  const line = await startFaultServer(sandbox);
  atEnd(line.close);
  const { page } = await openDesk(await newDataFolder());
  await page.setViewportSize(size);
  await settleIn(page, sandbox, line.baseUrl);

  await setGuards(page, stop);
  await fillAddressBook(page, stop);
  await payWithApproval(page, stop);
  await payAgain(page, stop);
  await payForged(page, stop);

  line.setFault(processed);
  await loseAnswer(page, stop);
  line.setFault(neverArrived);
  await settleByHand(page, stop);
  line.setFault(otherAmount);
  await contradict(page, stop);

  await goTo(page, 'Overview');
  await page.getByText('Needs someone').waitFor();
  await stop(page, 'overview-open');
  await openClient(page, CLIENT);
  await startWithdrawal(page);
  await page.getByRole('link', { name: 'See what is known' }).first().waitFor();
  await stop(page, 'withdraw-open');
}

/** A profile and an operator of their own names, and a client that owns one bitcoin. */
async function settleIn(page: Page, sandbox: Sandbox, baseUrl: string): Promise<void> {
  await startConnecting(page);
  await page.getByLabel('Name').fill('Treasury');
  await fillConnection(page, connectionTo(baseUrl));
  await button(page, 'Test and save').click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor({ timeout: 20_000 });
  const uid = await createClient(page, CLIENT);
  sandbox.deposit(uid, ONE_BTC);
  confirmDeposits(sandbox);
  await refreshClient(page);
  await balanceOf(page, 'Balance', ONE_BTC);
  await goTo(page, 'Settings');
  await sitDown(page, 'Ann Lindqvist');
}

/** On the settings' screen. */
async function sitDown(page: Page, operator: string): Promise<void> {
  await page.getByLabel('Operator name').fill(operator);
  await button(page, 'Save').click();
  await page.getByText(`Operator: ${operator}`).waitFor();
}

async function setGuards(page: Page, stop: Stop): Promise<void> {
  await goTo(page, 'Settings');
  const guards = page.getByRole('region', { name: /^Guards of/ });
  await guards.getByLabel('Limit for 24 hours').fill('0,5');
  await button(page, 'Save guards').click();
  await guards.scrollIntoViewIfNeeded();
  await stop(page, 'guards-mistake');
  await guards.getByLabel('Limit for one withdrawal').fill('0.2');
  await guards.getByLabel('Limit for 24 hours').fill('0.5');
  await guards.getByLabel('Second person’s approval above').fill('0.05');
  await button(page, 'Save guards').click();
  await page.getByText('Guards saved').waitFor();
  await button(page, 'Add approver').click();
  const dialog = dialogOf(page, 'Add approver');
  await dialog.getByLabel('Approver name').fill('Bob Okafor');
  await dialog.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
  await dialog.getByLabel('Passphrase again').fill('four other words');
  await dialog.getByRole('button', { name: 'Add approver' }).click();
  await dialog.getByText('The two are not the same.').waitFor();
  await stop(page, 'add-approver');
  await dialog.getByLabel('Passphrase again').fill(PASSPHRASE);
  await dialog.getByRole('button', { name: 'Add approver' }).click();
  await page.getByRole('row').filter({ hasText: 'Bob Okafor' }).waitFor();
  await page.getByRole('table', { name: 'Approvers' }).scrollIntoViewIfNeeded();
  await stop(page, 'guards');
  await loosen(page, stop);
  await changeApprovers(page, stop);
}

/** With an approver there, a higher limit needs one. */
async function loosen(page: Page, stop: Stop): Promise<void> {
  await page.getByLabel('Limit for one withdrawal').fill('0.25');
  await page.getByLabel('Limit for 24 hours').fill('');
  await button(page, 'Save guards').click();
  const dialog = dialogOf(page, 'This takes protection away');
  await dialog.getByLabel('Approver’s passphrase').fill('not the right one');
  await dialog.getByRole('button', { name: 'Save guards' }).click();
  await dialog.getByText('This is not the passphrase').waitFor();
  await stop(page, 'loosen');
  await dialog.getByLabel('Approver’s passphrase').fill(PASSPHRASE);
  await dialog.getByRole('button', { name: 'Save guards' }).click();
  await dialog.waitFor({ state: 'hidden' });
}

async function changeApprovers(page: Page, stop: Stop): Promise<void> {
  const actions = button(page, 'Actions for Bob Okafor');
  // The notice of what was saved is still there, where the menu opens, and must not cover it.
  await actions.evaluate((element) => element.scrollIntoView({ block: 'end' }));
  await page.getByText('Guards saved').first().waitFor();
  await actions.click();
  await page.getByRole('menuitem', { name: 'Change passphrase' }).click();
  const changing = dialogOf(page, 'Change the passphrase of Bob Okafor');
  await changing.waitFor();
  await stop(page, 'change-passphrase');
  await page.keyboard.press('Escape');
  await button(page, 'Add approver').click();
  const adding = dialogOf(page, 'Add approver');
  await adding.getByLabel('Approver’s passphrase').waitFor();
  await stop(page, 'add-another-approver');
  await page.keyboard.press('Escape');
  await button(page, 'Actions for Bob Okafor').click();
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  await dialogOf(page, 'Remove Bob Okafor').waitFor();
  await stop(page, 'remove-approver');
  await page.keyboard.press('Escape');

  await sitDown(page, 'Bob Okafor');
  await page.getByText('Operator now').waitFor();
  await button(page, 'Add approver').click();
  await dialogOf(page, 'Add approver').getByText('Nobody here can agree to this').waitFor();
  await stop(page, 'nobody-can-agree');
  await page.keyboard.press('Escape');
  await sitDown(page, 'Ann Lindqvist');
}

async function addToBook(page: Page, address: string, label: string): Promise<void> {
  await button(page, 'Add address').click();
  const dialog = dialogOf(page, 'Add address');
  await dialog.getByLabel('Address').fill(address);
  await dialog.getByLabel('Label').fill(label);
  await dialog.getByRole('button', { name: 'Add address' }).click();
}

async function fillAddressBook(page: Page, stop: Stop): Promise<void> {
  await page.getByRole('link', { name: 'Address book' }).click();
  await page.getByText('No address is in the book').waitFor();
  await stop(page, 'address-book-empty');
  await addToBook(page, PAYEE.slice(0, -1), 'Cold wallet');
  await stop(page, 'address-book-mistake');
  const adding = dialogOf(page, 'Add address');
  await adding.getByLabel('Address').fill(PAYEE);
  await adding.getByRole('button', { name: 'Add address' }).click();
  await page.getByRole('row').filter({ hasText: 'Cold wallet' }).waitFor();
  await addToBook(page, FORGED, 'Supplier, from an e-mail');
  await page.getByText('Compare every character').waitFor();
  await stop(page, 'address-book');
  await button(page, 'Actions for Supplier, from an e-mail').click();
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  const dialog = dialogOf(page, 'Remove Supplier, from an e-mail');
  await dialog.waitFor();
  await stop(page, 'address-book-remove');
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await dialog.waitFor({ state: 'hidden' });
}

async function payWithApproval(page: Page, stop: Stop): Promise<void> {
  await openClient(page, CLIENT);
  await startWithdrawal(page);
  await fillWithdrawal(page, PAYEE, '0.3');
  await button(page, 'Review').click();
  await page.getByText('limit for one withdrawal').waitFor();
  await stop(page, 'above-limit');
  await page.getByLabel('Amount in BTC').fill('0.06');
  await button(page, 'Review').click();
  await page.getByText('Waits for a second person’s approval.').waitFor();
  await stop(page, 'approval');
  await page.getByLabel('Approver’s passphrase').fill('not the right one');
  await button(page, 'Approve').click();
  await page.getByText('This is not the passphrase').waitFor();
  await stop(page, 'approval-refused');
  await approve(page);
  await page.locator('[data-armed="true"]').waitFor();
  await stop(page, 'approved');
  await confirmWithdrawal(page, PAYEE);
  await page.getByText('Withdrawal accepted').waitFor();
}

async function approve(page: Page): Promise<void> {
  await page.getByLabel('Approver’s passphrase').fill(PASSPHRASE);
  await button(page, 'Approve').click();
  await page.getByText('Approved by Bob Okafor').waitFor();
}

async function payAgain(page: Page, stop: Stop): Promise<void> {
  await openClient(page, CLIENT);
  await startWithdrawal(page);
  await fillWithdrawal(page, PAYEE, '0.06');
  await button(page, 'Review').click();
  await page.getByLabel('Reason for paying again').waitFor();
  await stop(page, 'pay-again');
  await page.getByLabel('Reason for paying again').fill('Second instalment, order 2311');
  await button(page, 'Review').click();
  await page.getByText('Paid again because').waitFor();
  await stop(page, 'pay-again-review');
  await button(page, 'Back to edit').click();
  await page.getByLabel('Amount in BTC').waitFor();
}

async function payForged(page: Page, stop: Stop): Promise<void> {
  await openClient(page, CLIENT);
  await reviewWithdrawal(page, FORGED, '0.04');
  await page.getByText('Compare every character').waitFor();
  await page.locator('[data-armed="true"]').waitFor();
  await stop(page, 'look-alike');
  await button(page, 'Back to edit').click();
  await page.getByLabel('Amount in BTC').waitFor();
}

async function loseAnswer(page: Page, stop: Stop): Promise<void> {
  await openClient(page, CLIENT);
  await reviewBuy(page, '1500');
  await pressConfirmBuy(page);
  await page.getByText('Next look').waitFor();
  await stop(page, 'unknown');
  // The first look comes by itself after five seconds, and finds it.
  await page.getByText('Slippage').waitFor();
  await stop(page, 'unknown-then-confirmed');
}

async function settleByHand(page: Page, stop: Stop): Promise<void> {
  await openClient(page, CLIENT);
  await reviewWithdrawal(page, PAYEE, '0.05');
  await confirmWithdrawal(page, PAYEE);
  await button(page, 'Look again').click();
  await page.getByText('read to its end').waitFor();
  await stop(page, 'unknown-not-in-history');
  await button(page, 'Settle by hand…').click();
  const dialog = dialogOf(page, 'Settle by hand');
  await button(page, 'Settle').click();
  await dialog.getByText('Name the transaction.').waitFor();
  await stop(page, 'settle-it-went');
  await dialog.getByText('It did not go').click();
  await dialog.getByLabel('How do you know?').fill('Bitpro support, ticket 4711');
  await stop(page, 'settle-it-did-not-go');
  await button(page, 'Settle').click();
  await page.getByText('Settled by hand by').waitFor();
  await stop(page, 'settled-by-hand');
}

async function contradict(page: Page, stop: Stop): Promise<void> {
  await openClient(page, CLIENT);
  await reviewWithdrawal(page, PAYEE, '0.07');
  await approve(page);
  await confirmWithdrawal(page, PAYEE);
  await page.getByText('Needs a person').first().waitFor();
  await button(page, 'Settle by hand…').waitFor();
  await stop(page, 'needs-a-person');
  await button(page, 'Look again').click();
  await page.getByText('came after the request').waitFor();
  await button(page, 'Settle by hand…').click();
  await dialogOf(page, 'Settle by hand').waitFor();
  await stop(page, 'settle-with-candidates');
  await page.keyboard.press('Escape');
}
