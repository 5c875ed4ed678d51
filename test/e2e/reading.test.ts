import { afterEach, expect, it } from 'vitest';
import { atEnd, connectionTo, endTest, newDataFolder, openDesk, startServer } from './desk.ts';
import { startFaultyLine } from './faulty-line.ts';
import { connectAccount, goTo } from './steps.ts';

const ANSWER_MS = 700;

afterEach(endTest);

it('shows how far a long reading is, stops when told to, and goes on from there', async () => {
  const sandbox = await startServer({ scenario: 'demo' });
  const line = await startFaultyLine(sandbox.url);
  atEnd(line.close);
  const { page } = await openDesk(await newDataFolder());
  await connectAccount(page, connectionTo(line.url));
  const uids = [...new Set(sandbox.ledger().map(({ uid }) => uid))];
  const reading = page.getByText(`of ${uids.length}`);
  const stop = page.getByRole('button', { name: 'Stop reading' });

  line.setDelay(ANSWER_MS);
  await goTo(page, 'Clients');
  await page.getByRole('button', { name: 'Import UIDs' }).first().click();
  const buffer = Buffer.from(['uid', ...uids].join('\n'));
  const file = { name: 'uids.csv', mimeType: 'text/csv', buffer };
  await page.getByLabel('CSV file').setInputFiles(file);
  await page.getByRole('button', { name: `Import ${uids.length} clients` }).click();
  await reading.waitFor();
  await page.getByRole('progressbar', { name: 'Reading clients' }).waitFor();
  await stop.click();
  await page.getByText('The last reading stopped short').waitFor();
  expect(await stop.count()).toBe(0);
  const read = sandbox.requests().length;

  line.setDelay(0);
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('The last reading stopped short').waitFor({ state: 'detached' });
  await goTo(page, 'History');
  await page.getByText(`Complete for all ${uids.length} clients`).waitFor();
  expect(sandbox.requests().length).toBeGreaterThan(read);
});
