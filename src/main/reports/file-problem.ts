import { AppError } from '#shared/errors.ts';
import { visibleText } from '#shared/text.ts';

/**
 * Runs what touches files the operator chose, and puts what the system refuses into words: what is wrong with the path,
 * and what to do.
 * @throws AppError disk_full, storage_failed, not_found; whatever is no error of a file as it is
 */
export function onDisk<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw fileProblem(path, error) ?? error;
  }
}

/** Null for what is no error of the file system. */
export function fileProblem(path: string, error: unknown): AppError | null {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (error instanceof AppError || typeof code !== 'string' || code.startsWith('SQLITE'))
    return null;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const message =
      'The disk is full, so no report was written. Free some space or choose another folder.';
    return new AppError('disk_full', message, { cause: error });
  }
  const [why, advice] = causes[code] ?? [`the system says ${code}`, 'Choose another folder.'];
  const message = `The report could not be written to ${visibleText(path)}: ${why}. ${advice}`;
  return new AppError('storage_failed', message, { cause: error });
}

/** The same for a file that was to be read. */
export function readingProblem(path: string, error: unknown): AppError | null {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (error instanceof AppError || typeof code !== 'string') return null;
  const [why] = causes[code] ?? [`the system says ${code}`];
  return new AppError('storage_failed', `${visibleText(path)} could not be read: ${why}.`, {
    cause: error,
  });
}

const causes: Record<string, readonly [why: string, advice: string]> = {
  ENAMETOOLONG: ['the name is too long', 'Choose a shorter one.'],
  ENOENT: ['the folder is not there', 'Choose another folder.'],
  ENOTDIR: ['a part of the path is a file and no folder', 'Choose another folder.'],
  EISDIR: ['it is a folder', 'Choose a file name.'],
  ELOOP: ['its links lead round in a circle', 'Choose another folder.'],
  EACCES: ['you have no right to it', 'Choose another folder, or have the right given to you.'],
  EPERM: ['you have no right to it', 'Choose another folder, or have the right given to you.'],
  EROFS: ['the disk can only be read', 'Choose another folder.'],
  EBUSY: ['another program holds it', 'Close it there, or choose another name.'],
  ETXTBSY: ['another program holds it', 'Close it there, or choose another name.'],
  EIO: ['the disk does not work as it should', 'Choose another disk, and have this one looked at.'],
  EINVAL: ['the name has a character that this disk does not take', 'Choose another name.'],
  EMFILE: ['too many files are open', 'Close some programs and try again.'],
  ENFILE: ['too many files are open', 'Close some programs and try again.'],
  ESTALE: ['the network drive has gone away', 'Connect it again, or choose another folder.'],
  ENXIO: ['it is no ordinary file', 'Choose another name.'],
};
