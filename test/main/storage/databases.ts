import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  openCache,
  openRecords,
  type CacheDb,
  type RecordsDb,
} from '../../../src/main/storage/open.ts';

export type Databases = {
  directory: string;
  recordsPath: string;
  cachePath: string;
  records: RecordsDb;
  cache: CacheDb;
  /** Earlier than the end of the test; closing twice is harmless. */
  close: () => void;
};

/** A directory that goes with the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'desk-storage-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Both databases of a new profile, closed and removed with the test. */
export function openDatabases(): Databases {
  const directory = temporaryDirectory();
  const recordsPath = join(directory, 'records.db');
  const cachePath = join(directory, 'cache.db');
  const records = openRecords(recordsPath);
  const cache = openCache(cachePath, recordsPath);
  const close = () => {
    cache.close();
    records.close();
  };
  onTestFinished(close);
  return { directory, recordsPath, cachePath, records, cache, close };
}
