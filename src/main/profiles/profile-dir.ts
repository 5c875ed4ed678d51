import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

export type ProfilePaths = { directory: string; recordsPath: string; cachePath: string };

/** The folder of one profile and its databases: profiles share no file. */
export function profilePaths(userData: string, id: string): ProfilePaths {
  const directory = join(userData, 'profiles', id);
  return {
    directory,
    recordsPath: join(directory, 'records.sqlite'),
    cachePath: join(directory, 'cache.sqlite'),
  };
}

/** Makes the folder, for its owner only, and gives its paths. */
export function createProfileDir(userData: string, id: string): ProfilePaths {
  const paths = profilePaths(userData, id);
  mkdirSync(paths.directory, { recursive: true, mode: 0o700 });
  chmodSync(paths.directory, 0o700);
  return paths;
}
