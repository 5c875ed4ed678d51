import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { saveTransactions } from '../../src/main/storage/cache/transactions-repo.ts';
import { openCache, openRecords } from '../../src/main/storage/open.ts';
import { registerClient } from '../../src/main/storage/records/clients-repo.ts';
import { endAll, newDataFolder, openDesk } from './desk.ts';
import { makeOfflineProfile } from './offline-profile.ts';
import { goTo } from './steps.ts';

const ROWS = 300_000;
const CLIENTS = ['Aster Books', 'Birch Bakery', 'Harbour Coffee Roasters'];
const NEWEST_MS = Date.UTC(2026, 9, 31, 23, 59);
const STEP_MS = 7 * 60_000;
const PATIENT = { timeout: 15_000 };

/** Row `index` of the list, newest first: its id says which one it is. */
function idOf(index: number): string {
  return `N${String(index).padStart(6, '0')}`;
}

/** Too high for one element at 32 px a row on a dense screen, and so for the list to be scrolled as it is. */
function fillHistory(userDataDir: string): void {
  const { recordsPath, cachePath } = makeOfflineProfile(userDataDir);
  const records = openRecords(recordsPath);
  const cache = openCache(cachePath, recordsPath);
  cache.exec('BEGIN');
  for (const [nth, label] of CLIENTS.entries()) {
    const uid = `BT-C${nth}`;
    registerClient(records, { uid, label, source: 'imported', addedAtMs: 1 });
    const rows = Array.from({ length: ROWS / CLIENTS.length }, (_row, at) => {
      const index = at * CLIENTS.length + nth;
      return {
        tid: idOf(index),
        type: index % 2 === 0 ? ('deposit' as const) : ('buy' as const),
        amountSats: index + 1,
        createdAtMs: NEWEST_MS - index * STEP_MS,
        txId: null,
        address: null,
        state: null,
        confirmations: 6,
      };
    });
    saveTransactions(cache, uid, rows, NEWEST_MS);
  }
  cache.exec('COMMIT');
  cache.close();
  records.close();
}

type Seen = { index: number; id: string | undefined; text: string };

/** The rows in sight that are loaded, from the top. */
async function rowsInSight(page: Page): Promise<Seen[]> {
  return page.getByRole('grid').evaluate((grid) => {
    const { top, bottom } = grid.getBoundingClientRect();
    return [...grid.querySelectorAll('[aria-rowindex]')].slice(1).flatMap((row) => {
      const box = row.getBoundingClientRect();
      const text = row.textContent;
      if (text === '' || box.top < top + 33 || box.top >= bottom) return [];
      return [
        { index: Number(row.getAttribute('aria-rowindex')) - 2, id: /N\d+/.exec(text)?.[0], text },
      ];
    });
  });
}

/** Waits until the rows in sight are loaded, and gives the index of the first. */
async function firstInSight(page: Page): Promise<number> {
  let seen: Seen[] = [];
  await expect
    .poll(async () => (seen = await rowsInSight(page)).length, PATIENT)
    .toBeGreaterThan(8);
  expect(seen.map(({ id }) => id)).toEqual(seen.map(({ index }) => idOf(index)));
  return seen[0]?.index ?? -1;
}

