import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createJournal, type Journal } from '../../src/main/money/journal.ts';
import { openRecords } from '../../src/main/storage/open.ts';
import { interleave, median, type Figure } from '../harness.ts';

const PAIRS_A_ROUND = 60;
const ADDRESS = '2MzCEdXEzBaxCJQAq8igw4pUP1NSGAgzsUr';

/** What must be on the disk before a payment leaves: its journal entry, and that it is being sent. */
const journalAndSend: Figure = {
  name: 'money.journal',
  unit: 'ms',
  anchor: 'two bare commits, each synced to the disk',
  goal: [{ maxRatio: 2 }],
  async run({ scratch, rounds }) {
    const dir = scratch('journal');
    const records = openRecords(join(dir, 'records.sqlite'));
    const journal = createJournal({ records, now: Date.now, actor: () => 'bench', moment });
    const bare = new Database(join(dir, 'bare.sqlite'));
    bare.pragma('journal_mode = WAL');
    bare.pragma('synchronous = FULL');
    bare.exec('CREATE TABLE lines (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT');
    const insert = bare.prepare<[string]>('INSERT INTO lines (text) VALUES (?)');
    const { value, anchorValue } = await interleave(
      rounds,
      () => medianMs(() => sendOne(journal)),
      () =>
        medianMs(() => {
          insert.run('journaled');
          insert.run('sent');
        }),
    );
    bare.close();
    records.close();
    return { value, anchorValue };
  },
};

const moment = () => ({ guardMs: 0, monotonicMs: 0, run: 'bench', era: 1 });

let amountSats = 5_000_000;

function sendOne(journal: Journal): void {
  const id = randomUUID();
  amountSats += 1;
  journal.journal({
    id,
    kind: 'withdrawal',
    clientUid: 'BT-C798980',
    usdCents: null,
    amountSats,
    address: ADDRESS,
    label: null,
    quotedPriceCents: null,
    quoteObservedAtMs: null,
    quoteExpiresAtMs: null,
    quoteGuardMs: null,
    expectedSats: null,
    createdAtMs: 1,
    repeatReason: null,
  });
  const tids = new Set(Array.from({ length: 25 }, (_, index) => String(39_486_536 - index)));
  const baseline = {
    atMs: 1,
    floorMs: 0,
    tids,
    older: new Set<string>(),
    isWhole: false,
    slackMs: 0,
  };
  journal.markSent(id, 'hash', baseline);
}

function medianMs(work: () => void): number {
  const times = Array.from({ length: PAIRS_A_ROUND }, () => {
    const startMs = performance.now();
    work();
    return performance.now() - startMs;
  });
  return median(times);
}

export const figures: readonly Figure[] = [journalAndSend];
