import { CsvError, parse } from 'csv-parse/sync';
import * as z from 'zod/mini';
import { clientLabelSchema, clientUidSchema, type ImportLine } from '#shared/domain/client.ts';
import { AppError } from '#shared/errors.ts';

const recordSchema = z.object({
  record: z.array(z.string()),
  info: z.object({ lines: z.number() }),
});

/** Names a first column may carry in files that other programs wrote. */
const uidHeaders = new Set(['uid', 'client_uid', 'client uid', 'id', 'client']);
const labelHeaders = new Set(['label', 'client_label', 'client label', 'name']);

/**
 * Reads a list of client uids: `uid[,label]` a line, with `,` or `;`, a byte order mark, quotes, blank lines
 * and a header as they come. A header may name the columns in another order. Nothing is imported here.
 * @param knownUids uids already in the registry
 * @returns one entry a line, in the order of the file, with a problem where it cannot be imported
 * @throws AppError invalid_input when the text is no CSV at all, or holds no line
 */
export function readImport(csv: string, knownUids: ReadonlySet<string>): ImportLine[] {
  const records = parseRecords(csv);
  const columns = readHeader(records[0]?.record ?? []);
  const rows = columns.isHeader ? records.slice(1) : records;
  if (rows.length === 0) throw new AppError('invalid_input', 'The file holds no client uids.');

  const firstLineOf = new Map<string, number>();
  return rows.map(({ record, info }) => {
    const uid = (record[columns.uid] ?? '').trim();
    const label = (record[columns.label] ?? '').replaceAll(/\s*[\r\n]\s*/g, ' ').trim();
    const earlier = firstLineOf.get(uid);
    if (earlier === undefined) firstLineOf.set(uid, info.lines);
    const problem = problemOf(uid, label, earlier, knownUids);
    return { line: info.lines, uid, label, problem };
  });
}

function problemOf(
  uid: string,
  label: string,
  earlierLine: number | undefined,
  knownUids: ReadonlySet<string>,
): string | null {
  if (uid === '') return 'No uid on this line.';
  if (!z.safeParse(clientUidSchema, uid).success) {
    return 'Not a uid: letters, digits, - and _ only, at most 64.';
  }
  if (earlierLine !== undefined) return `Already on line ${earlierLine} of this file.`;
  if (knownUids.has(uid)) return 'Already in the list of clients.';
  if (!z.safeParse(clientLabelSchema, label).success) return 'The label is over 80 characters.';
  return null;
}

function parseRecords(csv: string) {
  const firstLine = csv.split(/\r\n|\r|\n/, 1)[0] ?? '';
  try {
    const parsed: unknown = parse(csv, {
      bom: true,
      delimiter: firstLine.includes(';') ? ';' : ',',
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      trim: true,
    });
    return z.parse(z.array(recordSchema), parsed);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error['lines'] === 'number' ? ` near line ${error['lines']}` : '';
    throw new AppError('invalid_input', `This is not a CSV file: it cannot be read${line}.`, {
      cause: error,
    });
  }
}

function readHeader(cells: readonly string[]): { isHeader: boolean; uid: number; label: number } {
  const names = cells.map((cell) => cell.trim().toLowerCase());
  const uid = names.findIndex((name) => uidHeaders.has(name));
  if (uid === -1) return { isHeader: false, uid: 0, label: 1 };
  const label = names.findIndex((name) => labelHeaders.has(name));
  return { isHeader: true, uid, label: label === -1 ? names.length : label };
}
