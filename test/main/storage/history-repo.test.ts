import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  transactionTypes,
  type HistoryCursor,
  type HistoryFilter,
  type HistorySort,
  type TransactionRow,
} from '../../../src/shared/domain/transaction.ts';
import {
  getTransaction,
  historyPage,
  historySummary,
  listStates,
} from '../../../src/main/storage/cache/history-repo.ts';
import { savePage } from '../../../src/main/storage/cache/coverage-repo.ts';
import { findClientId } from '../../../src/main/storage/cache/ids.ts';
import {
  saveTransactions,
  type SentTransaction,
} from '../../../src/main/storage/cache/transactions-repo.ts';
import { getBalanceSums, listBalanceSums } from '../../../src/main/storage/cache/totals-repo.ts';
import { reindexAnnotation } from '../../../src/main/storage/cache/annotation-index.ts';
import type { CacheDb } from '../../../src/main/storage/open.ts';
import { annotate } from '../../../src/main/storage/records/annotations-repo.ts';
import { registerClient } from '../../../src/main/storage/records/clients-repo.ts';
import { openDatabases } from './databases.ts';
import { buy, deposit, withdrawal } from './transactions.ts';

const HASH = '7518e03ffd987865aa6c7e456e3796900f7ee8a7cafe57c24108aba16d19d0d4';
const newestFirst: HistorySort = { by: 'time', descending: true };

function walkPages(cache: CacheDb, filter: HistoryFilter, sort: HistorySort, limit: number) {
  const rows: TransactionRow[] = [];
  let after: HistoryCursor | null = null;
  do {
    const page = historyPage(cache, { filter, sort, after, limit });
    expect(page.rows.length).toBeLessThanOrEqual(limit);
    rows.push(...page.rows);
    after = page.next;
  } while (after);
  return rows;
}

const sentArbitrary: fc.Arbitrary<Omit<SentTransaction, 'tid'>> = fc.record({
  type: fc.constantFrom(...transactionTypes),
  amountSats: fc.integer({ min: 0, max: 20 }),
  createdAtMs: fc.integer({ min: 0, max: 20 }),
  txId: fc.constantFrom(null, HASH, HASH.toUpperCase(), 'not a hash'),
  address: fc.constantFrom(null, '2MzCEdXEzBaxCJQAq8igw4pUP1NSGAgzsUr'),
  state: fc.constantFrom(null, 'pending', 'processed', 'on hold'),
  confirmations: fc.constantFrom(null, 0, 5, 6),
});
const between = fc.integer({ min: 0, max: 21 });
const filterArbitrary: fc.Arbitrary<HistoryFilter> = fc.record(
  {
    clientUid: fc.constantFrom('A', 'B', 'nobody'),
    types: fc.subarray([...transactionTypes]),
    states: fc.subarray(['pending', 'processed', 'on hold', 'never seen']),
    fromMs: between,
    toMs: between,
    minSats: between,
    maxSats: between,
  },
  { requiredKeys: [] },
);

function matches(row: SentTransaction & { clientUid: string }, filter: HistoryFilter): boolean {
  const { clientUid, types = [], states = [], fromMs, toMs, minSats, maxSats } = filter;
  return (
    (clientUid === undefined || row.clientUid === clientUid) &&
    (types.length === 0 || types.includes(row.type)) &&
    (states.length === 0 || (row.state !== null && states.includes(row.state))) &&
    row.createdAtMs >= (fromMs ?? -Infinity) &&
    row.createdAtMs < (toMs ?? Infinity) &&
    row.amountSats >= (minSats ?? -Infinity) &&
    row.amountSats <= (maxSats ?? Infinity)
  );
}

