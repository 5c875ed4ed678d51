import { Worker } from 'node:worker_threads';
import { AppError, fromDto } from '#shared/errors.ts';
import type { CacheDb } from '../open.ts';
import { workerFile } from '../worker-file.ts';
import type { UpkeepData, UpkeepMessage } from './worker-messages.ts';

/** Lets what the first screen asks for come first. */
const CHECK_AFTER_MS = 3000;
/** SQLite's own measure, in pages, for a connection that looks after itself. */
const AUTOCHECKPOINT_PAGES = 1000;

export type Upkeep = {
  /** Resolves when the worker has let go of the cache. */
  close(): Promise<void>;
};

/**
 * Leaves to a worker what a million rows make long: copying the log into the database, so that no commit here ever
 * waits for it, and the check of the file, which would hold up its opening. Should the worker end, the connection
 * looks after itself again.
 */
export function startUpkeep(
  cache: CacheDb,
  deps: {
    cachePath: string;
    /** storage_damaged when the check finds the cache to be: open it anew, thoroughly. */
    onFailure: (error: AppError) => void;
    onChecked?: () => void;
    checkAfterMs?: number;
  },
): Upkeep {
  const { cachePath, onFailure, onChecked, checkAfterMs = CHECK_AFTER_MS } = deps;
  const workerData: UpkeepData = { cachePath, checkAfterMs };
  const worker = new Worker(workerFile('upkeep-worker', import.meta.filename), { workerData });
  const ended = Promise.withResolvers<void>();
  worker.on('message', (message: UpkeepMessage) => {
    if (message.type === 'ready') setAutocheckpoint(cache, 0);
    else if (message.type === 'checked') onChecked?.();
    else onFailure(fromDto(message.error));
  });
  worker.on('error', (cause) => {
    onFailure(new AppError('internal', 'The cache is no longer looked after.', { cause }));
  });
  worker.on('exit', () => {
    setAutocheckpoint(cache, AUTOCHECKPOINT_PAGES);
    ended.resolve();
  });
  return {
    close() {
      worker.postMessage('close');
      return ended.promise;
    },
  };
}

function setAutocheckpoint(cache: CacheDb, pages: number): void {
  if (cache.open) cache.pragma(`wal_autocheckpoint = ${pages}`);
}
