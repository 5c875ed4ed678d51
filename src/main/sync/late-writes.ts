import type { CacheDb } from '../storage/open.ts';

const TOGETHER = 200;
const AT_LATEST_MS = 250;

/**
 * Writes of which only the time is news, such as when a quiet client was read: a commit for each would be most of what
 * thousands of quiet clients cost. What is lost with the process is read again.
 */
export function createLateWrites(cache: CacheDb) {
  let writes: (() => void)[] = [];
  let sinceMs = 0;

  function flush(): void {
    if (writes.length === 0 || !cache.open) return;
    const together = writes;
    writes = [];
    const writeAll = cache.transaction(() => {
      for (const write of together) write();
    });
    writeAll.immediate();
  }

  return {
    later(write: () => void): void {
      if (writes.length === 0) sinceMs = performance.now();
      writes.push(write);
      if (writes.length >= TOGETHER || performance.now() - sinceMs >= AT_LATEST_MS) flush();
    },
    flush,
  };
}