test('pages of any size hold exactly the rows of a filter in order, and the summary adds them up', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('A', 'B'), sentArbitrary), { maxLength: 40 }),
      fc.array(filterArbitrary, { minLength: 1, maxLength: 6 }),
      fc.constantFrom<HistorySort['by']>('time', 'amount'),
      fc.boolean(),
      fc.integer({ min: 1, max: 7 }),
      (sent, filters, by, descending, limit) => {
        const { cache, close } = openDatabases();
        const all = sent.map(([clientUid, fields], index) => ({
          ...fields,
          clientUid,
          tid: String(index),
        }));
        for (const { clientUid, ...row } of all) saveTransactions(cache, clientUid, [row], 99);
        for (const filter of [{}, ...filters]) {
          const expected = all.filter((row) => matches(row, filter));
          const sign = descending ? -1 : 1;
          const key = (row: SentTransaction) => (by === 'time' ? row.createdAtMs : row.amountSats);
          const ordered = expected.toSorted(
            (a, b) => sign * (key(a) - key(b) || Number(a.tid) - Number(b.tid)),
          );
          const rows = walkPages(cache, filter, { by, descending }, limit);
          const bare = {
            clientLabel: '',
            note: '',
            tags: [],
            fetchedAtMs: 99,
            removedAtMs: null,
          };
          expect(rows).toEqual(ordered.map((row) => ({ ...row, ...bare })));
          const sum = (type: string) =>
            expected.reduce((total, row) => total + (row.type === type ? row.amountSats : 0), 0);
          expect(historySummary(cache, filter)).toEqual({
            count: expected.length,
            depositSats: sum('deposit'),
            buySats: sum('buy'),
            withdrawalSats: sum('withdrawal'),
          });
        }
        close();
      },
    ),
    { numRuns: 25 },
  );
});

test('a page goes on at its cursor whatever arrived on top meanwhile', () => {
  const { cache } = openDatabases();
  const rows = Array.from({ length: 6 }, (_, index) => buy(`old${index}`, { createdAtMs: 5 }));
  saveTransactions(cache, 'A', rows, 1);
  const query = { filter: {}, sort: newestFirst, limit: 3 };
  const first = historyPage(cache, { ...query, after: null });
  saveTransactions(cache, 'A', [buy('new', { createdAtMs: 6 }), buy('tie', { createdAtMs: 5 })], 2);
  const second = historyPage(cache, { ...query, after: first.next });
  const tids = [...first.rows, ...second.rows].map(({ tid }) => tid);
  expect(tids).toEqual(['old5', 'old4', 'old3', 'old2', 'old1', 'old0']);
  expect(second.next).toBeNull();
});

