import { createJournal } from '../../../src/main/money/journal.ts';
import type { RecordsDb } from '../../../src/main/storage/open.ts';
import type { Baseline } from '../../../src/main/storage/records/settling-repo.ts';

const NOW_MS = Date.UTC(2017, 3, 10, 8, 52, 8);

/** The baseline of a client without transactions. */
export const NO_HISTORY: Baseline = {
  atMs: NOW_MS,
  floorMs: null,
  tids: new Set(),
  older: new Set(),
  isWhole: true,
  slackMs: 0,
};

/** The journal alone, for tests that leave the rest of the money code out. */
export function journalOf(records: RecordsDb, now = () => NOW_MS, actor = () => 'alice') {
  const moment = () => ({ guardMs: now(), monotonicMs: now(), run: 'test', era: 1 });
  return createJournal({ records, now, actor, moment });
}
