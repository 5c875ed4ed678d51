import type { RecordsDb } from '../storage/open.ts';
import {
  getRegisteredClient,
  observeAddress,
  observeAddresses,
} from '../storage/records/clients-repo.ts';

/** Written together: a commit of the records waits for the disk, and the first reading of a desk brings thousands. */
const TOGETHER = 1000;
const AT_LATEST_MS = 2000;

/** Deposit addresses as they are read. One that is news beside a known one is written at once. */
export function createFirstAddresses(records: RecordsDb) {
  let waiting = new Map<string, string>();
  let waitingSinceMs = 0;

  function flush(): void {
    if (waiting.size === 0 || !records.open || !records.isWritable) return;
    const written = waiting;
    waiting = new Map();
    observeAddresses(records, written);
  }

  return {
    /** @returns whether that is news */
    observe(uid: string, address: string): boolean {
      const known = getRegisteredClient(records, uid)?.depositAddress;
      if (known !== null)
        return known !== address && observeAddress(records, uid, address) === 'conflict';
      const first = waiting.get(uid);
      if (first !== undefined) {
        if (first !== address) {
          flush();
          observeAddress(records, uid, address);
        }
        return first !== address;
      }
      if (waiting.size === 0) waitingSinceMs = performance.now();
      waiting.set(uid, address);
      if (waiting.size >= TOGETHER || performance.now() - waitingSinceMs >= AT_LATEST_MS) flush();
      return true;
    },
    /** To be called when a reading is over. What was not written is read again. */
    flush,
  };
}
