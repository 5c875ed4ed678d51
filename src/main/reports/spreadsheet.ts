import { parse } from 'csv-parse/sync';
import * as z from 'zod/mini';
import type { SpreadsheetForm } from '#shared/domain/report.ts';

/** Columns of any report that name something; a spreadsheet takes many of them for numbers or dates. */
const identifiers: ReadonlySet<string> = new Set([
  'client_uid',
  'deposit_address',
  'tid',
  'address',
  'tx_id',
  'intent_id',
]);

/** Columns with a decimal sign. */
const decimals: ReadonlySet<string> = new Set([
  'amount_btc',
  'fiat_amount',
  'rate',
  'fee_btc',
  'balance_btc',
  'usd_value',
  'buy_price',
  'validity_s',
  'gap_before_s',
]);

/** Columns with whole numbers, and those whose texts no spreadsheet reads as anything else. */
const plain: ReadonlySet<string> = new Set(['confirmations', 'age_s']);

export const separatorSigns = { comma: ',', semicolon: ';', tab: '\t' } as const;
export const decimalSigns = { point: '.', comma: ',' } as const;

const BOM = '\uFEFF';
const rowsSchema = z.array(z.array(z.string()));

/**
 * Turns the plain rows of a report into those of its copy for spreadsheets (reports.md): a byte order mark, the separator
 * and the decimal sign of the reader's country, and identifiers written as `="…"`, which every spreadsheet keeps as text.
 * Guards stay: they stand behind every separator there is.
 */
export function createSpreadsheetCopy(
  columns: readonly string[],
  { separator, decimal }: SpreadsheetForm,
): { head: () => Uint8Array; rows: (plainRows: Uint8Array) => Uint8Array } {
  const sign = separatorSigns[separator];
  const kinds = columns.map(kindOf);
  const rowOf = (cells: readonly string[]): string =>
    `${cells.map((cell, at) => written(cell, kinds[at] ?? 'text', decimalSigns[decimal])).join(sign)}\r\n`;
  return {
    head: () => Buffer.from(`${BOM}${columns.join(sign)}\r\n`),
    rows(plainRows) {
      const rows = z.parse(rowsSchema, parse(Buffer.from(plainRows), { record_delimiter: '\r\n' }));
      return Buffer.from(rows.map(rowOf).join(''));
    },
  };
}

type Kind = 'identifier' | 'decimal' | 'plain' | 'text';

function kindOf(column: string): Kind {
  if (identifiers.has(column)) return 'identifier';
  if (decimals.has(column)) return 'decimal';
  if (plain.has(column) || /_(?:sats|utc|local)$/.test(column)) return 'plain';
  return 'text';
}

function written(cell: string, kind: Kind, decimalSign: string): string {
  if (cell === '') return '';
  if (kind === 'decimal') return quoted(cell.replace('.', decimalSign));
  const mayBeNumber = kind === 'identifier' || (kind === 'text' && /^[\d.,]/.test(cell));
  // Only of characters that mean nothing in a formula's text.
  if (mayBeNumber && /^[\w.:,/ -]+$/.test(cell)) return quoted(`="${cell}"`);
  return quoted(cell);
}

function quoted(cell: string): string {
  return /[",;\t|\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** `name.csv` → `name.spreadsheet.csv`; `name.CSV` → `name.CSV-spreadsheet.csv`. No two reports share one. */
export function spreadsheetPathOf(csvPath: string): string {
  const name = csvPath.replace(/\.csv$/, '');
  return name === csvPath ? `${csvPath}-spreadsheet.csv` : `${name}.spreadsheet.csv`;
}

/** The report that a file would be the copy of, by its name; null for another name. */
export function reportOfCopy(path: string): string | null {
  const match = /^(.*)(?:\.spreadsheet(\.csv)|-spreadsheet\.csv)$/s.exec(path);
  return match === null ? null : `${match[1]}${match[2] ?? ''}`;
}
