import type { RecordsDb } from '../storage/open.ts';

type Sending = { records: RecordsDb; ended: Promise<unknown> };

/** What this process is sending, by file and intent: a profile may be opened a second time while it is under way. */
const underWay = new Map<string, Set<Sending>>();

const keyOf = (records: RecordsDb, id: string): string => `${records.name}\n${id}`;

/** Notes that the intent is being sent until `ended` settles, answer kept and all. */
export function noteSending(records: RecordsDb, id: string, ended: Promise<unknown>): void {
  const key = keyOf(records, id);
  const entry = { records, ended };
  const all = underWay.get(key) ?? new Set();
  underWay.set(key, all.add(entry));
  const forget = (): void => {
    all.delete(entry);
    if (all.size === 0 && underWay.get(key) === all) underWay.delete(key);
  };
  ended.then(forget, forget);
}

/** Over other records of the same file, too. Whose records were closed can keep no answer any more. */
function sendingOf(records: RecordsDb, id: string): Sending[] {
  return [...(underWay.get(keyOf(records, id)) ?? [])].filter((each) => each.records.open);
}

export function isBeingSent(records: RecordsDb, id: string): boolean {
  return sendingOf(records, id).length > 0;
}

/** Settles when its answer is kept; null when it is not being sent. */
export function endOfSending(records: RecordsDb, id: string): Promise<unknown> | null {
  const all = sendingOf(records, id);
  return all.length === 0 ? null : Promise.allSettled(all.map(({ ended }) => ended));
}