/** Looks at every frame from now on, and keeps what was wrong in one. */
async function watchFrames(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const wrong: string[] = [];
    Object.assign(window, { wrongFrames: wrong });
    const look = (): void => {
      const grid = document.querySelector('[role=grid]');
      const typed = document.querySelector<HTMLInputElement>('[role=searchbox]')?.value ?? '';
      const isOutdated = grid?.ariaBusy === 'true';
      for (const row of grid?.querySelectorAll('[role=row][aria-selected]') ?? []) {
        const text = row.textContent;
        const index = Number(row.getAttribute('aria-rowindex')) - 2;
        const isMisplaced = typed === '' && !text.includes(`N${String(index).padStart(6, '0')}`);
        const isNoMatch = !text.includes(typed);
        if (text !== '' && !isOutdated && (isMisplaced || isNoMatch)) {
          wrong.push(`“${typed}” ${index}: ${text}`);
        }
      }
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  return () => page.evaluate(() => Reflect.get(window, 'wrongFrames') as string[]);
}

let userDataDir: string;
let page: Page;
let wrongFrames: () => Promise<string[]>;

beforeAll(async () => {
  userDataDir = await newDataFolder();
  fillHistory(userDataDir);
  ({ page } = await openDesk(userDataDir, { TZ: 'UTC' }));
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
});
afterAll(endAll);

beforeEach(async () => {
  await goTo(page, 'Overview');
  await goTo(page, 'History');
  await firstInSight(page);
  wrongFrames = await watchFrames(page);
});
afterEach(async () => expect(await wrongFrames()).toEqual([]));

it('is scrolled anywhere in it, and shows the rows of that place and no others on the way', async () => {
  const grid = page.getByRole('grid');
  expect(await grid.getAttribute('aria-rowcount')).toBe(String(ROWS + 1));
  for (const part of [0.5, 0.93, 0.2, 1]) {
    await grid.evaluate((element, share) => {
      element.scrollTop = share * (element.scrollHeight - element.clientHeight);
    }, part);
    const first = await firstInSight(page);
    // Near its ends the scroll bar is as long as the rows, and so a little shorter between.
    expect(Math.abs(first / ROWS - part)).toBeLessThan(0.02);
  }
  // Back by the wheel, from a place that the scroll bar shows compressed.
  await grid.evaluate((element) => (element.scrollTop = element.scrollHeight * 0.4));
  const before = await firstInSight(page);
  await grid.hover();
  for (let turn = 0; turn < 10; turn += 1) await page.mouse.wheel(0, 320);
  await expect.poll(() => firstInSight(page), PATIENT).toBe(before + 100);
});

it('moves the selection through all of it by keyboard', async () => {
  const grid = page.getByRole('grid');
  const selected = () => grid.locator('[aria-selected=true]').getAttribute('aria-rowindex');
  await grid.focus();
  await page.keyboard.press('End');
  await firstInSight(page);
  expect(await selected()).toBe(String(ROWS + 1));
  await page.keyboard.press('ArrowUp');
  expect(await selected()).toBe(String(ROWS));
  await page.keyboard.press('PageUp');
  await firstInSight(page);
  expect(Number(await selected())).toBeLessThan(ROWS - 5);
  await page.keyboard.press('Enter');
  await page
    .getByRole('dialog')
    .getByText(idOf(Number(await selected()) - 2))
    .first()
    .waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await grid.focus();
  await page.keyboard.press('Home');
  expect(await firstInSight(page)).toBe(0);
});

it('shows the name of a client whole beside every other column', async () => {
  await page.setViewportSize({ width: 1280, height: 800 });
  const columns = page.getByRole('columnheader');
  await expect.poll(() => columns.allInnerTexts()).toContain('Notes');
  expect(await columns.allInnerTexts()).toContain('ID');
  const name = page.getByRole('gridcell').getByText('Harbour Coffee Roasters').first();
  await name.waitFor();
  const isWhole = (element: HTMLElement | SVGElement): boolean => {
    const cell = element.closest('[role="gridcell"]') ?? element;
    return cell.scrollWidth <= cell.clientWidth;
  };
  expect(await name.evaluate(isWhole)).toBe(true);
});

it('jumps to a date by keyboard, and leaves nothing out', async () => {
  await page.getByRole('button', { name: 'Jump to date' }).press('Enter');
  const calendar = page.getByRole('dialog', { name: 'Jump to date' });
  await calendar.getByLabel('Choose the Year').selectOption('2024');
  await calendar.getByLabel('Choose the Month').selectOption('March');
  await calendar.getByRole('button', { name: '14, Thursday' }).press('Enter');
  await calendar.waitFor({ state: 'hidden' });

  const wanted = Math.ceil((NEWEST_MS - (Date.UTC(2024, 2, 15) - 1)) / STEP_MS);
  await expect.poll(() => firstInSight(page), PATIENT).toBe(wanted);
  const [top, next] = await rowsInSight(page);
  expect(top?.text).toContain('2024-03-14 23:5');
  expect(next?.index).toBe(wanted + 1);
  await page.keyboard.press('ArrowUp');
  await expect.poll(() => firstInSight(page), PATIENT).toBe(wanted - 1);
  expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toBe(String(ROWS + 1));
});

it('says that no row has the id of a link, until it is cleared', async () => {
  await goTo(page, 'Overview');
  await page.evaluate(() => {
    history.pushState(null, '', '?client=BT-C0&tid=%20gone%20#/');
    location.hash = '/history';
  });
  const missing = page.getByRole('status').filter({ hasText: 'No row has this id' });
  await missing.getByText('gone').waitFor();
  await missing.getByRole('button', { name: 'Sync now' }).waitFor();
  await missing.getByRole('button', { name: 'Clear' }).click();
  await missing.waitFor({ state: 'hidden' });
  await goTo(page, 'Overview');
  await goTo(page, 'History');
  await firstInSight(page);
  wrongFrames = await watchFrames(page);
});

it('finds while one types, never showing what no longer answers, and keeps the focus', async () => {
  const search = page.getByRole('searchbox', { name: 'Search history' });
  await search.pressSequentially('N1234', { delay: 40 });
  const first = page.getByRole('grid').getByRole('row').nth(1);
  await expect.poll(() => first.textContent(), PATIENT).toContain('N1234');
  await page.getByText('100 transactions').waitFor();
  expect(await search.evaluate((input) => input === document.activeElement)).toBe(true);

  await search.pressSequentially('xyz');
  await page.getByText('Nothing matches').waitFor();
  await search.press('Escape');
  await page.getByText('300,000 transactions').waitFor();
  expect(await firstInSight(page)).toBe(0);
});
