import { afterEach, beforeEach, expect, test } from 'vitest';
import { saveBalance } from '../../../src/main/storage/cache/balances-repo.ts';
import { noteReading, savePage } from '../../../src/main/storage/cache/coverage-repo.ts';
import { setClientProblem } from '../../../src/main/storage/cache/problems-repo.ts';
import { clientTable } from '../../../src/main/storage/client-table.ts';
import { openCache, openForReading, openRecords } from '../../../src/main/storage/open.ts';
import { overview } from '../../../src/main/storage/reconciliation.ts';
import { labelClient, registerClient } from '../../../src/main/storage/records/clients-repo.ts';
import { scratchFolder } from '../../helpers/scratch-folder.ts';

let folder: ReturnType<typeof scratchFolder>;
let db: ReturnType<typeof open>;

function open() {
  const paths = { cache: `${folder.path}/cache.sqlite`, records: `${folder.path}/records.sqlite` };
  const records = openRecords(paths.records);
  const cache = openCache(paths.cache, paths.records);
  return { records, cache, reading: openForReading(paths.cache, paths.records) };
}

beforeEach(() => {
  folder = scratchFolder();
  db = open();
});
afterEach(() => {
  for (const each of [db.reading, db.cache, db.records]) each.close();
  folder.remove();
});

const add = (uid: string) =>
  registerClient(db.records, { uid, label: '', source: 'added', addedAtMs: 1 });

const buy = {
  tid: '1',
  type: 'buy',
  amountSats: 7,
  createdAtMs: 1,
  state: null,
  confirmations: null,
  txId: null,
  address: null,
} as const;

/** Each change, and what the row of A then holds. */
const changes: [what: string, change: () => void, row: object][] = [
  ['a label', () => labelClient(db.records, 'A', 'Ann'), { label: 'Ann' }],
  [
    'a balance',
    () => saveBalance(db.cache, 'A', { balanceSats: 5, unconfirmedSats: 1, asOfMs: 9 }),
    { figures: { balance: { balanceSats: 5, unconfirmedSats: 1, asOfMs: 9 } } },
  ],
  [
    'a history',
    () => {
      savePage(db.cache, { clientUid: 'A', page: 1, rows: [buy], joinsTid: null, readAtMs: 3 });
      noteReading(db.cache, 'A', 3);
    },
    { figures: { buySats: 7, historyComplete: true, historyAsOfMs: 3 } },
  ],
  [
    'a failure',
    () => setClientProblem(db.cache, 'A', { code: 'not_found', message: '' }, 1),
    { figures: { problem: 'not_found' } },
  ],
];

test.each(changes)('shows %s that another connection wrote', (_what, change, row) => {
  add('A');
  expect(clientTable(db.reading)).toHaveLength(1);
  change();
  for (const each of [db.reading, db.cache]) expect(clientTable(each)).toMatchObject([row]);
});

test('is kept while nobody writes, and has who is added later', () => {
  add('A');
  const first = clientTable(db.reading);
  expect(clientTable(db.reading)).toBe(first);
  add('B');
  saveBalance(db.cache, 'B', { balanceSats: 2, unconfirmedSats: 0, asOfMs: 1 });
  expect(clientTable(db.reading).map(({ uid }) => uid)).toEqual(['A', 'B']);
  expect(clientTable(db.reading)[1]?.figures.balance?.balanceSats).toBe(2);
});

test('brings the overview the first of many rows in order', () => {
  for (let index = 0; index < 300; index += 1) {
    add(`C${index}`);
    saveBalance(db.cache, `C${index}`, {
      balanceSats: (index * 7) % 300,
      unconfirmedSats: 0,
      asOfMs: 1,
    });
    savePage(db.cache, {
      clientUid: `C${index}`,
      page: 1,
      rows: [{ ...buy, tid: `${index}`, amountSats: 1 }],
      joinsTid: null,
      readAtMs: 1,
    });
  }
  const all = overview(db.reading, { verdict: null, limit: 1000 }).rows;
  expect(all).toHaveLength(300);
  expect(overview(db.reading, { verdict: null, limit: 50 }).rows).toEqual(all.slice(0, 50));
});
