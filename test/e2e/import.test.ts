import { cp, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Bridge } from '#shared/ipc/bridge.ts';
import { endAll, newDataFolder, openFundedDesk, startServer } from './desk.ts';
import { goTo } from './steps.ts';

const fixtures = join(import.meta.dirname, '../main/clients/fixtures/uid-import');

let page: Page;
let folder: string;

beforeAll(async () => {
  ({ page } = await openFundedDesk(await newDataFolder(), await startServer()));
  folder = await newDataFolder();
  await goTo(page, 'Clients');
  await page.getByRole('button', { name: 'Import UIDs' }).first().click();
});
afterAll(endAll);

const choose = (path: string) => page.getByLabel('CSV file').setInputFiles(path);
const preview = () => page.getByRole('table', { name: 'Lines of the file' }).innerText();

it('names the encoding it took, and reads the file anew in another', async () => {
  await choose(join(fixtures, '06-windows-1252.csv'));
  await expect.poll(preview).toContain('Müller & Söhne');
  const encoding = page.getByRole('combobox', { name: 'Encoding' });
  expect(await encoding.innerText()).toContain('Windows-1252');
  await encoding.click();
  await page.getByRole('option', { name: 'UTF-8' }).click();
  await expect.poll(preview).toContain('could not be read (U+FFFD)');
  expect(await page.getByRole('button', { name: 'Import clients' }).isDisabled()).toBe(true);
});

it('shows what cannot be seen, and reads a mended file of the same name', async () => {
  const path = join(folder, 'uids.csv');
  await cp(join(fixtures, '20-bidi-zw.csv'), path);
  await choose(path);
  await expect.poll(preview).toContain('‹U+202E›gnp.tsA');
  await page.getByText('0 lines can be imported, 3 cannot').waitFor();
  await writeFile(path, 'uid,label\nBT-C100001,Aster\n');
  await choose(path);
  await expect.poll(preview).toContain('Aster');
  await page.getByRole('button', { name: 'Import 1 client' }).waitFor();
});

it('does not even read a file that is far too large', async () => {
  const path = join(folder, 'video.csv');
  await writeFile(path, '');
  await truncate(path, 3_000_000_000);
  await choose(path);
  await page.getByText('This file is too large to be a list of uids.').waitFor();
});

it('shows nothing of a file that was read more slowly than the next one', async () => {
  const large = join(folder, 'large.csv');
  const lines = Array.from({ length: 90_000 }, (_, index) => `BT-C${index},Client ${index}`);
  await writeFile(large, lines.join('\n'));
  const small = join(folder, 'small.csv');
  await writeFile(small, 'uid,label\nBT-C100001,Aster\n');
  await choose(large);
  await page.getByText('large.csv').waitFor();
  await choose(small);
  await expect.poll(preview).toContain('Aster');
  // As long as the first takes, and begun after it: its answer is there by then.
  await page.evaluate((csv) => {
    const { bitpro } = window as unknown as { bitpro: Bridge };
    return bitpro.invoke('clients.previewImport', { csv });
  }, lines.join('\n'));
  expect(await preview()).toContain('Aster');
  await page.getByRole('button', { name: 'Import 1 client' }).waitFor();
});
