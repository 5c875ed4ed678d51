import { SqliteError } from 'better-sqlite3';
import { AppError } from '#shared/errors.ts';
import { storageError } from '../storage/storage-error.ts';

export function equalIsOpen(cause?: unknown): AppError {
  return new AppError(
    'duplicate_intent',
    'An equal request is already open. Decide on that one first; until its outcome is known, ' +
      'nothing equal can be sent.',
    { cause },
  );
}

export function alreadyMoved(): AppError {
  return new AppError(
    'conflict',
    'This intent was already sent or discarded. Nothing more was sent.',
  );
}

/** Runs a write of the journal and says, in the operator's words, what a failing disk means for it. */
export function stored<T>(consequence: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (!(error instanceof SqliteError)) throw error;
    const { code } = storageError(error);
    const what = code === 'disk_full' ? 'The disk is full.' : 'The records could not be written.';
    throw new AppError(code, `${what} ${consequence}`, { cause: error });
  }
}
