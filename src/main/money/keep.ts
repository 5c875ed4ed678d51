import { SqliteError } from 'better-sqlite3';
import type { RecordsDb } from '../storage/open.ts';
import { storageError } from '../storage/storage-error.ts';

/**
 * Writes in one transaction: all of it is on the disk when this returns, or none of it.
 * @throws AppError `disk_full` or `storage_failed`, and whatever `write` refuses with
 */
export function keep<T>(records: RecordsDb, write: () => T): T {
  try {
    return records.transaction(write).immediate();
  } catch (error) {
    throw error instanceof SqliteError ? storageError(error) : error;
  }
}
