import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HistoryFilter, HistoryQuery } from '#shared/domain/transaction.ts';
import {
  ensureAnnotationIndex,
  reindexAnnotation,
} from '../../../src/main/storage/cache/annotation-index.ts';
import { historyPage, historySummary } from '../../../src/main/storage/cache/history-repo.ts';
import {
  saveTransactions,
  type SentTransaction,
} from '../../../src/main/storage/cache/transactions-repo.ts';
import { openCache } from '../../../src/main/storage/open.ts';
import { annotate } from '../../../src/main/storage/records/annotations-repo.ts';
import { labelClient, registerClient } from '../../../src/main/storage/records/clients-repo.ts';
import { openDatabases } from './databases.ts';
import { buy } from './transactions.ts';

type Row = SentTransaction & { clientUid: string; note: string; tags: string[] };

const labels: Record<string, string> = { 'BT-A': 'Nord 100%_Café', 'BT-B': 'abcd "Süd" \\' };

/** Few letters, so that parts of one text turn up in others, and every letter that means something to SQL or FTS. */
const textOf = (minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...Array.from('abAB1"%_\\ é*')), minLength, maxLength });
const hash = fc.string({
  unit: fc.constantFrom(...Array.from('ab1')),
  minLength: 64,
  maxLength: 64,
});

const rowArbitrary: fc.Arbitrary<Omit<Row, 'tid'> & { tidPart: string }> = fc.record({
  clientUid: fc.constantFrom('BT-A', 'BT-B'),
  tidPart: fc.string({ unit: fc.constantFrom(...Array.from('ab1')), maxLength: 4 }),
  type: fc.constantFrom('deposit', 'withdrawal'),
  amountSats: fc.integer({ min: 0, max: 9 }),
  createdAtMs: fc.integer({ min: 0, max: 3 }),
  txId: fc.option(fc.oneof(hash, textOf(1, 8))),
  address: fc.option(textOf(1, 8)),
  state: fc.constantFrom(null, 'pending'),
  confirmations: fc.constantFrom(null, 6),
  note: textOf(0, 8).map((note) => note.trim()),
  tags: fc.uniqueArray(fc.constantFrom('tag1', 'Bab')),
});

const lower = (text: string) => text.toLowerCase();
/** As LIKE has it: letters other than ASCII's keep their case. */
const asciiLower = (text: string) => text.replace(/[A-Z]/g, lower);

/** What the documentation of TextSearch says, row by row. */
function fits(row: Row, text: string): boolean {
  const has = (whole: string | null, part = asciiLower(text)) =>
    whole !== null && asciiLower(whole).includes(part);
  const length = Array.from(text).length;
  if (`${row.clientUid}\n${labels[row.clientUid]}`.toLowerCase().includes(lower(text))) return true;
  if (row.tid === text) return true;
  if (length >= 3 && [row.note, ...row.tags].some((whole) => has(whole))) return true;
  if (length < 4) return false;
  if ([text, lower(text)].some((typed) => row.address?.startsWith(typed))) return true;
  return row.tid.startsWith(text) || asciiLower(row.txId ?? '').startsWith(asciiLower(text));
}

function fitsInTheMiddle({ txId, address }: Row, text: string): boolean {
  const isPart = asciiLower(address ?? '').includes(asciiLower(text));
  if (Array.from(text).length >= 3 && isPart) return true;
  const isHash = /^[0-9a-f]{64}$/.test(txId ?? '');
  return isHash && /^[0-9a-f]{6,64}$/.test(lower(text)) && (txId ?? '').includes(lower(text));
}

