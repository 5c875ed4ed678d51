import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FINAL_CONFIRMATIONS } from '#shared/domain/constants.ts';
import { closeAllGaps, noteReading } from '../../../src/main/storage/cache/coverage-repo.ts';
import { saveTransactions } from '../../../src/main/storage/cache/transactions-repo.ts';
import { reindexAnnotation } from '../../../src/main/storage/cache/annotation-index.ts';
import { annotate } from '../../../src/main/storage/records/annotations-repo.ts';
import { plainTransactions, type PlainRow } from './plain-transactions.ts';
import { NOW, openBench, TX_ID, utc } from './report-bench.ts';

const START_MS = utc('2026-01-01T00:00:00Z');
const uids = ['BT-C1', 'BT-C2', 'BT-C10'];

const anyText = fc.oneof(
  fc.constantFrom(
    '',
    '=1+1',
    '-1',
    'say "hi"',
    'a,b',
    'two\r\nlines',
    '\uFF1DSUM(A1)',
    'Łódź',
    '🙂',
  ),
  fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replaceAll('\0', '')),
);
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });

const anyRow = fc.record({
  clientUid: fc.constantFrom(...uids),
  tid: fc.integer({ min: 1, max: 99_999 }).map(String),
  type: fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom('deposit', 'buy', 'withdrawal') },
    { weight: 1, arbitrary: fc.constant('unknown') },
  ),
  amountSats: fc.oneof(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 4e12 })),
  // Few moments, so that rows of one moment lie on both sides of a chunk's end.
  createdAtMs: fc.oneof(
    fc.integer({ min: 0, max: 3 }).map((second) => START_MS + second * 1000),
    fc.integer({ min: START_MS, max: NOW }),
  ),
  state: orNull(fc.constantFrom('pending', 'accepted', 'processed', '@odd, state')),
  confirmations: orNull(fc.integer({ min: 0, max: 2 * FINAL_CONFIRMATIONS })),
  txId: orNull(fc.constantFrom(TX_ID, 'ff', '=ff')),
  address: orNull(fc.constantFrom('2MzCEdXEzBaxCJQAq8igw4pUP1NSGAgzsUr', '+odd')),
  note: fc.oneof({ weight: 3, arbitrary: fc.constant('') }, anyText),
  tags: fc.oneof(
    { weight: 3, arbitrary: fc.constant<string[]>([]) },
    fc.uniqueArray(fc.constantFrom('b', 'a', 'ź', '=x', 'B'), { maxLength: 3 }),
  ),
  usdCents: orNull(fc.integer({ min: 1, max: 1e6 })),
});

const anyRate = fc.record({
  observedAtMs: fc.oneof(
    fc.integer({ min: START_MS - 5, max: START_MS + 4000 }),
    fc.integer({ min: START_MS, max: NOW }),
  ),
  priceCents: fc.integer({ min: 1, max: 20_000_000 }),
});

it('writes what the plain report of the same histories says, byte by byte', () => {
  fc.assert(
    fc.property(
      fc.array(anyRow, { minLength: 1, maxLength: 450, size: 'max' }),
      fc.array(anyText, { minLength: uids.length, maxLength: uids.length }),
      fc.array(anyRate, { maxLength: 200, size: 'max' }),
      (drawn, labels, rates) => {
        const bench = openBench();
        const rows = drawn
          .filter((row, index) => drawn.findIndex(isSame(row)) === index)
          .map(({ usdCents, ...row }, index): PlainRow => {
            const id = `${row.clientUid}/${row.tid}`;
            // A few only: the journal waits for the disk at every move.
            const isOwn = index < 15 && row.type === 'buy' && row.amountSats > 0;
            return {
              ...row,
              clientLabel: labels[uids.indexOf(row.clientUid)] ?? '',
              own: isOwn && usdCents !== null ? { id, usdCents, actor: 'ann' } : null,
            };
          });
        put(bench, { rows, labels, rates });
        bench.run();
        const sorted = rates.toSorted((a, b) => a.observedAtMs - b.observedAtMs);
        const expected = plainTransactions(rows, sorted, NOW);
        expect(readFileSync(bench.path, 'utf8')).toBe(expected);
        bench.close();
      },
    ),
    { numRuns: 12 },
  );
}, 60_000);

const isSame =
  (row: { clientUid: string; tid: string }) => (other: { clientUid: string; tid: string }) =>
    other.clientUid === row.clientUid && other.tid === row.tid;

function put(
  bench: ReturnType<typeof openBench>,
  data: {
    rows: readonly PlainRow[];
    labels: readonly string[];
    rates: readonly { observedAtMs: number; priceCents: number }[];
  },
): void {
  const { cache, records } = bench.desk;
  const { rows, labels, rates } = data;
  for (const uid of uids) {
    const history = rows.filter(({ clientUid }) => clientUid === uid);
    saveTransactions(cache, uid, history, NOW);
    closeAllGaps(cache, uid);
    noteReading(cache, uid, NOW);
  }
  const putRecords = records.transaction(() => {
    for (const [index, uid] of uids.entries()) bench.register(uid, labels[index]);
    for (const { clientUid, tid, note, tags } of rows) {
      annotate(records, { clientUid, tid, note, tags, updatedAtMs: 1 });
    }
    for (const { observedAtMs, priceCents } of rates) {
      bench.rate(new Date(observedAtMs).toISOString(), priceCents);
    }
  });
  putRecords();
  for (const { clientUid, tid } of rows) reindexAnnotation(cache, clientUid, tid);
  for (const { clientUid, tid, amountSats: sats, own } of rows) {
    if (own) bench.confirmBuy({ ...own, clientUid, tid, sats });
  }
}
