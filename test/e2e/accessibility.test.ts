import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { endTest } from './desk.ts';
import { launchApp } from './launch.ts';
import {
  confirmBuy,
  goTo,
  openClient,
  reviewBuy,
  reviewWithdrawal,
  startPractising,
} from './steps.ts';
import { walkGuards } from './walk-guards.ts';

const WCAG_22_AA = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
/** Axe looks twice at each of some thirty screens. */
const WALK_LIMIT_MS = 240_000;
const CLIENT = 'Harbour Coffee Roasters';
/** A payee on testnet. */
const PAYEE = 'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn';

/** One line for each rule and place that violates it, in light and in dark. */
async function violationsOn(page: Page, screen: string): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    // Colours are measured, so nothing may be on its way to another.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const axe = new AxeBuilder({ page }).withTags(WCAG_22_AA);
    // Otherwise axe collects its results in a second page, and the app has one window only.
    const { violations, passes } = await axe.setLegacyMode().analyze();
    expect(passes, `axe looked at ${screen}`).not.toEqual([]);
    for (const { id, nodes } of violations) {
      found.push(
        ...nodes.map((node) => `${screen}, ${colorScheme}: ${id} at ${node.target.join(' ')}`),
      );
    }
  }
  return found;
}

/** Goes through the main job on the Practice profile and stops at every screen. */
async function walk(page: Page, stop: (screen: string) => Promise<void>): Promise<void> {
  await page.getByRole('button', { name: 'Start practising' }).waitFor();
  await stop('first run');
  await page.getByRole('button', { name: 'Connect an account' }).click();
  await page.getByLabel('Base URL').waitFor();
  await stop('connect');
  await page.getByRole('button', { name: 'Back' }).click();

  await startPractising(page);
  await page.getByText('Everything is accounted for').waitFor();
  await stop('overview');
  await goTo(page, 'Clients');
  await page.getByRole('row').filter({ hasText: CLIENT }).waitFor();
  await stop('clients');
  await page.getByRole('button', { name: 'New client' }).click();
  await page.getByRole('dialog').getByRole('textbox', { name: 'Label' }).waitFor();
  await stop('new client');
  await page.keyboard.press('Escape');

  await openClient(page, CLIENT);
  await page.getByRole('row').nth(2).waitFor();
  await stop('client');
  await page.getByRole('button', { name: 'Buy', exact: true }).click();
  await page.getByLabel('Amount in USD').waitFor();
  await stop('buy');
  await openClient(page, CLIENT);
  await reviewBuy(page, '1500');
  await page.locator('[data-armed="true"]').waitFor();
  await stop('review of a buy');
  await confirmBuy(page);
  await stop('receipt of a buy');
  await openClient(page, CLIENT);
  await page.getByRole('button', { name: 'Withdraw', exact: true }).click();
  await page.getByLabel('Amount in BTC').fill('1,5');
  await page.getByRole('button', { name: 'Review' }).click();
  await stop('withdraw, with a mistake');
  await openClient(page, CLIENT);
  await reviewWithdrawal(page, PAYEE, '0.05');
  await page.locator('[data-armed="true"]').waitFor();
  await stop('review of a withdrawal');

  await page.goto(new URL('#/intents', page.url()).href);
  await page.getByRole('heading', { level: 1, name: 'Requests' }).waitFor();
  await page.getByRole('row').nth(1).waitFor();
  await stop('requests');
  await goTo(page, 'History');
  await page.getByRole('row').nth(3).waitFor();
  await stop('history');
  await page.getByRole('button', { name: 'Jump to date' }).click();
  await page.getByRole('dialog').getByRole('gridcell').first().waitFor();
  await stop('jump to a date');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await page.getByRole('row').nth(2).click();
  await page.getByRole('dialog').waitFor();
  await stop('details of a transaction');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });

  await goTo(page, 'Rates');
  await page.locator('canvas').waitFor();
  await stop('rates');
  await goTo(page, 'Reports');
  await page.getByRole('button', { name: 'Export CSV' }).waitFor();
  await stop('reports');
  await goTo(page, 'Settings');
  await page.getByRole('row').nth(1).waitFor();
  await stop('settings');
  await page.getByRole('button', { name: 'Profile', exact: true }).click();
  await page.getByRole('menu').waitFor();
  await stop('profile menu');
}

afterEach(endTest);

it(
  'breaks no rule of WCAG 2.2 AA that axe can see, on any screen, light or dark',
  async () => {
    const userDataDir = await mkdtemp(join(tmpdir(), 'accessibility-'));
    const app = await launchApp({ userDataDir });
    try {
      const page = await app.firstWindow();
      page.setDefaultTimeout(15_000);
      const found: string[] = [];
      await walk(page, async (screen) => void found.push(...(await violationsOn(page, screen))));
      expect(found).toEqual([]);
    } finally {
      await app.close();
      await rm(userDataDir, { recursive: true, force: true });
    }
  },
  WALK_LIMIT_MS,
);

it(
  'nor on the screens of the guards and of an outcome that is not known',
  async () => {
    const found: string[] = [];
    await walkGuards(
      async (page, screen) => void found.push(...(await violationsOn(page, screen))),
    );
    expect(found).toEqual([]);
  },
  WALK_LIMIT_MS,
);

it(
  'nor at 400 % zoom, where every place can be reached and read',
  async () => {
    const userDataDir = await mkdtemp(join(tmpdir(), 'accessibility-'));
    const app = await launchApp({ userDataDir });
    try {
      const page = await app.firstWindow();
      page.setDefaultTimeout(15_000);
      await startPractising(page);
      await page.setViewportSize({ width: 320, height: 256 });
      const found: string[] = [];
      for (const name of ['Overview', 'Clients', 'Requests', 'History', 'Reports', 'Guards']) {
        await goTo(page, name);
        found.push(...(await violationsOn(page, `${name} at 320 px`)));
      }
      expect(found).toEqual([]);
    } finally {
      await app.close();
      await rm(userDataDir, { recursive: true, force: true });
    }
  },
  WALK_LIMIT_MS,
);

it('marks the current page, the choice and the focus where the system chooses all colours', async () => {
  const userDataDir = await mkdtemp(join(tmpdir(), 'accessibility-'));
  const app = await launchApp({ userDataDir });
  try {
    const page = await app.firstWindow();
    page.setDefaultTimeout(15_000);
    await startPractising(page);
    await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
    const outlineOf = (selector: string): Promise<string> =>
      page
        .locator(selector)
        .first()
        .evaluate((element) => getComputedStyle(element).outlineStyle);
    expect(await outlineOf('nav [aria-current="page"]')).toBe('solid');
    expect(await outlineOf('nav a:not([aria-current])')).toBe('none');
    expect(await outlineOf('label:has(> input:checked)')).toBe('solid');
    expect(await outlineOf('label:has(> input:not(:checked))')).toBe('none');
    await page.keyboard.press('Tab');
    expect(await outlineOf(':focus-visible')).toBe('solid');
    const moving = await page.evaluate(() =>
      [...document.querySelectorAll('*')].filter((each) => {
        const { transitionDuration, animationDuration } = getComputedStyle(each);
        return [transitionDuration, animationDuration].some((text) => parseFloat(text) > 0);
      }),
    );
    expect(moving).toEqual([]);
  } finally {
    await app.close();
    await rm(userDataDir, { recursive: true, force: true });
  }
});
