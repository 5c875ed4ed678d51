import { isClientUid } from '#shared/domain/client-uid.ts';
import { CLIENT_LABEL, type ImportLine } from '#shared/domain/client.ts';
import { AppError } from '#shared/errors.ts';
import { readText } from '#shared/text.ts';
import { readTable, type Columns, type ImportRecord } from './import-table.ts';

/** A merchant has thousands of clients; a file of more lines is something else. */
const MAX_LINES = 100_000;
const SLICE_MS = 5;

/**
 * Reads a list of client uids: `uid[,label]` a line, in whatever form a spreadsheet writes it. A header may name the
 * columns in another order; titles above it are left out. Nothing is imported here, and main is never held for long.
 * @param knownUids uids already in the registry
 * @returns one entry a record, in the order of the file, with a problem where it cannot be imported
 * @throws AppError invalid_input when the text is no CSV at all, or holds no line
 */
export async function readImport(
  csv: string,
  knownUids: ReadonlySet<string>,
): Promise<ImportLine[]> {
  const steps = readSteps(csv, knownUids);
  let sliceEndsMs = performance.now() + SLICE_MS;
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value;
    if (performance.now() < sliceEndsMs) continue;
    await new Promise((resolve) => setImmediate(resolve));
    sliceEndsMs = performance.now() + SLICE_MS;
  }
}

function* readSteps(
  csv: string,
  knownUids: ReadonlySet<string>,
): Generator<undefined, ImportLine[]> {
  const { records, columns } = yield* readTable(csv);
  if (records.length === 0) throw new AppError('invalid_input', 'The file holds no client uids.');
  if (records.length > MAX_LINES) {
    throw new AppError(
      'invalid_input',
      `The file has more than ${MAX_LINES.toLocaleString('en-US')} lines. Is it a list of clients? Import it in parts.`,
    );
  }
  const isTitle = titlesAmong(records, columns);
  const firstLineOf = new Map<string, number>();
  const lines: ImportLine[] = [];
  for (const [index, record] of records.entries()) {
    if (index % 100 === 0) yield;
    const uid = plain(record.cells[columns.uid]);
    const label = readText(plain(record.cells[columns.label]), CLIENT_LABEL);
    const problem = record.unclosed
      ? 'A quote is opened on this line and not closed.'
      : (problemOf(uid, firstLineOf.get(uid), knownUids) ??
        (label.ok ? null : label.problem) ??
        (isTitle(uid) ? 'This looks like a title or a total, not like a uid.' : null));
    if (problem === null) firstLineOf.set(uid, record.line);
    lines.push({
      line: record.line,
      uid,
      label: label.ok ? label.value : plain(record.cells[columns.label]),
      problem,
    });
  }
  return lines;
}

function problemOf(
  uid: string,
  earlierLine: number | undefined,
  knownUids: ReadonlySet<string>,
): string | null {
  if (uid === '') return 'No uid on this line.';
  const read = readText(uid, { what: 'The uid', max: 1000 });
  if (!read.ok) return read.problem;
  if (!isClientUid(uid)) return 'Not a uid: letters, digits, - and _ only, at most 64.';
  if (earlierLine !== undefined) return `Already on line ${earlierLine} of this file.`;
  if (knownUids.has(uid)) return 'Already in the list of clients.';
  return null;
}

/** A word without any digit, where every other uid has one, is a title, a heading or the word before a total. */
function titlesAmong(
  records: readonly ImportRecord[],
  { uid }: Columns,
): (text: string) => boolean {
  const uids = records.map(({ cells }) => plain(cells[uid])).filter(isClientUid);
  const hasDigit = (text: string): boolean => /\d/.test(text);
  const words = uids.filter((text) => !hasDigit(text)).length;
  const isUsual = words > 0 && words < uids.length && words <= 2;
  return (text) => isUsual && !hasDigit(text);
}

/** A cell on one line; `="BT-C1"` is how spreadsheets are told that it is text. */
function plain(cell = ''): string {
  return cell
    .replace(/^="(.*)"$/s, '$1')
    .replaceAll(/\s*[\r\n]+\s*/g, ' ')
    .trim();
}
