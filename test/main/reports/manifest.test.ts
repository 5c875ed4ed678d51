import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { manifestPathOf } from '../../../src/main/reports/manifest.ts';
import { reportOfCopy, spreadsheetPathOf } from '../../../src/main/reports/spreadsheet.ts';
import { transactionColumns } from '../../../src/main/reports/transactions-report.ts';
import { verifyManifest } from '../../../src/main/reports/verify-manifest.ts';
import { verifyReport } from '../../../src/main/reports/verify.ts';
import { saveBalance } from '../../../src/main/storage/cache/balances-repo.ts';
import { savePage } from '../../../src/main/storage/cache/coverage-repo.ts';
import { sent } from './desk-fixture.ts';
import { NOW, openBench, utc, type ReportBench } from './report-bench.ts';

let bench: ReportBench;
beforeEach(() => {
  bench = openBench();
});
afterEach(() => bench.close());

describe('the manifest', () => {
  it('says what the report holds, where it is from and how whole it is', async () => {
    bench.register('BT-C1');
    bench.register('BT-C2');
    bench.saveExample();
    const rows = Array.from({ length: 25 }, (_value, index) =>
      sent({ tid: `${index}`, createdAtMs: utc('2026-01-02T00:00:00Z') }),
    );
    savePage(bench.desk.cache, {
      clientUid: 'BT-C2',
      page: 1,
      rows,
      joinsTid: null,
      readAtMs: NOW,
    });
    bench.confirmBuy({
      id: 'i',
      clientUid: 'BT-C1',
      tid: '35728038',
      usdCents: 150_000,
      sats: 128_949_065,
      actor: 'ann',
    });
    const { sha256 } = bench.run({ timeZone: 'Europe/Paris' });
    const bytes = readFileSync(bench.path);
    expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(bench.readManifest()).toEqual({
      schema: 'bitpro-desk/report-manifest/1',
      appVersion: '1.2.3',
      createdAt: '2026-06-01T12:00:00.000Z',
      profile: { id: 'practice', name: 'Practice' },
      environment: 'practice',
      report: 'transactions',
      range: {
        from: '2025-12-31T23:00:00.000Z',
        to: '2026-12-31T23:00:00.000Z',
        fromDay: '2026-01-01',
        toDay: '2026-12-31',
      },
      timeZone: 'Europe/Paris',
      filters: { clientUid: null },
      columns: [...transactionColumns],
      rowCount: 28,
      sums: [
        { type: 'deposit', currency: 'BTC', rows: 26, amount: '0.10000025' },
        { type: 'buy', currency: 'BTC', rows: 1, amount: '1.28949065' },
        { type: 'buy', currency: 'USD', rows: 1, amount: '1500.00' },
        { type: 'withdrawal', currency: 'BTC', rows: 1, amount: '-0.01000000' },
      ],
      history: {
        complete: false,
        clients: 2,
        incomplete: [{ clientUid: 'BT-C2', completeToPage: 1, asOf: null }],
      },
      file: { name: 'report.csv', bytes: bytes.length, sha256 },
      auditHead: { seq: 3, hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(await verifyManifest(bench.path)).toEqual({ ok: true, differences: [] });
  });

  it.each(['balances', 'rates'] as const)('fits the %s report', async (report) => {
    bench.register('BT-C1');
    bench.saveExample();
    saveBalance(bench.desk.cache, 'BT-C1', { balanceSats: 5, unconfirmedSats: 6, asOfMs: NOW });
    bench.rate('2026-01-01T00:00:00Z', 122_510);
    bench.run({ report });
    expect(bench.readManifest().rowCount).toBe(1);
    expect(await verifyManifest(bench.path)).toEqual({ ok: true, differences: [] });
  });

  it.each([
    [
      'an amount',
      (text: string) => text.replace('0.10000000', '0.20000000'),
      ['SHA-256', 'Sum of deposit in BTC'],
    ],
    [
      'a row taken out',
      (text: string) => text.replace(/^.*3501712.*\r\n/m, ''),
      ['Size', 'SHA-256', 'Rows', 'Sum of deposit in BTC'],
    ],
    ['a column renamed', (text: string) => text.replace('tid', 'tix'), ['SHA-256', 'Columns']],
    [
      'a line of megabytes',
      (text: string) => `${text}"${'x'.repeat(3_000_000)}"\r\n`,
      ['Size', 'SHA-256', 'The file is no CSV'],
    ],
    ['an open quote', (text: string) => `${text}"`, ['Size', 'SHA-256', 'The file is no CSV']],
  ])('finds %s changed, and says so', async (_name, change, expected) => {
    bench.register('BT-C1');
    bench.saveExample();
    bench.run();
    writeFileSync(bench.path, change(readFileSync(bench.path, 'utf8')));
    const { ok, differences } = await verifyManifest(bench.path);
    expect(ok).toBe(false);
    expect(differences.map((text) => expected.find((start) => text.startsWith(start)))).toEqual(
      expected,
    );
  });

  it('is held against its report in a thread, as on the command line', async () => {
    bench.register('BT-C1');
    bench.saveExample();
    bench.run();
    expect(await verifyReport(bench.path)).toEqual({ ok: true, differences: [] });
    expect(await runCli(bench.path)).toEqual({ code: 0, said: 'as its manifest says' });
    writeFileSync(bench.path, readFileSync(bench.path, 'utf8').replace('0.10000000', '0.20000000'));
    expect(await verifyReport(bench.path)).toEqual(await verifyManifest(bench.path));
    expect(await runCli(bench.path)).toEqual({ code: 1, said: 'NOT as its manifest says' });
    const missing = join(bench.desk.directory, 'missing.csv');
    await expect(verifyReport(missing)).rejects.toMatchObject({ code: 'not_found' });
    expect(await runCli(bench.path, missing)).toMatchObject({ code: 2 });
  });

  it('says why a file cannot be read', async () => {
    bench.register('BT-C1');
    bench.run();
    await rm(bench.path);
    await mkdir(bench.path);
    await expect(verifyReport(bench.path)).rejects.toThrow(/could not be read: it is a folder/);
    const below = join(manifestPathOf(bench.path), 'report.csv');
    await expect(verifyReport(below)).rejects.toThrow(/is a file and no folder/);
    const long = join(bench.desk.directory, `${'q'.repeat(300)}.csv`);
    await expect(verifyReport(long)).rejects.toThrow(/the name is too long/);
  });

  it('is asked for when it is missing, or none', async () => {
    await expect(verifyManifest(bench.path)).rejects.toMatchObject({ code: 'not_found' });
    writeFileSync(manifestPathOf(bench.path), '{"schema":"x"}');
    await expect(verifyManifest(bench.path)).rejects.toMatchObject({ code: 'invalid_input' });
    bench.run();
    const moved = join(bench.desk.directory, 'elsewhere.csv');
    await expect(verifyManifest(moved, manifestPathOf(bench.path))).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

const cli = join(import.meta.dirname, '../../../src/main/reports/verify-cli.ts');

/** What it ends with, and its first line without the path. */
function runCli(...paths: string[]): Promise<{ code: number; said: string | undefined }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['--no-warnings', cli, ...paths], (_error, stdout) => {
      resolve({ code: child.exitCode ?? -1, said: /: (.*)/.exec(stdout)?.[1] });
    });
  });
}

it('no two names share a manifest, or a copy for spreadsheets', () => {
  const names = ['q3', 'q3.csv', 'q3.CSV', 'q3.CSV.csv', 'q3.Csv', 'q3.Csv.csv', 'q3.csv.csv'];
  expect(new Set(names.map(manifestPathOf)).size).toBe(names.length);
  expect(new Set(names.map(spreadsheetPathOf)).size).toBe(names.length);
  for (const name of names) expect(reportOfCopy(spreadsheetPathOf(name))).toBe(name);
  expect(reportOfCopy('q3.csv')).toBeNull();
});
