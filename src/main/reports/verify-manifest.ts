import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { CsvError, parse } from 'csv-parse';
import * as z from 'zod/mini';
import type { ReportVerdict, SpreadsheetForm } from '#shared/domain/report.ts';
import { readDecimal } from '#shared/money.ts';
import { AppError } from '#shared/errors.ts';
import { readingProblem } from './file-problem.ts';
import { manifestPathOf, manifestSchema, type Manifest } from './manifest.ts';
import type { ReportSum } from './report-source.ts';
import { createSums } from './report-sums.ts';
import { decimalSigns, reportOfCopy, separatorSigns, spreadsheetPathOf } from './spreadsheet.ts';

/**
 * Checks a report against the manifest beside it: size, SHA-256, columns, number of rows and sums, and its copy for
 * spreadsheets likewise. It trusts none of them: whoever changed all consistently is found out only by a copy of the hash
 * kept elsewhere.
 * @param csvPath the report, or its copy, which is then checked alone
 * @throws AppError not_found when a file is missing, invalid_input when the manifest is none
 */
export async function verifyManifest(
  csvPath: string,
  manifestPath = manifestBeside(csvPath),
): Promise<ReportVerdict> {
  const original = reportOfCopy(csvPath);
  if (original !== null && !existsSync(manifestPath)) {
    const manifest = readManifest(manifestPathOf(original));
    const { spreadsheet } = manifest;
    if (spreadsheet) return verdictOf(await differencesOf(csvPath, manifest, spreadsheet));
  }
  const manifest = readManifest(manifestPath);
  const differences = await differencesOf(csvPath, manifest, manifest.file);
  return verdictOf([...differences, ...(await copyDifferences(csvPath, manifest))]);
}

/** Older versions wrote that of `name.CSV` as `name.CSV.manifest.json`. */
function manifestBeside(csvPath: string): string {
  const path = manifestPathOf(csvPath);
  const former = `${csvPath}.manifest.json`;
  return !existsSync(path) && existsSync(former) ? former : path;
}

function verdictOf(differences: string[]): ReportVerdict {
  return { ok: differences.length === 0, differences };
}

async function differencesOf(
  path: string,
  manifest: Manifest,
  file: Manifest['file'] | NonNullable<Manifest['spreadsheet']>,
): Promise<string[]> {
  const found = await readReport(path, manifest, 'separator' in file ? file : null);
  return [
    compare('Size in bytes', file.bytes, found.bytes),
    compare('SHA-256', file.sha256, found.sha256),
    ...(found.problem === null ? compareContent(manifest, found) : [found.problem]),
  ].filter((difference) => difference !== null);
}

async function copyDifferences(csvPath: string, manifest: Manifest): Promise<string[]> {
  const { spreadsheet } = manifest;
  if (!spreadsheet) return [];
  const path = spreadsheetPathOf(csvPath);
  if (!existsSync(path)) return [`The copy for spreadsheets is missing: ${path}.`];
  const differences = await differencesOf(path, manifest, spreadsheet);
  return differences.map((difference) => `Copy for spreadsheets: ${difference}`);
}

function compareContent(manifest: Manifest, found: FoundReport): (string | null)[] {
  return [
    compare('Columns', manifest.columns.join(', '), found.columns.join(', ')),
    compare('Rows', manifest.rowCount, found.rows),
    ...compareSums(manifest.sums, found.sums),
  ];
}

function readManifest(path: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (isMissing(error)) throw new AppError('not_found', `There is no manifest at ${path}.`);
    const problem = readingProblem(path, error);
    if (problem) throw problem;
    value = undefined;
  }
  const parsed = z.safeParse(manifestSchema, value);
  if (parsed.success) return parsed.data;
  throw new AppError('invalid_input', `${path} is no manifest of a report.`);
}

type FoundReport = {
  bytes: number;
  sha256: string;
  columns: string[];
  rows: number;
  sums: ReportSum[];
  /** Why it could not be read to its end as CSV. */
  problem: string | null;
};

