import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { verifyChain } from '../../src/main/audit/chain.ts';
import type { ProfilePaths } from '../../src/main/profiles/profile-dir.ts';
import { openCache, openRecords } from '../../src/main/storage/open.ts';
import { listIntents, type JournaledIntent } from '../../src/main/storage/records/intents-repo.ts';
import { copyAsKilled } from '../simulation/disk.ts';

export type KilledFiles = {
  intents: Map<string, JournaledIntent>;
  /** What is wrong with the files themselves. */
  damage: string[];
};

/** Reads a copy of what a killed process left, so that the next one finds the files themselves untouched. */
export function readKilledFiles(paths: ProfilePaths): KilledFiles {
  const copies = {
    records: join(paths.directory, 'copy-r'),
    cache: join(paths.directory, 'copy-c'),
  };
  copyAsKilled(paths.recordsPath, copies.records);
  copyAsKilled(paths.cachePath, copies.cache);
  const records = openRecords(copies.records);
  const cache = openCache(copies.cache, copies.records);
  try {
    const damage = [records, cache]
      .map((db) => String(db.pragma('main.integrity_check', { simple: true })))
      .filter((verdict) => verdict !== 'ok');
    if (!verifyChain(records).ok) damage.push('the audit chain does not verify');
    const intents = listIntents(records, { openOnly: false });
    return { intents: new Map(intents.map((intent) => [intent.id, intent])), damage };
  } finally {
    cache.close();
    records.close();
    for (const copy of Object.values(copies)) rmSync(copy);
  }
}
