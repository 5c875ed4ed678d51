import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterEach, expect, it } from 'vitest';
import {
  balanceOf,
  confirmDeposits,
  connectionTo,
  endTest,
  merchant,
  newDataFolder,
  ONE_BTC,
  openDesk,
  PAYEE,
  refreshClient,
  startServer,
} from './desk.ts';
import {
  confirmBuy,
  confirmWithdrawal,
  connectAccount,
  createClient,
  exportCsv,
  goTo,
  openClient,
  reviewBuy,
  reviewWithdrawal,
  verifyReport,
} from './steps.ts';

const CLIENT = 'Aster Books';

afterEach(endTest);

it('goes from the first run to a verified report, and keeps it all without the server', async () => {
  const userDataDir = await newDataFolder();
  const sandbox = await startServer();
  const { app, page } = await openDesk(userDataDir);
  await connectAccount(page, connectionTo(sandbox.url));
  const uid = await createClient(page, CLIENT);

  sandbox.deposit(uid, ONE_BTC);
  await refreshClient(page);
  await balanceOf(page, 'Unconfirmed', ONE_BTC);
  await balanceOf(page, 'Balance', 0);
  confirmDeposits(sandbox);
  await refreshClient(page);
  await balanceOf(page, 'Balance', ONE_BTC);
  await balanceOf(page, 'Unconfirmed', 0);

  await reviewBuy(page, '1500');
  await confirmBuy(page);
  await openClient(page, CLIENT);
  await reviewWithdrawal(page, PAYEE, '0.25');
  await confirmWithdrawal(page, PAYEE);
  await page.getByText('Withdrawal accepted').waitFor();

  const ledger = sandbox.ledger();
  expect(ledger.map(({ type }) => type)).toEqual([
    'bitcoin_deposit',
    'bitcoin_buy',
    'bitcoin_withdrawal',
  ]);
  const boughtSats = ledger[1]?.amountSats ?? 0;
  const balanceSats = ONE_BTC + boughtSats - 25_000_000;
  await openClient(page, CLIENT);
  await balanceOf(page, 'Balance', balanceSats);

  await goTo(page, 'History');
  const rows = page.getByRole('grid').getByRole('row').filter({ hasText: CLIENT });
  await expect.poll(() => rows.count()).toBe(3);

  await goTo(page, 'Reports');
  const csvPath = join(userDataDir, 'transactions.csv');
  await exportCsv(app, page, csvPath);
  const records: Record<string, string>[] = parse(await readFile(csvPath), { columns: true });
  expect(
    records.map((record) => [record['type'], record['client_uid'], record['amount_sats']]),
  ).toEqual([
    ['deposit', uid, String(ONE_BTC)],
    ['buy', uid, String(boughtSats)],
    ['withdrawal', uid, '-25000000'],
  ]);
  await verifyReport(app, page, { path: csvPath, verdict: 'The report is as its manifest says' });
  await writeFile(csvPath, (await readFile(csvPath, 'utf8')).replace('-25000000', '-20000000'));
  await verifyReport(app, page, { path: csvPath, verdict: 'is not as its manifest says' });
  await page.getByText('SHA-256: the manifest says').waitFor();
  await app.close();
  await sandbox.close();

  const later = await openDesk(userDataDir);
  await later.page.getByRole('status').filter({ hasText: 'Offline since' }).waitFor();
  await openClient(later.page, CLIENT);
  await balanceOf(later.page, 'Balance', balanceSats);
  await goTo(later.page, 'History');
  const kept = later.page.getByRole('grid').getByRole('row').filter({ hasText: CLIENT });
  await expect.poll(() => kept.count()).toBe(3);
  await later.app.close();

  expect(await filesWith(userDataDir, merchant.apiKey)).not.toEqual([]);
  expect(await filesWith(userDataDir, merchant.secret)).toEqual([]);
  expect(app.output() + later.app.output()).not.toContain(merchant.secret);
});

/** Names of all files under `folder` that hold `text`, whatever kind of file they are. */
async function filesWith(folder: string, text: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name);
    if ((await stat(path)).isFile() && (await readFile(path)).includes(text)) found.push(name);
  }
  return found;
}
