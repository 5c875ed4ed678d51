import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.ts';
import {
  endAll,
  errorBeside,
  newDataFolder,
  openFundedDesk,
  PAYEE,
  paymentsOf,
  startServer,
} from './desk.ts';
import { fillBuy, fillWithdrawal, openClient, startBuy, startWithdrawal } from './steps.ts';

const ZERO = 'The amount must be greater than 0.';
const COMMA = 'Use a point for decimals and no thousands separators.';
const DIGITS = 'Enter digits only';

let sandbox: Sandbox;
let page: Page;

beforeAll(async () => {
  sandbox = await startServer();
  ({ page } = await openFundedDesk(await newDataFolder(), sandbox));
});
afterAll(endAll);

/** Asks for the review, is told why not, and nothing has left for the service. */
async function isRefused(field: string, says: string): Promise<void> {
  await page.getByRole('button', { name: 'Review' }).click();
  await expect.poll(() => errorBeside(page, field)).toContain(says);
  expect(await page.getByRole('button', { name: 'Review' }).isVisible()).toBe(true);
  expect(paymentsOf(sandbox)).toEqual([]);
}

describe('a withdrawal', () => {
  beforeAll(async () => {
    await openClient(page, 'Aster Books');
    await startWithdrawal(page);
  });

  it.each([
    ['', 'Enter an amount in BTC.'],
    ['0', ZERO],
    ['0.00000000', ZERO],
    ['-1', ZERO],
    ['\u22121', ZERO],
    ['0.123456789', 'BTC has at most 8 decimals.'],
    ['1e-7', DIGITS],
    ['0x1', DIGITS],
    ['half', DIGITS],
    ['.', DIGITS],
    ['1,5', COMMA],
    ['1,500', COMMA],
    ['22000000', 'There are only 21 million BTC.'],
    ['1.00000001', 'The confirmed balance is 1.00000000 BTC.'],
  ])('does not take the amount “%s”', async (btc, says) => {
    await fillWithdrawal(page, PAYEE, btc);
    await isRefused('Amount in BTC', says);
    expect(await page.getByLabel('Amount in BTC').inputValue()).toBe(btc);
  });

  it.each([
    ['', 'Enter a bitcoin address.'],
    ['1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2', 'belongs to mainnet, and this profile pays on testnet'],
    [
      'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
      'belongs to mainnet, and this profile pays on testnet',
    ],
    ['mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfm', 'This is not a valid bitcoin address'],
    ['tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsy', 'This is not a valid bitcoin address'],
    ['tb1qw508d6qejxtdg4y5r3zarvary0c5xw7KXPJZSX', 'mixes capital and small letters'],
    ['ask accounting', 'This is not a valid bitcoin address'],
  ])('does not take the address “%s”', async (address, says) => {
    await fillWithdrawal(page, address, '0.25');
    await isRefused('Address', says);
    expect(await page.getByLabel('Address').inputValue()).toBe(address);
  });
});

describe('a buy', () => {
  beforeAll(async () => {
    await openClient(page, 'Aster Books');
    await startBuy(page);
  });

  it.each([
    ['', 'Enter an amount in USD.'],
    ['0', ZERO],
    ['-1', ZERO],
    ['10.001', 'USD has at most 2 decimals.'],
    ['1e3', DIGITS],
    ['100 EUR', DIGITS],
    ['1.500,00', COMMA],
    ['10000000000.01', 'The amount is too large for one buy.'],
  ])('does not take the amount “%s”', async (usd, says) => {
    await fillBuy(page, usd);
    await isRefused('Amount in USD', says);
    expect(await page.getByLabel('Amount in USD').inputValue()).toBe(usd);
  });
});
