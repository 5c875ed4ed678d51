import { CsvError, parse } from 'csv-parse/sync';
import { isClientUid } from '#shared/domain/client-uid.ts';
import { AppError } from '#shared/errors.ts';

/** A record of the file; `line` is where it begins. `unclosed`: its first line has a quote that nothing closes. */
export type ImportRecord = { line: number; cells: string[]; unclosed: boolean };

export type Columns = { uid: number; label: number };

const delimiters = [',', ';', '\t', '|'] as const;
type Delimiter = (typeof delimiters)[number];

/** Names of columns in files that other programs wrote, without case, spaces and the like; the surest first. */
const uidNames = [
  'uid',
  'clientuid',
  'bitprouid',
  'customeruid',
  'clientid',
  'customerid',
  'id',
  'client',
];
/** As Bitpro writes uids: tells a column of them where no header does. */
const USUAL_UID = /^[A-Z]{2,}-[A-Z]?\d+$/i;
const FIRST_UID: Columns = { uid: 0, label: 1 };
const labelNames = ['label', 'clientlabel', 'name', 'clientname', 'customer', 'company', 'client'];

/** Titles and the like stand above the header; more lines than this are data. */
const HEADER_WITHIN = 20;
/** Few enough to be read in a millisecond or two, and more than a label in quotes has. */
const BLOCK_LINES = 100;
const MAX_UNCLOSED = 100;
/** A list of uids has no such line, and to take one apart would hold main. */
const MAX_LINE_CHARACTERS = 20_000;

/**
 * Reads the file as a person would: what separates is what makes most lines begin with a uid, a line `sep=;` says it, and
 * a quote that nothing closes spoils its own line and no other. A generator, so that the caller can let others in between.
 * @returns records, header and columns; titles above a header are left out
 * @throws AppError invalid_input when it is no such file
 */
export function* readTable(
  csv: string,
): Generator<undefined, { records: ImportRecord[]; columns: Columns }> {
  const text = csv.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n');
  yield;
  const lines = text.split('\n');
  yield;
  const tooLong = lines.findIndex(({ length }) => length > MAX_LINE_CHARACTERS);
  if (tooLong !== -1) throw notCsv(tooLong + 1);
  const separatorLine = /^"?sep=(.)"?[,;]*$/i.exec(lines[0]?.trim() ?? '');
  if (separatorLine) lines[0] = '';
  const stated = delimiters.find((each) => each === separatorLine?.[1]);
  const { delimiter, columns: guessed } = stated
    ? { delimiter: stated, columns: byShape(firstLinesOf(lines).map(splitAt(stated))) }
    : yield* guess(lines);
  const isRecord = recordTest(firstLinesOf(lines).map(splitAt(delimiter)), delimiter, guessed.uid);
  const records = yield* readRecords(lines, delimiter, isRecord);
  const headerAt = records
    .slice(0, HEADER_WITHIN)
    .findIndex(({ cells }) => columnsOf(cells) !== null);
  const header = headerAt === -1 ? null : columnsOf(records[headerAt]?.cells ?? []);
  const data = records.slice(headerAt + 1);
  const columns = header ?? byShape(data.slice(0, HEADER_WITHIN).map(({ cells }) => cells));
  yield* joinRest(data, columns, delimiter);
  return { records: data, columns };
}

/** Null for a line that names no column of uids. */
function columnsOf(cells: readonly string[]): Columns | null {
  const names = cells.map((cell) => cell.toLowerCase().replaceAll(/[^a-z]/g, ''));
  const find = (wanted: readonly string[], not = -1) =>
    wanted
      .map((name) => names.findIndex((each, at) => each === name && at !== not))
      .find((at) => at !== -1);
  const uid = find(uidNames);
  if (uid === undefined) return null;
  return { uid, label: find(labelNames, uid) ?? names.length };
}

function* guess(
  lines: readonly string[],
): Generator<undefined, { delimiter: Delimiter; columns: Columns }> {
  const firstLines = firstLinesOf(lines);
  let best = { delimiter: delimiters[0] as Delimiter, columns: FIRST_UID, fits: 0 };
  for (const delimiter of delimiters) {
    const split = splitAt(delimiter);
    const top = firstLines.map(split);
    const header = top.map(columnsOf).find((columns) => columns !== null) ?? null;
    const columns = header ?? byShape(top);
    let fits = header === null || top.every((cells) => cells.length === 1) ? 0 : 1;
    for (const [index, line] of lines.entries()) {
      if (index % BLOCK_LINES === 0) yield;
      if (line.includes(delimiter) && isClientUid(split(line)[columns.uid] ?? '')) fits += 1;
    }
    if (fits > best.fits) best = { delimiter, columns, fits };
  }
  return best;
}

/** Without a header the uid stands first, unless only another column looks like one of uids: then the label does. */
function byShape(rows: readonly (readonly string[])[]): Columns {
  const count = (at: number): number =>
    rows.filter((cells) => USUAL_UID.test(cells[at] ?? '')).length;
  const widest = rows.reduce((most, { length }) => Math.max(most, length), 0);
  if (count(0) > 0) return FIRST_UID;
  for (let at = 1; at < widest; at += 1) if (count(at) > 0) return { uid: at, label: besides(at) };
  return FIRST_UID;

  /** Numbers alone are those of lines. */
  function besides(uid: number): number {
    const others = Array.from({ length: widest }, (_, at) => at).filter((at) => at !== uid);
    return others.find((at) => rows.some((cells) => /[^\d.]/.test(cells[at] ?? ''))) ?? 0;
  }
}

