import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { openIntentStates, type IntentState } from '#shared/domain/intent.ts';
import type { Profile } from '#shared/domain/profile.ts';
import { userVersion } from '../storage/migrate.ts';
import { openRecords, RecordsDb } from '../storage/open.ts';
import { recordsMigrations } from '../storage/records/migrations.ts';
import { storageError } from '../storage/storage-error.ts';
import { profilePaths } from './profile-dir.ts';
import { bind, identityOf, isBlank, type Identity } from './records-identity.ts';

export type KnownClient = { uid: string; addresses: string[] };

/** What the files of a profile say about it while it need not be open. Nothing is written. */
export type ProfileRecords = {
  /** Clients whose address was once read from the service, of those in use first; at most `limit`. */
  knownClients(id: string, limit: number): KnownClient[];
  /** Is there a client, a request or a transaction? */
  isEmpty(id: string): boolean;
  counts(id: string): { clients: number; requests: number };
  /** Where the records were read; null while they hold nothing, or where that was not kept yet. */
  boundTo(id: string): Pick<Identity, 'environment' | 'server'> | null;
  /** Before new keys are kept: the records take them as keys of their account. */
  acceptKeys(profile: Profile, by: { atMs: number; actor: string }): void;
  /** How many requests are in each of the open states. */
  openRequests(id: string): Map<IntentState, number>;
};

const openStates = openIntentStates.map((state) => `'${state}'`).join(', ');

/** Every function throws AppError storage_damaged or storage_failed for what cannot be read. */
export function createProfileRecords(userData: string): ProfileRecords {
  function read<T>(path: string, none: T, ask: (db: Database.Database) => T): T {
    if (!existsSync(path)) return none;
    let db: Database.Database | null = null;
    try {
      db = new Database(path, { readonly: true, timeout: 5000 });
      // A file of no schema yet is one that was just made.
      return db.pragma('user_version', { simple: true }) === 0 ? none : ask(db);
    } catch (error) {
      throw storageError(error, path);
    } finally {
      db?.close();
    }
  }

  return {
    knownClients: (id, limit) =>
      read(profilePaths(userData, id).recordsPath, [], (db) =>
        db
          .prepare<[number], { uid: string; address: string; other: string | null }>(
            `SELECT uid, deposit_address AS address, conflicting_address AS other FROM clients
             WHERE deposit_address IS NOT NULL ORDER BY archived, added_at_ms, uid LIMIT ?`,
          )
          .all(limit)
          .map(({ uid, address, other }) => ({
            uid,
            addresses: other === null ? [address] : [address, other],
          })),
      ),
    boundTo(id) {
      const { recordsPath } = profilePaths(userData, id);
      if (!existsSync(recordsPath)) return null;
      const db = new RecordsDb(recordsPath, { readonly: true, timeout: 5000 });
      try {
        return userVersion(db) === recordsMigrations.length && !isBlank(db) ? identityOf(db) : null;
      } catch (error) {
        throw storageError(error, recordsPath);
      } finally {
        db.close();
      }
    },
    acceptKeys(profile, by) {
      const { recordsPath } = profilePaths(userData, profile.id);
      if (!existsSync(recordsPath)) return;
      const db = openRecords(recordsPath, 'later');
      try {
        db.release();
        if (identityOf(db) !== null && !isBlank(db)) bind(db, profile, by);
      } finally {
        db.close();
      }
    },
    isEmpty: (id) => {
      const { recordsPath, cachePath } = profilePaths(userData, id);
      const holds = (path: string, table: string): boolean =>
        read(path, false, (db) => db.prepare(`SELECT 1 FROM ${table} LIMIT 1`).get() !== undefined);
      return !(
        holds(recordsPath, 'clients') ||
        holds(recordsPath, 'intents') ||
        ifReadable(() => holds(cachePath, 'transactions'))
      );
    },
    counts: (id) =>
      read(profilePaths(userData, id).recordsPath, { clients: 0, requests: 0 }, (db) => {
        const count = (table: string) =>
          Number(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get());
        return { clients: count('clients'), requests: count('intents') };
      }),
    openRequests: (id) =>
      read(profilePaths(userData, id).recordsPath, new Map(), (db) => {
        const rows = db
          .prepare<[], { state: IntentState; count: number }>(
            `SELECT state, count(*) AS count FROM intents WHERE state IN (${openStates}) GROUP BY state`,
          )
          .all();
        return new Map(rows.map(({ state, count }) => [state, count]));
      }),
  };
}

/** A damaged cache is made anew, and nothing hangs on it. */
function ifReadable(ask: () => boolean): boolean {
  try {
    return ask();
  } catch {
    return false;
  }
}
