import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { AppError } from '#shared/errors.ts';
import { csvRow } from './csv.ts';
import { onDisk } from './file-problem.ts';
import type { ReportRows } from './report-source.ts';

export type WrittenFile = { rows: number; bytes: number; sha256: string };

/**
 * Writes header and rows to a new file and returns once they are on disk. Chunks are read only as fast as the
 * disk takes them.
 * @throws AppError cancelled between two chunks, disk_full, storage_failed
 */
export function writeReport(
  path: string,
  report: ReportRows,
  hooks: { isCancelled: () => boolean; onRows: (rows: number) => void },
): WrittenFile {
  const hash = createHash('sha256');
  let rows = 0;
  let bytes = 0;

  return onDisk(path, () => {
    // As for any saved file, the folder and the umask decide who may read it (reports.md).
    const file = openSync(path, 'wx', 0o666);
    const write = (part: Uint8Array) => {
      writeAll(file, part);
      hash.update(part);
      bytes += part.length;
    };
    try {
      write(Buffer.from(csvRow(report.columns)));
      for (const chunk of report.chunks) {
        if (hooks.isCancelled()) throw new AppError('cancelled', 'The report was cancelled.');
        write(chunk.bytes);
        rows += chunk.rows;
        hooks.onRows(rows);
      }
      fsyncSync(file);
      return { rows, bytes, sha256: hash.digest('hex') };
    } finally {
      closeSync(file);
    }
  });
}

/** A write may take less than it was given, and reports a full disk only at the next one. */
function writeAll(file: number, buffer: Uint8Array): void {
  let offset = 0;
  while (offset < buffer.length) offset += writeSync(file, buffer, offset);
}
