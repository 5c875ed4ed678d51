import { createProfileDir, type ProfilePaths } from '../../src/main/profiles/profile-dir.ts';
import { builtInProfiles } from '../../src/main/profiles/built-in-profiles.ts';
import { openProfileStore } from '../../src/main/profiles/profile-store.ts';

/**
 * Makes an own profile the open one, whose server does not answer: the app shows what its databases hold, which
 * are to be put into the folder.
 */
export function makeOfflineProfile(userDataDir: string): ProfilePaths {
  const store = openProfileStore({ directory: userDataDir, now: Date.now, onSetAside: () => {} });
  const [model] = builtInProfiles;
  if (!model) throw new Error('There are no profiles');
  const baseUrl = 'http://127.0.0.1:9';
  store.save({
    ...model,
    id: 'offline',
    name: 'Offline',
    builtIn: false,
    environment: 'sandbox',
    baseUrl,
  });
  store.setActive('offline');
  return createProfileDir(userDataDir, 'offline');
}
