import { expect, test } from 'vitest';
import { holds, readSearchText } from '#shared/search-text.ts';
import { historyPage } from '../../../src/main/storage/cache/history-repo.ts';
import { ensureAnnotationIndex } from '../../../src/main/storage/cache/annotation-index.ts';
import { saveTransactions } from '../../../src/main/storage/cache/transactions-repo.ts';
import { annotate } from '../../../src/main/storage/records/annotations-repo.ts';
import { registerClient } from '../../../src/main/storage/records/clients-repo.ts';
import { openDatabases } from './databases.ts';
import { buy } from './transactions.ts';

const TX = '899cf361a0b1c2d3e4f5061728394a5b6c7d8e9f001122334455667716c810ad';
const OTHER_TX = '899cf361a0b1c2d3e4f5061728394a5b6c7d8e9f001122334455667716c810ae';
const ADDRESS = 'tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx';
const OTHER_ADDRESS = 'tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsy';

function find(text: string): string[] {
  const { records, cache } = openDatabases();
  const entry = { source: 'added', addedAtMs: 1 } as const;
  registerClient(records, { uid: 'BT-1', label: 'Caf\u00E9 M\u00FCller', ...entry });
  registerClient(records, { uid: 'BT-2', label: 'Zu\u0308rich', ...entry });
  const withdrawal = { type: 'withdrawal', amountSats: 1, createdAtMs: 1, state: null } as const;
  const row = { ...buy('1'), ...withdrawal };
  saveTransactions(
    cache,
    'BT-1',
    [
      { ...row, tid: 'first', txId: TX, address: ADDRESS },
      { ...row, tid: 'other', txId: OTHER_TX, address: OTHER_ADDRESS },
      { ...row, tid: '12345678-aaaa-87654321', txId: null, address: null },
    ],
    1,
  );
  saveTransactions(cache, 'BT-2', [{ ...row, tid: 'zurich', txId: null, address: null }], 1);
  const note = { clientUid: 'BT-1', tid: 'other', tags: [], updatedAtMs: 1 };
  annotate(records, { ...note, note: 'Ru\u0308ckzahlung' });
  ensureAnnotationIndex(cache);
  const query = {
    filter: { text },
    sort: { by: 'time', descending: true },
    after: null,
    limit: 10,
  } as const;
  return historyPage(cache, query)
    .rows.map(({ tid }) => tid)
    .toSorted();
}

test.each([
  ['the app’s own short form of a hash', '899cf361…16c810ad', ['first']],
  ['the short form with three points', '899cf361...16c810ad', ['first']],
  ['the short form in capitals', '899CF361…16C810AD', ['first']],
  ['a short form that keeps fewer characters', '899cf3…c810ae', ['other']],
  ['a short form of both', '899cf361…16c8', []],
  ['the short form of an address', 'tb1qw5…xpjzsx', ['first']],
  ['the short form of a tid', '12345678…87654321', ['12345678-aaaa-87654321']],
  ['an explorer’s link', `https://mempool.space/testnet/tx/${TX}`, ['first']],
  ['an explorer’s link with an output', `https://blockstream.info/tx/${TX}?output:0#x`, ['first']],
  [
    'an explorer’s link to an address',
    `https://mempool.space/testnet/address/${ADDRESS}`,
    ['first'],
  ],
  ['an output', `${TX}:0`, ['first']],
  ['a label, decomposed', 'Cafe\u0301 Mu\u0308ller', ['12345678-aaaa-87654321', 'first', 'other']],
  ['a label that is kept decomposed', 'Z\u00FCrich', ['zurich']],
  ['a note that is kept decomposed', 'R\u00FCckzahlung', ['other']],
  ['what is nowhere', '899cf361…00000000', []],
])('%s finds its rows', (_what, text, tids) => {
  expect(find(text)).toEqual(tids);
});

test('the list of clients is searched alike', () => {
  const label = `Cafe\u0301\nBT-1\n${ADDRESS}`;
  expect(holds(label, readSearchText('CAF\u00C9'))).toBe(true);
  expect(holds(label, readSearchText('tb1qw5…xpjzsx'))).toBe(true);
  expect(holds(label, readSearchText('tb1qw5…xpjzsy'))).toBe(false);
});