describe('free text, tags and notes', () => {
  function annotated(): CacheDb {
    const { records, cache } = openDatabases();
    registerClient(records, {
      uid: 'BT-C1',
      label: '100% Café_Nord',
      source: 'added',
      addedAtMs: 1,
    });
    registerClient(records, { uid: 'BT-C2', label: 'Other', source: 'added', addedAtMs: 1 });
    saveTransactions(
      cache,
      'BT-C1',
      [
        withdrawal('39486536', {
          createdAtMs: 3,
          txId: HASH,
          address: '2MzCEdXEzBaxCJQAq8igw4pUP1',
        }),
        deposit('3501712', { createdAtMs: 2, txId: 'Not-A-Hash' }),
      ],
      9,
    );
    saveTransactions(cache, 'BT-C2', [buy('35728038', { createdAtMs: 1 })], 9);
    const note = { clientUid: 'BT-C2', tid: '35728038', updatedAtMs: 1 };
    annotate(records, { ...note, note: "Bob's invoice \\ 50%", tags: ['payroll', 'april'] });
    annotate(records, {
      clientUid: 'BT-C1',
      tid: '3501712',
      updatedAtMs: 1,
      note: '',
      tags: ['april'],
    });
    reindexAnnotation(cache, 'BT-C2', '35728038');
    reindexAnnotation(cache, 'BT-C1', '3501712');
    return cache;
  }

  test.each<[string, HistoryFilter, string[]]>([
    ['tid, in part', { text: '3501' }, ['3501712']],
    ['tx id, its beginning', { text: '7518e03f' }, ['39486536']],
    ['tx id, its beginning in capitals, with blanks around', { text: ' 7518E03FF ' }, ['39486536']],
    ['tx id, its end', { text: '19d0d4' }, ['39486536']],
    ['tx id, its middle, in capitals', { text: 'AFE57C2' }, ['39486536']],
    ['a tx id that is no hash', { text: 'not-a-hash' }, ['3501712']],
    ['an address', { text: '2mzcedxe' }, ['39486536']],
    ['a client uid', { text: 'bt-c2' }, ['35728038']],
    ['a label', { text: 'Café' }, ['39486536', '3501712']],
    ['a percent sign is itself', { text: '0%' }, ['39486536', '3501712']],
    ['a percent sign in a note', { text: '50%' }, ['35728038']],
    ['an underscore is itself', { text: 'é_' }, ['39486536', '3501712']],
    ['a backslash is itself', { text: '\\ 5' }, ['35728038']],
    ['a quote is itself', { text: "b's" }, ['35728038']],
    ['a tag, in part', { text: 'payr' }, ['35728038']],
    ['a tag, exactly', { tag: 'april' }, ['3501712', '35728038']],
    ['a tag in part is no tag', { tag: 'apr' }, []],
    ['a tid in part needs four characters', { text: '350' }, []],
    ['text and client', { text: 'april', clientUid: 'BT-C1' }, ['3501712']],
    ['blanks filter nothing', { text: '  ' }, ['39486536', '3501712', '35728038']],
    ['nothing like it', { text: 'zzz' }, []],
  ])('%s', (_name, filter, tids) => {
    const cache = annotated();
    expect(walkPages(cache, filter, newestFirst, 2).map(({ tid }) => tid)).toEqual(tids);
    expect(historySummary(cache, filter).count).toBe(tids.length);
  });

  test.each([
    ['what begins so ends there', ['feedface', '00feedface'], ['0']],
    ['what is found in the middle goes on there', ['00feedface', '11feedface'], ['0', '1']],
  ])('pages of one row: %s', (_name, beginnings, tids) => {
    const { cache } = openDatabases();
    const rows = beginnings.map((beginning, nth) =>
      deposit(String(nth), { createdAtMs: 9 - nth, txId: beginning.padEnd(64, '0') }),
    );
    saveTransactions(cache, 'A', rows, 1);
    const filter = { text: 'feedface' };
    expect(walkPages(cache, filter, newestFirst, 1).map(({ tid }) => tid)).toEqual(tids);
    const last: HistoryCursor = { key: 9, rowId: 1 };
    const page = historyPage(cache, { filter, sort: newestFirst, after: last, limit: 1 });
    expect(page.rows.map(({ tid }) => tid)).toEqual(tids.slice(1));
  });

  test('a row carries label, note and its tags in order', () => {
    const cache = annotated();
    expect(getTransaction(cache, 'BT-C2', '35728038')).toMatchObject({
      clientLabel: 'Other',
      note: "Bob's invoice \\ 50%",
      tags: ['april', 'payroll'],
    });
    expect(getTransaction(cache, 'BT-C1', '35728038')).toBeNull();
    expect(listStates(cache)).toEqual(['pending']);
  });
});

