import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { SpreadsheetForm } from '#shared/domain/report.ts';
import { saveBalance } from '../../../src/main/storage/cache/balances-repo.ts';
import { separatorSigns, spreadsheetPathOf } from '../../../src/main/reports/spreadsheet.ts';
import { verifyManifest } from '../../../src/main/reports/verify-manifest.ts';
import { saveHistory, sent } from './desk-fixture.ts';
import { NOW, openBench, utc, type ReportBench } from './report-bench.ts';

const german: SpreadsheetForm = { separator: 'semicolon', decimal: 'comma' };
const forms: SpreadsheetForm[] = [
  german,
  { separator: 'comma', decimal: 'point' },
  { separator: 'comma', decimal: 'comma' },
  { separator: 'tab', decimal: 'comma' },
];

/** Ids that a spreadsheet takes for something else: zeros in front, 20 digits, exponents, dates, fractions. */
const tids = ['00123', '12345678901234567890', '3e5', '1/2', '2026-01-31', '-5', '1.5', 'x;=1+1'];

let bench: ReportBench;
beforeEach(() => {
  bench = openBench();
  bench.register('BT-C1', 'Café; =Zürich');
  bench.saveExample();
  const rows = tids.map((tid, index) =>
    sent({ tid, amountSats: 5 + index, createdAtMs: utc('2026-01-02T00:00:00Z') + index }),
  );
  bench.register('BT-2');
  saveHistory(bench.desk, 'BT-2', rows, utc('2026-05-01T00:00:00Z'));
  saveBalance(bench.desk.cache, 'BT-2', { balanceSats: 5, unconfirmedSats: 6, asOfMs: NOW });
  bench.rate('2026-01-01T00:00:00Z', 122_510);
});
afterEach(() => bench.close());

const copyPath = () => spreadsheetPathOf(bench.path);

function readCopy(form: SpreadsheetForm): Record<string, string>[] {
  const delimiter = separatorSigns[form.separator];
  const rows = parse(readFileSync(copyPath()), { bom: true, columns: true, delimiter });
  return z.parse(z.array(z.record(z.string(), z.string())), rows);
}

describe.each(forms)('a copy for spreadsheets, $separator and $decimal', (form) => {
  it.each(['transactions', 'balances', 'rates'] as const)(
    'of %s has the rows of the report, in its own signs, and is covered by the manifest',
    async (report) => {
      bench.run({ report, spreadsheet: form });
      const text = readFileSync(copyPath(), 'utf8');
      expect(text.startsWith('\uFEFFschema')).toBe(true);
      const rows = bench.readCsv();
      const copied = readCopy(form);
      expect(copied).toHaveLength(rows.length);
      for (const [index, row] of rows.entries()) {
        for (const [column, cell] of Object.entries(row)) {
          const plain = copied[index]?.[column] ?? '';
          const isAmount = /(?:btc|amount|value|price|rate|_s)$/.test(column);
          const read = plain.replace(/^="(.*)"$/, '$1');
          expect(isAmount ? read.replace(',', '.') : read).toBe(cell);
        }
      }
      expect(await verifyManifest(bench.path)).toEqual({ ok: true, differences: [] });
      expect(await verifyManifest(copyPath())).toEqual({ ok: true, differences: [] });
    },
  );
});

it('writes ids so that they stay text, and no cell that is another formula', () => {
  bench.run({ spreadsheet: german });
  const copied = readCopy(german);
  const written = copied.map(({ tid }) => tid);
  for (const tid of tids.filter((each) => /^\w[\w./-]*$/.test(each))) {
    expect(written).toContain(`="${tid}"`);
  }
  const formulas = copied.flatMap((row) =>
    Object.values(row).filter((cell) => /^[=+@]/.test(cell) && !/^="[\w.:,/ -]+"$/.test(cell)),
  );
  expect(formulas).toEqual([]);
  expect(copied.find(({ client_uid: uid }) => uid === '="BT-C1"')?.['amount_btc']).toMatch(
    /^-?\d,\d{8}$/,
  );
});

it('is not there unless it is asked for, and the manifest is then as it always was', () => {
  bench.run();
  expect(existsSync(copyPath())).toBe(false);
  expect(bench.readManifest()).not.toHaveProperty('spreadsheet');
});

it('is found changed or gone by verifying the report', async () => {
  bench.run({ spreadsheet: german });
  const text = readFileSync(copyPath(), 'utf8');
  writeFileSync(copyPath(), text.replace('0,10000000', '0,20000000'));
  const { differences } = await verifyManifest(bench.path);
  expect(differences).toEqual([
    expect.stringContaining('Copy for spreadsheets: SHA-256'),
    expect.stringContaining('Copy for spreadsheets: Sum of deposit in BTC'),
  ]);
  expect((await verifyManifest(copyPath())).ok).toBe(false);
  rmSync(copyPath());
  expect((await verifyManifest(bench.path)).differences).toEqual([
    expect.stringContaining('The copy for spreadsheets is missing'),
  ]);
});

it('leaves an earlier report, its copy and its manifest as they were when it fails', async () => {
  bench.run({ toDay: '2026-04-09', spreadsheet: german });
  let asked = 0;
  for (const moment of [1, 2, 3, 4]) {
    asked = 0;
    const isCancelled = () => (asked += 1) >= moment;
    expect(() => bench.run({ spreadsheet: german }, { isCancelled })).toThrow();
  }
  expect(readdirSync(join(bench.desk.directory, 'out')).toSorted()).toEqual([
    'report.csv',
    'report.manifest.json',
    'report.spreadsheet.csv',
  ]);
  expect(await verifyManifest(bench.path)).toEqual({ ok: true, differences: [] });
});