/** Notes and labels have an end; another file may be one line of gigabytes. */
const MAX_ROW_CHARACTERS = 1_000_000;

async function readReport(
  path: string,
  manifest: Manifest,
  form: SpreadsheetForm | null,
): Promise<FoundReport> {
  const hash = createHash('sha256');
  const sums = createSums(manifest.sums.map(({ type }) => type));
  const found: Omit<FoundReport, 'sha256' | 'sums'> = {
    bytes: 0,
    columns: [],
    rows: 0,
    problem: null,
  };
  const parser = parse({
    bom: form !== null,
    delimiter: separatorSigns[form?.separator ?? 'comma'],
    record_delimiter: '\r\n',
    max_record_size: MAX_ROW_CHARACTERS,
  });
  const file = createReadStream(path);
  file.on('data', (chunk) => {
    hash.update(chunk);
    found.bytes += chunk.length;
  });
  file.on('error', (error) => parser.destroy(error));
  file.pipe(parser);
  const finished = new Promise<void>((resolve) => file.once('close', resolve));
  try {
    for await (const record of parser) {
      const cells = z.parse(z.array(z.string()), record);
      if (found.columns.length === 0) found.columns = cells;
      else {
        found.rows += 1;
        addRow(sums, manifest.report, found.columns, form ? plainDecimals(cells, form) : cells);
      }
    }
  } catch (error) {
    if (isMissing(error)) throw new AppError('not_found', `There is no report at ${path}.`);
    const problem = error instanceof CsvError ? null : readingProblem(path, error);
    if (problem) throw problem;
    found.problem = 'The file is no CSV of this form to its end.';
    // The hash is of the whole file all the same.
    file.unpipe();
    file.resume();
  }
  await finished;
  return { ...found, sha256: hash.digest('hex'), sums: sums.list() };
}

/** Amounts as the report itself writes them; other cells are not added up. */
function plainDecimals(cells: readonly string[], { decimal }: SpreadsheetForm): string[] {
  const sign = decimalSigns[decimal];
  return cells.map((cell) => (/^-?\d+,\d+$/.test(cell) ? cell.replace(sign, '.') : cell));
}

/** Adds a row to the sums from its own cells, as the report's writer did from the data. */
function addRow(
  sums: ReturnType<typeof createSums>,
  report: Manifest['report'],
  columns: readonly string[],
  cells: readonly string[],
): void {
  const cell = (column: string) => cells[columns.indexOf(column)] ?? '';
  const units = (column: string, scale: number) => {
    const text = cell(column);
    return text === '' ? null : readDecimal(text, scale);
  };
  if (report === 'transactions' && cell('removed_at_utc') === '') {
    sums.of(cell('type'), 'BTC')(units('amount_btc', 8));
    sums.of(cell('type'), 'USD')(units('fiat_amount', 2));
  } else if (report === 'balances') {
    sums.of('balance', 'BTC')(units('balance_btc', 8));
    sums.of('unconfirmed', 'BTC')(units('unconfirmed_sats', 0));
    sums.of('computed', 'BTC')(units('computed_sats', 0));
    sums.of('difference', 'BTC')(units('difference_sats', 0));
    sums.of('value', 'USD')(units('usd_value', 2));
  }
}

function compareSums(stated: readonly ReportSum[], found: readonly ReportSum[]): (string | null)[] {
  const nameOf = ({ type, currency }: ReportSum) => `${type} in ${currency}`;
  const textOf = (sum: ReportSum | undefined) =>
    sum ? `${sum.amount} over ${sum.rows} rows` : 'none';
  const names = new Set([...stated, ...found].map(nameOf));
  return [...names].map((name) =>
    compare(
      `Sum of ${name}`,
      textOf(stated.find((sum) => nameOf(sum) === name)),
      textOf(found.find((sum) => nameOf(sum) === name)),
    ),
  );
}

function compare(what: string, stated: string | number, found: string | number): string | null {
  return stated === found ? null : `${what}: the manifest says ${stated}, the file has ${found}.`;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
