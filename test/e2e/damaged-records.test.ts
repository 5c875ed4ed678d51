import { readFileSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { afterEach, expect, it } from 'vitest';
import {
  endTest,
  newDataFolder,
  openDesk,
  openFundedDesk,
  PAYEE,
  recordsIn,
  startServer,
} from './desk.ts';
import { goTo, openClient, startWithdrawal, fillWithdrawal } from './steps.ts';

afterEach(endTest);

it('shows what can be read of damaged records, says where the copy is, and sends nothing', async () => {
  const sandbox = await startServer();
  const userDataDir = await newDataFolder();
  const { app, uid } = await openFundedDesk(userDataDir, sandbox);
  await app.close();
  const path = recordsIn(userDataDir);
  const content = readFileSync(path);
  content.fill(0xa5, 0, 4096);
  writeFileSync(path, content);
  const requestsBefore = sandbox.requests().length;

  const later = await openDesk(userDataDir);
  const { page } = later;
  await later.app.evaluate(({ shell }) => {
    shell.showItemInFolder = (shown) => void (process.env['SHOWN'] = shown);
  });
  const banner = page
    .getByRole('alert')
    .filter({ hasText: 'The records of this profile are damaged' });
  await banner.getByRole('button', { name: 'Show the copy' }).click();
  const copyPath = await later.app.evaluate(() => process.env['SHOWN'] ?? '');
  expect(copyPath).toMatch(/records\.sqlite\.damaged-\d{4}-\d\d-\d\d-[0-9a-f]{12}$/);
  expect(readFileSync(copyPath).equals(content)).toBe(true);
  await page.getByRole('row').filter({ hasText: uid }).waitFor();
  await page.getByText('The clients that could be read tie out').waitFor();
  await expect.poll(() => sandbox.requests().length).toBeGreaterThan(requestsBefore);

  await openClient(page, uid);
  await startWithdrawal(page);
  await fillWithdrawal(page, PAYEE, '0.25');
  await page.getByRole('button', { name: 'Review' }).click();
  await page.getByText('are damaged and can only be read. Nothing was sent or changed.').waitFor();
  for (const place of ['Clients', 'History', 'Rates', 'Reports', 'Settings']) {
    await goTo(page, place);
    await banner.waitFor();
  }
  const sent = sandbox.requests().slice(requestsBefore);
  expect(sent.filter(({ method }) => method === 'POST')).toEqual([]);
  expect(readFileSync(path).equals(content)).toBe(true);
});

it('opens the profile anew, for reading only, when the damage is met while it is open', async () => {
  const sandbox = await startServer();
  const userDataDir = await newDataFolder();
  const { page, uid } = await openFundedDesk(userDataDir, sandbox);
  const path = recordsIn(userDataDir);
  const other = new Database(path);
  other.exec(`INSERT INTO meta (key, value) VALUES ('what', 'makes others read the file again')`);
  other.pragma('wal_checkpoint(TRUNCATE)');
  other.close();
  writeFileSync(path, readFileSync(path).fill(0xa5, 4096));
  const posts = () => sandbox.requests().filter(({ method }) => method === 'POST').length;
  const postsBefore = posts();

  await goTo(page, 'Clients');
  const banner = page
    .getByRole('alert')
    .filter({ hasText: 'The records of this profile are damaged' });
  await banner.getByText('None of the records could be read').waitFor();
  await openClient(page, uid);
  await startWithdrawal(page);
  await fillWithdrawal(page, PAYEE, '0.25');
  await page.getByRole('button', { name: 'Review' }).click();
  await page.getByText('are damaged and can only be read. Nothing was sent or changed.').waitFor();
  expect(posts()).toBe(postsBefore);
});

it('shows large records while it checks them, and opens them for reading only when they are damaged', async () => {
  const sandbox = await startServer();
  const userDataDir = await newDataFolder();
  const { app } = await openFundedDesk(userDataDir, sandbox);
  await app.close();
  const path = recordsIn(userDataDir);
  const db = new Database(path);
  // More than is checked at once.
  db.exec(`INSERT INTO meta (key, value) VALUES ('large', hex(zeroblob(3000000)))`);
  const page = db.prepare(`SELECT rootpage FROM sqlite_schema WHERE name = 'notes'`).pluck().get();
  db.close();
  const end = Number(page) * 4096;
  const content = readFileSync(path).fill(0xa5, end - 4096, end);
  writeFileSync(path, content);

  const later = await openDesk(userDataDir);
  const banner = later.page
    .getByRole('alert')
    .filter({ hasText: 'The records of this profile are damaged' });
  await banner.getByRole('button', { name: 'Show the copy' }).waitFor();
  expect(readFileSync(path).equals(content)).toBe(true);
});
