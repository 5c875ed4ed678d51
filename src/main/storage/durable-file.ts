import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Writes a small file whole or not at all, and returns once it is on disk.
 * @param mode who may read it; its owner only unless something else is said
 * @throws NodeJS.ErrnoException; the file is then what it was before
 */
export function writeFileDurably(path: string, text: string, mode = 0o600): void {
  // Not the name with more behind it: that could be too long where the name itself is not.
  const temporary = join(dirname(path), `.${crypto.randomUUID()}.tmp`);
  try {
    writeFileSync(temporary, text, { mode, flag: 'wx', flush: true });
    renameDurably(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Renames within a directory; the new name outlives a power cut once this returns. */
export function renameDurably(from: string, to: string): void {
  renameSync(from, to);
  // A rename is durable only once its directory is. Windows cannot sync one.
  if (process.platform === 'win32') return;
  const directory = openSync(dirname(to), 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