describe('plans at scale', () => {
  const sorts: [string, HistoryFilter, HistorySort][] = [
    ['newest of all', {}, newestFirst],
    ['oldest of one client', { clientUid: 'A' }, { by: 'time', descending: false }],
    [
      'one client, one type, a month',
      { clientUid: 'A', types: ['buy'], fromMs: 1, toMs: 9 },
      newestFirst,
    ],
    ['largest of all', {}, { by: 'amount', descending: true }],
  ];

  test.each(sorts)('%s: no scan of the table, no sorting', (_name, filter, sort) => {
    const { cache } = openDatabases();
    const seen: string[] = [];
    const spied = new Proxy(cache, {
      get(target, property) {
        if (property === 'prepare') {
          return (sql: string) => {
            seen.push(sql);
            return target.prepare(sql);
          };
        }
        const value: unknown = Reflect.get(target, property, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    historyPage(spied, { filter, sort, after: { key: 5, rowId: 5 }, limit: 100 });
    const sql = seen.at(-1) ?? '';
    const params = Array.from({ length: sql.split('?').length - 1 }, () => '[]');
    const plan = cache
      .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...params)
      .map(({ detail }) => detail);
    expect(plan.filter((step) => /^SEARCH t USING .*INDEX by_/.test(step))).toHaveLength(1);
    expect(plan.filter((step) => /^SCAN t\b|TEMP B-TREE FOR ORDER/.test(step))).toEqual([]);
  });
});

describe('saving', () => {
  test('totals always equal the rows, whatever changes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('1', '2', '3'), sentArbitrary), { maxLength: 20 }),
        (writes) => {
          const { cache, close } = openDatabases();
          for (const [tid, fields] of writes) saveTransactions(cache, 'A', [{ ...fields, tid }], 1);
          const counted = cache
            .prepare(
              `SELECT type, settling, count(*), sum(amount_sats) FROM transactions
               GROUP BY 1, 2 ORDER BY 1, 2`,
            )
            .raw()
            .all();
          const kept = cache
            .prepare('SELECT type, settling, rows, sats FROM totals WHERE rows > 0 ORDER BY 1, 2')
            .raw()
            .all();
          expect(kept).toEqual(counted);
          close();
        },
      ),
      { numRuns: 25 },
    );
  });

  test('a deposit that still settles is not in the sums of a balance, nor is what nobody knows', () => {
    const { cache } = openDatabases();
    const rows = [
      deposit('1', { amountSats: 10, confirmations: 6 }),
      deposit('2', { amountSats: 20, confirmations: 5 }),
      withdrawal('3', { amountSats: 4, state: 'processed' }),
      withdrawal('4', { amountSats: 5, state: 'accepted' }),
      buy('5', { amountSats: 7, type: 'unknown' }),
    ];
    saveTransactions(cache, 'A', rows, 1);
    const sums = { depositSats: 10, buySats: 0, withdrawalSats: 9, unknownRows: 1 };
    expect(getBalanceSums(cache, 'A')).toEqual(sums);
    expect(listBalanceSums(cache)).toEqual(new Map([['A', sums]]));
  });

  test('a field the server leaves out later keeps what it said before', () => {
    const { cache } = openDatabases();
    saveTransactions(cache, 'A', [withdrawal('1', { txId: HASH, address: 'x' })], 1);
    saveTransactions(cache, 'A', [withdrawal('1', { state: 'processed' })], 2);
    expect(getTransaction(cache, 'A', '1')).toMatchObject({
      txId: HASH,
      address: 'x',
      state: 'processed',
      fetchedAtMs: 2,
    });
  });

  test('the same tid of two clients is two transactions', () => {
    const { cache } = openDatabases();
    saveTransactions(cache, 'A', [buy('1', { amountSats: 1 })], 1);
    saveTransactions(cache, 'B', [buy('1', { amountSats: 2 })], 1);
    expect(getTransaction(cache, 'A', '1')?.amountSats).toBe(1);
    expect(getTransaction(cache, 'B', '1')?.amountSats).toBe(2);
  });

  test('a settled row that comes again unchanged is not written', () => {
    const { cache } = openDatabases();
    const save = (atMs: number) => saveTransactions(cache, 'A', [buy('1')], atMs);
    expect(save(1)).toMatchObject([{ changed: true, before: null }]);
    const writes = () => cache.prepare('SELECT total_changes()').pluck().get();
    const before = writes();
    expect(save(2)).toMatchObject([{ changed: false }]);
    expect(writes()).toBe(before);
  });

  test('a whole history that comes again as it is kept takes no lock', () => {
    const { cache } = openDatabases();
    const page = { clientUid: 'A', page: 1, joinsTid: null };
    const rows = [buy('2'), buy('1')];
    savePage(cache, { ...page, rows, readAtMs: 1 });
    const other = new Database(cache.name);
    onTestFinished(() => void other.close());
    other.exec('BEGIN IMMEDIATE');
    cache.pragma('busy_timeout = 0');
    const again = savePage(cache, { ...page, rows, readAtMs: 2 });
    expect(again).toMatchObject({
      openBelow: false,
      saved: [{ changed: false }, { changed: false }],
    });
    // Anything else needs it.
    const news = () => savePage(cache, { ...page, rows: [buy('3'), ...rows], readAtMs: 3 });
    expect(news).toThrow(/locked/);
    other.exec('ROLLBACK');
    expect(news().saved.map(({ changed }) => changed)).toEqual([true, false, false]);
  });

  test('a client whose first rows were undone has none', () => {
    const { cache } = openDatabases();
    const undone = cache.transaction(() => {
      saveTransactions(cache, 'A', [buy('1')], 1);
      throw new Error('undone');
    });
    expect(undone).toThrow('undone');
    expect(findClientId(cache, 'A')).toBeNull();
    saveTransactions(cache, 'B', [buy('1')], 1);
    saveTransactions(cache, 'A', [buy('1')], 1);
    expect(findClientId(cache, 'A')).not.toBe(findClientId(cache, 'B'));
  });
});
