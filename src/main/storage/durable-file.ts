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

/**
 * Renames within a directory; the new name outlives a power cut once this returns, where the system can promise that.
 * @throws NodeJS.ErrnoException; both names are then what they were before
 */
export function renameDurably(from: string, to: string): void {
  whileHeld(() => renameSync(from, to));
  syncDirectory(dirname(to));
}

/** On Windows a virus scanner or an indexer opens new files for a moment, and a rename over one of them is refused. */
const HELD = new Set(['EPERM', 'EACCES', 'EBUSY']);
/** Together 0.6 s: longer than a scan of a small file, short enough for a thread that waits. */
const WAITS_MS = [10, 20, 50, 120, 400];

/** Exported for tests. */
export function whileHeld(action: () => void, platform = process.platform): void {
  for (const waitMs of platform === 'win32' ? WAITS_MS : []) {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && HELD.has(String(error.code)))) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, waitMs);
    }
  }
  action();
}

/**
 * A rename is durable only once its directory is. Windows cannot sync one, nor can some network folders, nor whoever
 * may not list it: the file has its name all the same, and an error here would say that it has not.
 */
function syncDirectory(path: string): void {
  if (process.platform === 'win32') return;
  try {
    const directory = openSync(path, 'r');
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  } catch {
    // See above.
  }
}
