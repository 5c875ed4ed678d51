import { SqliteError } from 'better-sqlite3';
import { AppError } from '#shared/errors.ts';
import type { RecordsDb } from '../storage/open.ts';
import { storageError } from '../storage/storage-error.ts';

/**
 * Writes in one transaction: all of it is on the disk when this returns, or none of it.
 * @throws AppError `cancelled` when the profile was closed meanwhile, `disk_full` or `storage_failed`, and whatever
 * `write` refuses with
 */
export function keep<T>(records: RecordsDb, write: () => T): T {
  // To compare a passphrase takes long enough to open another profile.
  if (!records.open) {
    throw new AppError('cancelled', 'The profile was closed meanwhile. Nothing was changed.');
  }
  try {
    return records.transaction(write).immediate();
  } catch (error) {
    throw error instanceof SqliteError ? storageError(error) : error;
  }
}
