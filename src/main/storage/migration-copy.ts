import { closeSync, fsyncSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { AppError } from '#shared/errors.ts';
import { renameDurably } from './durable-file.ts';
import { userVersion } from './migrate.ts';
import { storageError } from './storage-error.ts';

/** Older ones are deleted when a new one is whole. */
const KEPT_COPIES = 3;

/**
 * Keeps a copy of a database before a later version of the app changes it, beside it as
 * `<file>.before-v<version>-<time>`: what is in the log is in it too. It is read back before it counts.
 * @throws AppError disk_full or storage_failed; nothing was changed then
 */
export function copyBeforeMigration(db: Database.Database, toVersion: number, nowMs: number): void {
  const prefix = `${basename(db.name)}.before-v`;
  const time = new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '-');
  const copy = join(dirname(db.name), `${prefix}${toVersion}-${time}Z`);
  const part = `${copy}.part`;
  try {
    rmSync(part, { force: true });
    // SQLite fills an empty file, which keeps its mode.
    writeFileSync(part, '', { mode: 0o600 });
    db.prepare('VACUUM INTO ?').run(part);
    mustBeCopyOf(part, userVersion(db));
    renameDurably(part, copy);
  } catch (error) {
    rmSync(part, { force: true, recursive: true });
    throw notCopied(error, db.name);
  }
  const kept = readdirSync(dirname(copy)).filter(
    (name) => name.startsWith(prefix) && !name.endsWith('.part'),
  );
  const byAge = kept.toSorted((a, b) => timeIn(b).localeCompare(timeIn(a)));
  for (const name of byAge.slice(KEPT_COPIES)) rmSync(join(dirname(copy), name), { force: true });
}

function timeIn(name: string): string {
  return name.slice(-'2026-01-01T00-00-00Z'.length);
}

/** On the disk, whole and of that version. */
function mustBeCopyOf(path: string, version: number): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  const copy = new Database(path, { readonly: true });
  try {
    const isWhole = copy.pragma('quick_check(1)', { simple: true }) === 'ok';
    if (!isWhole || userVersion(copy) !== version) throw new Error('the copy is not whole');
  } finally {
    copy.close();
  }
}

function notCopied(error: unknown, path: string): AppError {
  const isFull = error instanceof Error && 'code' in error && error.code === 'ENOSPC';
  const code = isFull || storageError(error).code === 'disk_full' ? 'disk_full' : 'storage_failed';
  const what = code === 'disk_full' ? 'The disk is full' : 'The copy could not be written';
  return new AppError(
    code,
    `${what}: ${path} has to be changed for this version of Bitpro Desk, and a copy of it is kept first. ` +
      'Nothing was changed. Free some space, then open the profile again.',
    { cause: error },
  );
}
