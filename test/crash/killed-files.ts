import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { verifyChain } from '../../src/main/audit/chain.ts';
import type { ProfilePaths } from '../../src/main/profiles/profile-dir.ts';
import { CacheDb, RecordsDb } from '../../src/main/storage/open.ts';
import { listIntents, type JournaledIntent } from '../../src/main/storage/records/intents-repo.ts';
import { copyAsKilled } from '../simulation/disk.ts';

export type KilledFiles = {
  /** None when the records cannot be read. */
  intents: Map<string, JournaledIntent>;
  /** What is wrong with the files themselves. */
  damage: string[];
};

/** Reads a copy of what a killed process left, so that the next one finds the files themselves untouched. */
export function readKilledFiles({ directory, recordsPath, cachePath }: ProfilePaths): KilledFiles {
  const intents = new Map<string, JournaledIntent>();
  const damage: string[] = [];
  inCopy(cachePath, join(directory, 'cache-copy'), (path) => {
    const cache = new CacheDb(path);
    damage.push(...problemsOf(cache));
    cache.close();
  });
  inCopy(recordsPath, join(directory, 'records-copy'), (path) => {
    const records = new RecordsDb(path);
    const problems = problemsOf(records);
    damage.push(...problems);
    if (problems.length === 0) {
      if (!verifyChain(records).ok) damage.push('the audit chain does not verify');
      for (const intent of listIntents(records, { openOnly: false }))
        intents.set(intent.id, intent);
    }
    records.close();
  });
  return { intents, damage };
}

function inCopy(from: string, to: string, read: (path: string) => void): void {
  copyAsKilled(from, to);
  read(to);
  for (const suffix of ['', '-wal', '-shm']) rmSync(to + suffix, { force: true });
}

function problemsOf(db: RecordsDb | CacheDb): string[] {
  try {
    const verdict = String(db.pragma('integrity_check', { simple: true }));
    return verdict === 'ok' ? [] : [`${db.kind}: ${verdict}`];
  } catch (error) {
    return [`${db.kind}: ${String(error)}`];
  }
}