test('a text finds exactly the rows it fits, in any order and with any page size, and adds them up', () => {
  fc.assert(
    fc.property(
      fc.array(rowArbitrary, { maxLength: 12 }),
      fc.array(
        fc.oneof(
          textOf(1, 5),
          hash.map((whole) => whole.slice(20, 27)),
        ),
        { minLength: 1, maxLength: 6 },
      ),
      fc.constantFrom<HistoryQuery['sort']['by']>('time', 'amount'),
      fc.boolean(),
      fc.integer({ min: 1, max: 5 }),
      fc.constantFrom<HistoryFilter>({}, { clientUid: 'BT-A' }, { types: ['deposit'], toMs: 3 }),
      (made, texts, by, descending, limit, filter) => {
        const { records, cache, close } = openDatabases();
        for (const [uid, label] of Object.entries(labels)) {
          registerClient(records, { uid, label, source: 'added', addedAtMs: 1 });
        }
        const rows: Row[] = made.map(({ tidPart, ...row }, index) => ({
          ...row,
          tid: `${tidPart}${index}`,
        }));
        for (const { clientUid, note, tags, ...sent } of rows) {
          saveTransactions(cache, clientUid, [sent], 1);
          annotate(records, { clientUid, tid: sent.tid, note, tags, updatedAtMs: 1 });
          reindexAnnotation(cache, clientUid, sent.tid);
        }
        const selected = rows.filter(
          (row) =>
            (filter.clientUid ?? row.clientUid) === row.clientUid &&
            (filter.types ?? [row.type]).includes(row.type) &&
            row.createdAtMs < (filter.toMs ?? Infinity),
        );
        // A fragment of what is there, so that not all texts are strangers.
        const parts = rows.flatMap(({ txId, address, note }) => [
          txId?.slice(0, 5),
          txId?.slice(9, 17),
          address?.slice(0, 5).toUpperCase(),
          address?.slice(-4),
          note,
        ]);
        for (const each of [...texts, ...parts.filter((part) => part !== undefined)]) {
          const text = each.trim();
          if (text === '') continue;
          const direct = selected.filter((row) => fits(row, text));
          const expected =
            direct.length > 0 ? direct : selected.filter((row) => fitsInTheMiddle(row, text));
          const found: string[] = [];
          let after: HistoryQuery['after'] = null;
          do {
            const sort = { by, descending };
            const page = historyPage(cache, { filter: { ...filter, text }, sort, after, limit });
            found.push(...page.rows.map(({ tid }) => tid));
            after = page.next;
          } while (after);
          const sign = descending ? -1 : 1;
          const key = (row: Row) => (by === 'time' ? row.createdAtMs : row.amountSats);
          const order = (a: Row, b: Row) =>
            sign * (key(a) - key(b) || rows.indexOf(a) - rows.indexOf(b));
          expect(found, text).toEqual(expected.toSorted(order).map(({ tid }) => tid));
          expect(historySummary(cache, { ...filter, text }).count, text).toBe(expected.length);
        }
        close();
      },
    ),
    { numRuns: 30 },
  );
}, 60_000);

const found = (cache: Parameters<typeof historyPage>[0], text: string) =>
  historyPage(cache, {
    filter: { text },
    sort: { by: 'time', descending: true },
    after: null,
    limit: 10,
  }).rows.map(({ tid }) => tid);
const note = { clientUid: 'A', tid: '1', tags: [], updatedAtMs: 1 };

test('a note is found by its present text, also after the time of its transaction changed', () => {
  const { records, cache } = openDatabases();
  saveTransactions(cache, 'A', [buy('1', { createdAtMs: 5 })], 1);
  for (const text of ['first words', 'second thoughts']) {
    annotate(records, { ...note, note: text });
    reindexAnnotation(cache, 'A', '1');
  }
  saveTransactions(cache, 'A', [buy('1', { createdAtMs: 9 })], 2);
  expect(found(cache, 'words')).toEqual([]);
  expect(found(cache, 'thoughts')).toEqual(['1']);
});

test('a note is found once its transaction comes back to a cache that was made anew', () => {
  const { records, cache } = openDatabases();
  annotate(records, { ...note, note: 'kept in the records' });
  expect(found(cache, 'kept')).toEqual([]);
  saveTransactions(cache, 'A', [buy('1')], 1);
  expect(found(cache, 'kept')).toEqual(['1']);
});

test('an index that missed a change, as after a power cut, is made anew when the cache is opened', () => {
  const { records, cache, cachePath, recordsPath } = openDatabases();
  saveTransactions(cache, 'A', [buy('1')], 1);
  annotate(records, { ...note, note: 'typed just before' });
  expect(found(cache, 'before')).toEqual([]);
  cache.close();
  const reopened = openCache(cachePath, recordsPath);
  expect(found(reopened, 'before')).toEqual(['1']);
  const changes = () => reopened.prepare('SELECT total_changes()').pluck().get();
  const before = changes();
  ensureAnnotationIndex(reopened);
  expect(changes()).toBe(before);
  reopened.close();
});

test('a new label is found at once', () => {
  const { records, cache } = openDatabases();
  registerClient(records, { uid: 'A', label: 'Old name', source: 'added', addedAtMs: 1 });
  saveTransactions(cache, 'A', [buy('1')], 1);
  expect(found(cache, 'old n')).toEqual(['1']);
  labelClient(records, 'A', 'New name');
  expect(found(cache, 'old n')).toEqual([]);
  expect(found(cache, 'new n')).toEqual(['1']);
});
