import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { AppError } from '#shared/errors.ts';
import { csvRow } from './csv.ts';
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
    const file = openSync(path, 'wx', 0o600);
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

/** Words for what a disk refuses. @throws AppError disk_full, storage_failed */
export function onDisk<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (error instanceof AppError || typeof code !== 'string' || code.startsWith('SQLITE')) {
      throw error;
    }
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      throw new AppError(
        'disk_full',
        'The disk is full, so no report was written. Free some space or choose another folder.',
        { cause: error },
      );
    }
    throw new AppError(
      'storage_failed',
      `The report could not be written to ${path} (${code}). Choose another folder.`,
      { cause: error },
    );
  }
}
