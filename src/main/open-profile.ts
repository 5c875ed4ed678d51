import type { ProfileView } from '#shared/domain/profile.ts';
import { AppError } from '#shared/errors.ts';
import { findMisfit } from './audit/fits.ts';
import type { Emit } from './ipc/emit.ts';
import type { OpenProfile } from './ipc/handlers.ts';
import type { RunningRooms } from './profile-rooms.ts';
import type { ProfilePaths } from './profiles/profile-dir.ts';
import type { Profiles } from './profiles/profiles.ts';
import { findForeign } from './profiles/records-identity.ts';
import type { DeferredSigner } from './secrets/deferred-signer.ts';
import { createQueries } from './storage/cache/queries.ts';
import { openCache, type RecordsDb } from './storage/open.ts';
import { openRecordsOrSalvage } from './storage/salvage.ts';
import type { DepositEvent } from './sync/deposit-events.ts';

export type OpenOptions = {
  paths: ProfilePaths;
  baseUrl: string;
  /** The profile as it is now: it may be locked or configured while it is open. */
  profile: () => ProfileView;
  signer: Pick<DeferredSigner, 'sign' | 'permit' | 'ready'>;
  /** Where the keychain keeps how far the records came; null where it keeps nothing of the profile. */
  keychainMark?: () => ReturnType<Profiles['markOf']>;
  appVersion: string;
  now: () => number;
  actor: () => string;
  emit: Emit;
  onDeposits: (events: readonly DepositEvent[]) => void;
  onFailure: (event: string, error: unknown) => void;
  /** Damage was met before: the databases are checked to the last page before anything is read. */
  thorough?: boolean;
  /** What can wait is not begun before: the check of large records, which takes a core for a while. */
  quiet?: Promise<void>;
};

export type RunningProfile = OpenProfile & {
  records: RecordsDb;
  /** Begins to poll and to sync, once the records may be written; before that everything can be read already. */
  start: () => void;
  /** Lets what is being sent end, stops the rest and closes the databases. */
  close: () => Promise<void>;
};

/**
 * Everything that belongs to one profile; profiles share nothing. The databases are opened at once, for the rows the
 * first screen shows were read before. The rooms around them come with the first question for one of them: to load
 * their code takes longer than to answer from the databases.
 */
export function openProfile(options: OpenOptions): RunningProfile {
  const { paths, profile, now, thorough = false } = options;
  const { records, damage } = openRecordsOrSalvage(paths, {
    now,
    thorough,
    findMisfit,
    findForeign: (db) => findForeign(db, profile()),
  });
  const cache = openCache(paths.cachePath, records.name, { now, thorough });
  const queries = createQueries(
    cache,
    { cachePath: paths.cachePath, recordsPath: records.name },
    options.onFailure,
  );
  let loading: Promise<RunningRooms> | null = null;
  let closed = false;

  async function load(): Promise<RunningRooms> {
    const { wireRooms } = await import('./profile-rooms.ts');
    if (closed) throw new AppError('cancelled', 'The profile was closed.');
    return wireRooms(options, { records, damage, cache });
  }

  const rooms = (): Promise<RunningRooms> => (loading ??= load());

  return {
    profile,
    damage,
    records,
    queries,
    rooms,
    start() {
      rooms().then(
        ({ start }) => start(),
        (error: unknown) => options.onFailure('open profile', error),
      );
    },
    async close() {
      closed = true;
      // Rooms that could not be wired hold nothing.
      const running = await loading?.catch(() => null);
      await Promise.all([running?.stop(), queries.close()]);
      await running?.standing.close();
      cache.close();
      records.close();
      await running?.ended();
    },
  };
}
