import Database from 'better-sqlite3';
import { AppError } from '#shared/errors.ts';

/**
 * What an operator is told when a database fails. An AppError passes unchanged; anything that is not SQLite's
 * comes back as `internal` with the original as its cause.
 */
export function storageError(error: unknown, file = 'the local database'): AppError {
  if (error instanceof AppError) return error;
  const code = sqliteCode(error);
  const known = code === null ? (closedMeanwhile(error) ?? fileError(error)) : null;
  if (known !== null) return known;
  if (code === null) return new AppError('internal', 'Something went wrong.', { cause: error });
  const primary = /^SQLITE_[A-Z]+/.exec(code)?.[0] ?? code;
  if (primary === 'SQLITE_FULL') {
    const message = `The disk is full, so ${file} could not be written. Free some space and try again.`;
    return new AppError('disk_full', message, { cause: error });
  }
  const appCode = isDamaged(error) ? 'storage_damaged' : 'storage_failed';
  return new AppError(appCode, describe(primary, file), { cause: error });
}

/** What better-sqlite3 throws at whoever comes back to a profile that was left while they waited; null for the rest. */
export function closedMeanwhile(error: unknown): AppError | null {
  if (!(error instanceof TypeError && /database connection is not open/.test(error.message))) {
    return null;
  }
  const message = 'The profile was closed meanwhile. See what it shows before you repeat anything.';
  return new AppError('cancelled', message, { cause: error });
}

/** What the file system refuses with, naming the file; null for the rest. */
export function fileError(error: unknown): AppError | null {
  if (!(error instanceof Error && 'code' in error && 'path' in error)) return null;
  const { code, path } = error;
  if (typeof code !== 'string' || typeof path !== 'string') return null;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const message = `The disk is full: ${path} could not be written. Free some space and try again.`;
    return new AppError('disk_full', message, { cause: error });
  }
  const message = `${path} cannot be read or written (${code}). Give this account the right to, or move away what is in its place, and try again.`;
  return new AppError('storage_failed', message, { cause: error });
}

/** True when the file's content is at fault, so that only another file can help. */
export function isDamaged(error: unknown): boolean {
  if (error instanceof AppError) return error.code === 'storage_damaged';
  const code = sqliteCode(error);
  return code !== null && /^SQLITE_(CORRUPT|NOTADB)/.test(code);
}

/** SQLite's extended result code, or null when the error is not SQLite's. */
function sqliteCode(error: unknown): string | null {
  return error instanceof Database.SqliteError ? error.code : null;
}

function describe(code: string, file: string): string {
  switch (code) {
    case 'SQLITE_BUSY':
    case 'SQLITE_LOCKED':
      return `Another program holds ${file}. Close it and try again.`;
    case 'SQLITE_READONLY':
    case 'SQLITE_PERM':
    case 'SQLITE_CANTOPEN':
      return `${capital(file)} cannot be opened for writing. Check the permissions of its folder.`;
    case 'SQLITE_CORRUPT':
    case 'SQLITE_NOTADB':
      return `${capital(file)} is damaged. Nothing was deleted. Restart Bitpro Desk to see what can still be read.`;
    case 'SQLITE_IOERR':
      return `${capital(file)} could not be read or written. Check the disk.`;
    default:
      return `${capital(file)} refused a change (${code}).`;
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
