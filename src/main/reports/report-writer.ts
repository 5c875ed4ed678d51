import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { AppError } from '#shared/errors.ts';
import { csvRow } from './csv.ts';
import type { ReportRows } from './report-source.ts';

export type WrittenFile = { bytes: number; sha256: string };

/** A second file of the same rows, in another form. */
export type Copy = {
  path: string;
  head: () => Uint8Array;
  rows: (plainRows: Uint8Array) => Uint8Array;
};

/**
 * Writes header and rows to a new file, and to its copy where one is asked for, and returns once they are on disk.
 * Chunks are read only as fast as the disk takes them.
 * @throws AppError cancelled between two chunks; what the file system refuses
 */
export function writeReport(
  path: string,
  report: ReportRows,
  hooks: { isCancelled: () => boolean; onRows: (rows: number) => void },
  copy: Copy | null = null,
): { rows: number; file: WrittenFile; copy: WrittenFile | null } {
  let rows = 0;
  const file = openNew(path);
  const other = copy === null ? null : openNew(copy.path);
  try {
    file.write(Buffer.from(csvRow(report.columns)));
    if (copy !== null) other?.write(copy.head());
    for (const chunk of report.chunks) {
      if (hooks.isCancelled()) throw new AppError('cancelled', 'The report was cancelled.');
      file.write(chunk.bytes);
      if (copy !== null) other?.write(copy.rows(chunk.bytes));
      rows += chunk.rows;
      hooks.onRows(rows);
    }
    return { rows, file: file.end(), copy: other?.end() ?? null };
  } finally {
    file.close();
    other?.close();
  }
}

function openNew(path: string) {
  const hash = createHash('sha256');
  let bytes = 0;
  // As for any saved file, the folder and the umask decide who may read it (reports.md).
  const file = openSync(path, 'wx', 0o666);
  return {
    write(part: Uint8Array): void {
      writeAll(file, part);
      hash.update(part);
      bytes += part.length;
    },
    end(): WrittenFile {
      fsyncSync(file);
      return { bytes, sha256: hash.digest('hex') };
    },
    close: () => closeSync(file),
  };
}

/** A write may take less than it was given, and reports a full disk only at the next one. */
function writeAll(file: number, buffer: Uint8Array): void {
  let offset = 0;
  while (offset < buffer.length) offset += writeSync(file, buffer, offset);
}
