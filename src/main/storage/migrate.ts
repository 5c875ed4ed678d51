import type { Database } from 'better-sqlite3';
import { AppError } from '#shared/errors.ts';

/** One step of a schema. `version` counts from 1 without gaps; a published migration is never edited. */
export type Migration = { version: number; name: string; up(db: Database): void };

/**
 * Brings a database to the newest version, each step in a transaction with its `user_version`.
 * @throws AppError storage_newer when a later version of the app wrote the file; it is left as it is
 */
export function migrate(db: Database, migrations: readonly Migration[], file: string): void {
  refuseNewer(db, migrations, file);
  for (const migration of migrations.slice(userVersion(db))) {
    db.transaction(() => {
      // Another process may have been quicker while this one waited for the lock.
      if (userVersion(db) >= migration.version) return;
      migration.up(db);
      db.pragma(`user_version = ${migration.version}`);
    }).immediate();
  }
}

/** @throws AppError storage_newer */
export function refuseNewer(db: Database, migrations: readonly Migration[], file: string): void {
  if (userVersion(db) <= migrations.length) return;
  throw new AppError(
    'storage_newer',
    `${file} was written by a newer version of Bitpro Desk. Update the app to open it.`,
  );
}

export function userVersion(db: Database): number {
  return Number(db.pragma('user_version', { simple: true }));
}
