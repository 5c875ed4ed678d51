import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import { defaultGuardPolicy } from '#shared/domain/guards.ts';
import type { ReportKind } from '#shared/domain/report.ts';
import { balanceColumns } from '../../../src/main/reports/balances-report.ts';
import { rateColumns } from '../../../src/main/reports/rates-report.ts';
import { runReportJob } from '../../../src/main/reports/report-job.ts';
import { readRange } from '../../../src/main/reports/report-range.ts';
import { transactionColumns } from '../../../src/main/reports/transactions-report.ts';
import { verifyManifest } from '../../../src/main/reports/verify-manifest.ts';
import { saveBalance } from '../../../src/main/storage/cache/balances-repo.ts';
import { markRemoved, noteMissing } from '../../../src/main/storage/cache/removed-repo.ts';
import { savePage } from '../../../src/main/storage/cache/coverage-repo.ts';
import { reindexAnnotation } from '../../../src/main/storage/cache/annotation-index.ts';
import { annotate } from '../../../src/main/storage/records/annotations-repo.ts';
import { insertRate } from '../../../src/main/storage/records/rates-repo.ts';
import { openCache } from '../../../src/main/storage/open.ts';
import {
  BUY,
  CLIENT,
  DESTINATION,
  guardsOf,
  NOW_MS,
  openDesk,
  RATE,
  review,
  service,
  WITHDRAWAL,
} from '../money/fixture.ts';
import { practice, reportRequest, sent } from './desk-fixture.ts';

/** Columns of each report in `docs/reports.md`, and those that it says are always empty. */
function documented(heading: string): { columns: string[]; empty: string[] } {
  const document = readFileSync(join(import.meta.dirname, '../../../docs/reports.md'), 'utf8');
  const [, section = ''] = document.split(`\n## ${heading}\n`);
  const [table = ''] = section.split('\n## ');
  const rows = [...table.matchAll(/^\| `(\w+)` \|(.*)\|$/gm)];
  const columns = rows.map(([, column = '']) => column);
  const empty = rows.filter(([, , text = '']) => text.trim().startsWith('always empty'));
  return { columns, empty: empty.map(([, column = '']) => column) };
}

const PASSPHRASE = 'correct horse battery';
const BUY_TID = '35728038';
const WITHDRAWAL_TID = '39486536';

/** A buy and an approved withdrawal to an address of the book, made with the app's own rooms, and read back. */
async function openSettledDesk() {
  const desk = openDesk(
    service({
      buy: async () => ({
        kind: 'accepted',
        value: { createdAtMs: NOW_MS, tid: BUY_TID, amountSats: 122_438_984 },
      }),
    }),
  );
  const guards = guardsOf(desk);
  await guards.savePolicy({ policy: { ...defaultGuardPolicy, approvalAboveSats: 10_000_000 } });
  await guards.addApprover({ name: 'Bob', newPassphrase: PASSPHRASE });
  await guards.addToBook({ address: DESTINATION, label: 'Supplier, Ltd' });
  const buy = await review(desk, BUY);
  await desk.money.confirm(buy);
  const withdrawal = await review(desk);
  await desk.money.approve({ ...withdrawal, approver: 'bob', passphrase: PASSPHRASE });
  await desk.money.confirm(withdrawal);

  const { path: recordsPath, records } = desk;
  const cachePath = join(dirname(recordsPath), 'cache.sqlite');
  const cache = openCache(cachePath, recordsPath);
  const rows = [
    sent({
      tid: WITHDRAWAL_TID,
      type: 'withdrawal',
      amountSats: 12_000_000,
      createdAtMs: NOW_MS + 2000,
      address: WITHDRAWAL.address,
      txId: 'ff',
      state: 'processed',
    }),
    sent({ tid: BUY_TID, type: 'buy', amountSats: 122_438_984, createdAtMs: NOW_MS }),
    sent({ tid: '1', amountSats: 5, createdAtMs: NOW_MS - 5000 }),
    sent({ tid: '2', amountSats: 7, createdAtMs: NOW_MS - 6000 }),
  ];
  const readAtMs = NOW_MS + 3000;
  savePage(cache, { clientUid: CLIENT, page: 1, rows, joinsTid: null, readAtMs });
  noteMissing(cache, CLIENT, ['2'], readAtMs);
  markRemoved(cache, CLIENT, '2', readAtMs + 60_000);
  const balanceSats = 110_438_989;
  saveBalance(cache, CLIENT, { balanceSats, unconfirmedSats: 0, asOfMs: readAtMs });
  annotate(records, {
    clientUid: CLIENT,
    tid: WITHDRAWAL_TID,
    note: 'invoice 7',
    tags: ['rent'],
    updatedAtMs: 1,
  });
  reindexAnnotation(cache, CLIENT, WITHDRAWAL_TID);
  insertRate(records, { ...RATE, observedAtMs: NOW_MS - 9000 }, null);
  insertRate(records, { ...RATE, trigger: 'before_trade' }, buy.id);

  mkdirSync(join(dirname(recordsPath), 'out'));
  const path = join(dirname(recordsPath), 'out', 'report.csv');
  const run = (report: ReportKind): Record<string, string>[] => {
    const request = reportRequest({ report, fromDay: '2017-01-01', toDay: '2017-12-31' });
    runReportJob(
      {
        cachePath,
        recordsPath,
        profile: practice,
        appVersion: '1.2.3',
        request,
        range: readRange(request),
        nowMs: NOW_MS + 10_000,
        path,
        temporaryPath: `${path}.part`,
      },
      { isCancelled: () => false, onRows: () => undefined },
    );
    return parse(readFileSync(path), { columns: true, record_delimiter: '\r\n' });
  };
  return { desk, guards, cache, run, path };
}

