/**
 * RFC 4180 as reports.md asks for it. Own code: what the app exists for, and several times quicker on a
 * million rows than any general writer. A number column is written as it is; text goes through `textCell`.
 */

const ROW_END = '\r\n';

/** Where a program may split a line: CSV's comma, and what a spreadsheet can be told, or guesses, to split at. */
const SEPARATORS = String.raw`,;\t|\r\n`;
/** What a spreadsheet takes for the beginning of a formula, full-width forms too. */
const FORMULA_CHARACTERS = String.raw`=+\-@\0\uFF1D\uFF0B\uFF0D\uFF20`;
/** Nearly no text has any of these. */
const NEEDS_CARE = new RegExp(`["${SEPARATORS}${FORMULA_CHARACTERS}]`);
const NEEDS_QUOTES = new RegExp(`["${SEPARATORS}]`);
/** At the start of the cell a tab or CR alone makes one, too. Spaces and quotes before it are taken away by some. */
const FORMULA_START = new RegExp(
  `^(?=[\\t\\r]|[ "]*[${FORMULA_CHARACTERS}])|(?<=[${SEPARATORS}])(?=[ "]*[${FORMULA_CHARACTERS}])`,
  'g',
);

/**
 * A cell of text: guarded with `'` where a spreadsheet would read a formula, at its start and wherever a program may
 * split it, and quoted where any program's CSV needs it. Null is an empty cell: not known.
 */
export function textCell(text: string | null): string {
  if (text === null || text === '') return '';
  if (!NEEDS_CARE.test(text)) return text;
  const guarded = text.replaceAll(FORMULA_START, "'").replaceAll('\0', '\uFFFD');
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
