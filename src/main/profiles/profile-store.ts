import { join } from 'node:path';
import * as z from 'zod/mini';
import { profileSchema, type Profile } from '#shared/domain/profile.ts';
import { AppError } from '#shared/errors.ts';
import { builtInProfiles } from './built-in-profiles.ts';
import { openJsonFile, type SetAsideReport } from './json-file.ts';
import { readKeptName } from './profile-name.ts';

const FILE_VERSION = 1;

const fileSchema = z.strictObject({
  version: z.literal(FILE_VERSION),
  installationId: z.uuid(),
  activeId: z.nullable(z.string()),
  profiles: z.array(profileSchema),
  /** Their folders stay, and are found again by the account. Absent in what older versions stored. */
  removed: z.pipe(
    z.optional(z.array(profileSchema)),
    z.transform((removed) => removed ?? []),
  ),
});
type ProfilesFile = z.infer<typeof fileSchema>;

export type ProfileStore = {
  /** Made once; part of the keychain account, so that two data folders on one machine share no secret. */
  installationId: string;
  /** Built-in profiles first, then own ones in the order they were made. */
  list(): Profile[];
  /** @throws AppError not_found */
  get(id: string): Profile;
  /** Own profiles that are no longer shown, whose records are kept. */
  removed(): Profile[];
  /** Adds the profile or replaces the one with its id, a removed one too. */
  save(profile: Profile): void;
  remove(id: string): void;
  /** Null on the first run. */
  activeId(): string | null;
  setActive(id: string): void;
};

/**
 * Profiles as kept in `profiles.json`. Every change is on disk before its function returns, and one that could
 * not be written did not happen.
 * @throws AppError storage_newer, storage_failed, disk_full
 */
export function openProfileStore(options: {
  directory: string;
  now: () => number;
  onSetAside: (report: SetAsideReport) => void;
}): ProfileStore {
  const file = openJsonFile({
    ...options,
    path: join(options.directory, 'profiles.json'),
    version: FILE_VERSION,
    schema: fileSchema,
  });
  const stored = file.read();
  let state: ProfilesFile = withBuiltIns(stored ?? emptyFile());
  // The installation's id must not change once a secret is stored under it.
  if (stored === null) file.write(state);

  function change(next: Partial<ProfilesFile>): void {
    const changed = { ...state, ...next };
    file.write(changed);
    state = changed;
  }

  function get(id: string): Profile {
    const found = state.profiles.find((profile) => profile.id === id);
    if (!found) throw new AppError('not_found', 'This profile no longer exists.');
    return found;
  }

  return {
    installationId: state.installationId,
    list: () => [...state.profiles],
    get,
    save(profile) {
      const exists = state.profiles.some(({ id }) => id === profile.id);
      const profiles = exists
        ? state.profiles.map((other) => (other.id === profile.id ? profile : other))
        : [...state.profiles, profile];
      change({ profiles, removed: state.removed.filter(({ id }) => id !== profile.id) });
    },
    removed: () => [...state.removed],
    remove(id) {
      change({
        profiles: state.profiles.filter((profile) => profile.id !== id),
        removed: [...state.removed, { ...get(id), enrolled: false }],
        activeId: state.activeId === id ? null : state.activeId,
      });
    },
    activeId: () => state.activeId,
    setActive(id) {
      change({ activeId: get(id).id });
    },
  };
}

function emptyFile(): ProfilesFile {
  return {
    version: FILE_VERSION,
    installationId: crypto.randomUUID(),
    activeId: null,
    profiles: [],
    removed: [],
  };
}

/**
 * What makes a built-in profile is taken from the code: a changed file cannot send "Production" elsewhere, nor call
 * another one so.
 */
function withBuiltIns(file: ProfilesFile): ProfilesFile {
  const builtIn = builtInProfiles.map((fixed) => {
    const kept = file.profiles.find(({ id }) => id === fixed.id);
    if (!kept) return fixed;
    const { id, name, environment, baseUrl } = fixed;
    return { ...kept, id, name, environment, baseUrl, builtIn: true };
  });
  const builtInIds = new Set(builtIn.map(({ id }) => id));
  const profiles = [...builtIn];
  for (const profile of file.profiles) {
    if (builtInIds.has(profile.id)) continue;
    profiles.push({ ...profile, name: readKeptName(profile, profiles), builtIn: false });
  }
  const removed = file.removed.map((each) => ({ ...each, name: readKeptName(each, builtIn) }));
  const isKnown = profiles.some(({ id }) => id === file.activeId);
  return { ...file, profiles, removed, activeId: isKnown ? file.activeId : null };
}
