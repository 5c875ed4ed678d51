import { statSync } from 'node:fs';
import { AppError } from '#shared/errors.ts';

type FileId = { dev: bigint; ino: bigint };

/**
 * Watches that an open database is still the file at its path: a deleted or replaced one goes on taking writes that
 * nobody will ever read. Made right after it was opened.
 */
export function createOpenFile(path: string): { mustBeThere(): void } {
  const files = [path, `${path}-wal`];
  const known = new Map<string, FileId>();
  for (const file of files) {
    const id = idOf(file);
    if (id !== null) known.set(file, id);
  }
  return {
    /** @throws AppError storage_damaged */
    mustBeThere() {
      for (const file of files) {
        const now = idOf(file);
        const before = known.get(file);
        // The log is made with the first write.
        if (before === undefined && now !== null) known.set(file, now);
        else if (before !== undefined && !isSame(before, now)) throw gone(file);
      }
    },
  };
}

function idOf(file: string): FileId | null {
  return statSync(file, { bigint: true, throwIfNoEntry: false }) ?? null;
}

function isSame(one: FileId, other: FileId | null): boolean {
  return other !== null && one.dev === other.dev && one.ino === other.ino;
}

function gone(file: string): AppError {
  return new AppError(
    'storage_damaged',
    `${file} was deleted or replaced while the profile was open, so nothing could be kept of a payment. Nothing was sent.`,
  );
}