it('has every column of the document, in its order, and a value in each that can have one', async () => {
  const { cache, run } = await openSettledDesk();
  const reports = {
    transactions: { heading: 'Transactions', columns: transactionColumns },
    balances: { heading: 'Balances', columns: balanceColumns },
    rates: { heading: 'Rates', columns: rateColumns },
  } as const;
  for (const [report, { heading, columns }] of Object.entries(reports)) {
    const { columns: named, empty } = documented(heading);
    expect(named, heading).toEqual([...columns]);
    const rows = run(report as ReportKind);
    expect(Object.keys(rows[0] ?? {})).toEqual(named);
    const filled = named.filter((column) => rows.some((row) => row[column] !== ''));
    expect(filled, heading).toEqual(named.filter((column) => !empty.includes(column)));
  }
  cache.close();
});

it('names who approved a payment and what its address is called, also once both are gone', async () => {
  const { guards, cache, run } = await openSettledDesk();
  const approved = (): unknown[] =>
    run('transactions').map((row) => [row['tid'], row['approved_by'], row['address_label']]);
  const expected = [
    ['2', '', ''],
    ['1', '', ''],
    [BUY_TID, '', ''],
    [WITHDRAWAL_TID, 'Bob', 'Supplier, Ltd'],
  ];
  expect(approved()).toEqual(expected);
  const second = { approver: 'Bob', passphrase: PASSPHRASE };
  await guards.addApprover({ name: 'Carol', newPassphrase: PASSPHRASE, second });
  await guards.removeApprover({ name: 'Bob', second: { ...second, approver: 'Carol' } });
  guards.removeFromBook(DESTINATION);
  expect(approved()).toEqual(expected);
  await guards.addToBook({ address: DESTINATION, label: 'Landlord' });
  expect(approved().at(-1)).toEqual([WITHDRAWAL_TID, 'Bob', 'Landlord']);
  cache.close();
});

it('has what Bitpro no longer lists in no sum and no balance, and verifies so', async () => {
  const { cache, run, path } = await openSettledDesk();
  const rows = run('transactions');
  expect(
    rows.map((row) => [row['tid'], row['running_balance_sats'], row['removed_at_utc']]),
  ).toEqual([
    ['2', '0', new Date(NOW_MS + 63_000).toISOString()],
    ['1', '5', ''],
    [BUY_TID, '122438989', ''],
    [WITHDRAWAL_TID, '110438989', ''],
  ]);
  expect(await verifyManifest(path)).toMatchObject({ ok: true });
  const [balance] = run('balances');
  expect(balance).toMatchObject({ deposits_sats: '5', reconciled: 'true' });
  cache.close();
});