function firstLinesOf(lines: readonly string[]): string[] {
  return firstOf(lines, (line) => line.trim() !== '', HEADER_WITHIN);
}

function splitAt(delimiter: Delimiter) {
  return (line: string): string[] => line.split(delimiter).map(unquote);
}

function firstOf<T>(items: readonly T[], fits: (item: T) => boolean, count: number): T[] {
  const found: T[] = [];
  for (const item of items) {
    if (found.length === count) break;
    if (fits(item)) found.push(item);
  }
  return found;
}

function unquote(cell: string): string {
  return cell
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .trim();
}

function* readRecords(
  lines: readonly string[],
  delimiter: Delimiter,
  isRecord: (line: string) => boolean,
): Generator<undefined, ImportRecord[]> {
  const records: ImportRecord[] = [];
  let unclosed = 0;
  let at = 0;
  while (at < lines.length) {
    const block = readBlock(lines, at, delimiter, isRecord);
    for (const record of block.records) records.push(record);
    if (block.brokenAt === null) at = block.end;
    else if (block.brokenAt > at && block.end < lines.length) at = block.brokenAt;
    else {
      unclosed += 1;
      if (unclosed > MAX_UNCLOSED) throw notCsv(block.brokenAt + 1);
      records.push({
        line: block.brokenAt + 1,
        cells: [lines[block.brokenAt] ?? ''],
        unclosed: true,
      });
      at = block.brokenAt + 1;
    }
    yield;
  }
  return records;
}

/** Line numbers here count from 0. `brokenAt`: where the record begins whose quote is not closed in this block. */
function readBlock(
  lines: readonly string[],
  start: number,
  delimiter: Delimiter,
  isRecord: (line: string) => boolean,
): { records: ImportRecord[]; brokenAt: number | null; end: number } {
  const end = Math.min(lines.length, start + BLOCK_LINES);
  const records: ImportRecord[] = [];
  let next = start;
  let swallowedAt: number | null = null;
  const take = (cells: string[], context: { lines: number }): null => {
    while (next < end && lines[next]?.trim() === '') next += 1;
    const first = next;
    next = start + context.lines;
    if (swallowedAt !== null) return null;
    if (lines.slice(first + 1, next).some(isRecord)) {
      swallowedAt = first;
      return null;
    }
    if (cells.some((cell) => cell.trim() !== '')) {
      records.push({ line: first + 1, cells, unclosed: false });
    }
    return null;
  };
  try {
    parse(lines.slice(start, end).join('\n'), {
      delimiter,
      record_delimiter: '\n',
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      trim: true,
      on_record: take,
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    while (next < end && lines[next]?.trim() === '') next += 1;
    return { records, brokenAt: swallowedAt ?? next, end };
  }
  return { records, brokenAt: swallowedAt, end: swallowedAt === null ? end : lines.length };
}

/**
 * Tells a line inside a quoted label that is itself what a client looks like: its quote was closed by a later one. Where
 * the uids of the file are the usual ones, `Haus4; 2nd floor` is no client.
 */
function recordTest(
  top: readonly (readonly string[])[],
  delimiter: Delimiter,
  uidColumn: number,
): (line: string) => boolean {
  const uids = top.map((cells) => cells[uidColumn] ?? '').filter(isClientUid);
  const areUsual = 2 * uids.filter((uid) => USUAL_UID.test(uid)).length > uids.length;
  return (line) => {
    const cells = line.split(delimiter);
    const uid = unquote(cells[uidColumn] ?? '');
    return cells.length > 1 && (areUsual ? USUAL_UID.test(uid) : isClientUid(uid));
  };
}

/** A separator in a last column that was not quoted belongs to the label: `BT-1,Smith, Jones Ltd`. */
function* joinRest(
  records: readonly ImportRecord[],
  { label }: Columns,
  delimiter: Delimiter,
): Generator<undefined, void> {
  const widths = new Map<number, number>();
  for (const { cells } of records) widths.set(cells.length, (widths.get(cells.length) ?? 0) + 1);
  yield;
  const [usual = 0] = [...widths].sort(([a, rowsA], [b, rowsB]) => rowsB - rowsA || a - b)[0] ?? [];
  if (label !== Math.max(usual, 2) - 1) return;
  for (const [index, { cells }] of records.entries()) {
    if (index % BLOCK_LINES === 0) yield;
    if (cells.length <= label + 1) continue;
    const rest = cells.splice(label).filter((cell) => cell !== '');
    if (rest.length > 0) cells.push(rest.join(delimiter === '\t' ? ' ' : `${delimiter} `));
  }
}

function notCsv(line: number): AppError {
  return new AppError(
    'invalid_input',
    `This is not a CSV file: it cannot be read near line ${line}.`,
  );
}
