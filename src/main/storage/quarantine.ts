import { chmodSync, copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { renameDurably } from './durable-file.ts';

/** The database last: where its copy is, the copy is whole. */
const suffixes = ['-shm', '-wal', ''] as const;

/**
 * Keeps a byte-for-byte copy of a database and its log beside it, as `<file>.damaged-<day>-<checksum>`, and gives
 * its path. One that was kept before serves again. No connection of this process may be open: closing a copied
 * file would drop its locks.
 */
export function quarantine(path: string, nowMs: number): string {
  // Taken when it is needed, since every start would wait for it, and damage is rare.
  const checksum = process.getBuiltinModule('node:crypto').createHash('sha256');
  for (const file of [path, `${path}-wal`]) {
    if (existsSync(file)) checksum.update(readFileSync(file));
  }
  const mark = checksum.digest('hex').slice(0, 12);
  const prefix = `${basename(path)}.damaged-`;
  const kept = readdirSync(dirname(path)).find(
    (name) => name.startsWith(prefix) && name.endsWith(`-${mark}`),
  );
  if (kept !== undefined) return join(dirname(path), kept);

  const day = new Date(nowMs).toISOString().slice(0, 10);
  const copy = join(dirname(path), `${prefix}${day}-${mark}`);
  for (const suffix of suffixes) {
    if (existsSync(path + suffix)) copyWhole(path + suffix, copy + suffix);
  }
  return copy;
}

function copyWhole(from: string, to: string): void {
  copyFileSync(from, `${to}.part`);
  chmodSync(`${to}.part`, 0o600);
  renameDurably(`${to}.part`, to);
}
