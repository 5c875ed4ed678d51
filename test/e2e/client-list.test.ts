import { afterEach, expect, it } from 'vitest';
import { endTest, newDataFolder, openFundedDesk, startServer } from './desk.ts';
import { goTo } from './steps.ts';

const CLIENTS = 600;

afterEach(endTest);

it('goes through hundreds of clients, of which the page holds a window', async () => {
  const { page } = await openFundedDesk(await newDataFolder(), await startServer());
  await goTo(page, 'Clients');
  await page.getByRole('button', { name: 'Import UIDs' }).first().click();
  const lines = Array.from({ length: CLIENTS }, (_, index) => `BT-C9${1000 + index},Row ${index}`);
  const buffer = Buffer.from(['uid,label', ...lines].join('\n'));
  const file = { name: 'uids.csv', mimeType: 'text/csv', buffer };
  await page.getByLabel('CSV file').setInputFiles(file);
  await page.getByRole('button', { name: `Import ${CLIENTS} clients` }).click();
  await page.getByText(`${CLIENTS + 1} clients`).waitFor();

  const grid = page.getByRole('grid', { name: 'Clients' });
  const selected = grid.getByRole('row', { selected: true });
  await expect.poll(() => grid.getAttribute('aria-rowcount')).toBe(String(CLIENTS + 2));
  await grid.focus();
  await page.keyboard.press('End');
  await expect.poll(() => selected.innerText()).toContain(`Row ${CLIENTS - 1}`);
  await page.keyboard.press('ArrowUp');
  await expect.poll(() => selected.innerText()).toContain(`Row ${CLIENTS - 2}`);

  // Who was chosen stays so where the order, or what is looked for, puts the row elsewhere.
  await grid.getByRole('columnheader', { name: 'Client' }).getByRole('button').click();
  await expect.poll(() => grid.getAttribute('aria-busy')).toBeNull();
  await grid.focus();
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => selected.innerText()).toContain(`Row ${CLIENTS - 3}`);
  await page.keyboard.press('Home');
  await expect.poll(() => selected.innerText()).toContain(`Row ${CLIENTS - 1}`);
  const search = page.getByRole('searchbox', { name: 'Search clients' });
  await search.fill('row 42');
  await expect.poll(() => grid.getAttribute('aria-rowcount')).toBe('17');
  await grid.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Row 542' }).waitFor();
});
