import { cpSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import {
  endTest,
  newDataFolder,
  openDesk,
  openFundedDesk,
  PAYEE,
  paymentsOf,
  recordsIn,
  startServer,
} from './desk.ts';
import { confirmWithdrawal, openClient, reviewWithdrawal } from './steps.ts';

afterEach(endTest);

it('records restored from a copy send nothing that waited in it, and say what happened', async () => {
  const sandbox = await startServer();
  const userDataDir = await newDataFolder();
  const first = await openFundedDesk(userDataDir, sandbox);
  await reviewWithdrawal(first.page, PAYEE, '0.25');
  await first.app.close();
  const records = recordsIn(userDataDir);
  const copy = join(await newDataFolder(), 'records.sqlite');
  cpSync(records, copy);

  const second = await openDesk(userDataDir);
  await second.page.goto(new URL('#/intents', second.page.url()).href);
  await second.page.getByRole('row').filter({ hasText: '0.25' }).first().click();
  await confirmWithdrawal(second.page, PAYEE);
  await expect.poll(() => paymentsOf(sandbox).length).toBe(1);
  await second.page.getByText('Withdrawal accepted').first().waitFor();
  await second.app.close();

  for (const suffix of ['', '-wal', '-shm']) rmSync(records + suffix, { force: true });
  cpSync(copy, records);
  expect(dirname(records)).toContain('profiles');
  const third = await openDesk(userDataDir);
  const notice = third.page
    .getByRole('alert')
    .filter({ hasText: 'These are not the records that were written last' });
  await notice.waitFor();
  await third.page.goto(new URL('#/intents', third.page.url()).href);
  await third.page.getByRole('radio', { name: 'All' }).check();
  await third.page.getByRole('row').filter({ hasText: '0.25' }).first().click();
  await third.page.getByText('may have been sent already').first().waitFor();
  expect(paymentsOf(sandbox)).toHaveLength(1);

  // What is meant anew goes, and the notice stays until it was read.
  await openClient(third.page, 'Aster Books');
  await reviewWithdrawal(third.page, PAYEE, '0.3');
  await confirmWithdrawal(third.page, PAYEE);
  await expect.poll(() => paymentsOf(sandbox).length).toBe(2);
  await notice.getByRole('button', { name: 'I have read it' }).click();
  await notice.waitFor({ state: 'detached' });
});
