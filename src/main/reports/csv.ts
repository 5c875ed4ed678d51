/**
 * RFC 4180 as reports.md asks for it. Own code: what the app exists for, and several times quicker on a
 * million rows than any general writer. A number column is written as it is; text goes through `textCell`.
 */

const ROW_END = '\r\n';

/** What a spreadsheet takes for the beginning of a formula, full-width forms too. */
const FORMULA_START = /^[=+\-@\t\r\0\uFF1D\uFF0B\uFF0D\uFF20]/;
const NEEDS_QUOTES = /[",\r\n]/;

/**
 * A cell of text: guarded with `'` where a spreadsheet would read a formula, quoted where CSV needs it. Null
 * is an empty cell: not known.
 */
export function textCell(text: string | null): string {
  if (text === null || text === '') return '';
  const guarded = FORMULA_START.test(text) ? `'${text}` : text;
  return NEEDS_QUOTES.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** A number column's cell: exempt from the guard, which would turn negatives into text. */
export function numberCell(value: number | null): string {
  return value === null ? '' : String(value);
}

/** ISO 8601 in UTC with milliseconds. */
export function utcCell(atMs: number | null): string {
  return atMs === null ? '' : new Date(atMs).toISOString();
}

/** Cells already written, as one row with its end. */
export function csvRow(cells: readonly string[]): string {
  return cells.join(',') + ROW_END;
}
