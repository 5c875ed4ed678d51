import fc from 'fast-check';
import { expect, test } from 'vitest';
import { saveBalance } from '../../../src/main/storage/cache/balances-repo.ts';
import { savePage } from '../../../src/main/storage/cache/coverage-repo.ts';
import { getTransaction } from '../../../src/main/storage/cache/history-repo.ts';
import { observeAddress, registerClient } from '../../../src/main/storage/records/clients-repo.ts';
import { insertRate } from '../../../src/main/storage/records/rates-repo.ts';
import { clientSchema, pageSchema, parseJson, rateSchema } from '../../../src/main/bitpro/wire.ts';
import { openDatabases, type Databases } from '../storage/databases.ts';

/** The numbers that CHECKs of the tables name, and their neighbours: where wire and table could disagree. */
function boundaries(sql: string[]): number[] {
  const named = sql
    .flatMap((text) => [...text.matchAll(/CHECK \(.*?\)+/gs)])
    .flatMap(([check]) => {
      return [...check.matchAll(/-?\d+/g)].map(([digits]) => Number(digits));
    });
  return [...new Set([...named, 0].flatMap((value) => [value - 1, value, value + 1]))];
}

function edgesOf({ cache, records }: Databases): number[] {
  const query = 'SELECT sql FROM sqlite_master WHERE sql IS NOT NULL';
  return boundaries([cache, records].flatMap((db) => db.prepare<[], string>(query).pluck().all()));
}

const numbers = (edges: number[]) =>
  fc.oneof(
    fc.constantFrom(...edges),
    fc.constantFrom(...edges.map((edge) => `${edge}e-8`), ...edges.map((edge) => `${edge}.0`)),
    fc.integer().map(String),
    fc.double(),
    fc.constantFrom('', '-0', '1e300', '0.000000001'),
  );
const text = fc.oneof(
  { weight: 8, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('', '\0', '\ud800', 'x'.repeat(200), 'x'.repeat(201), '\u202e', "'", '%'),
  { weight: 2, arbitrary: fc.constant(null) },
);
const json = (value: unknown) => parseJson(JSON.stringify(value));

test('the CHECKs are found', () => {
  const edges = edgesOf(openDatabases());
  expect(edges).toEqual(expect.arrayContaining([-1, 0, 4, Number.MAX_SAFE_INTEGER]));
});

test('every row that the wire lets through is taken by the tables, and comes back as it was', () => {
  const databases = openDatabases();
  const { cache } = databases;
  const number = numbers(edgesOf(databases));
  let rows = 0;
  const row = fc.record(
    {
      tid: fc.oneof({ weight: 4, arbitrary: fc.uuid() }, { weight: 1, arbitrary: text }),
      type: fc.oneof(fc.constantFrom('bitcoin_buy', 'bitcoin_deposit', 'bitcoin_withdrawal'), text),
      amount: fc.oneof(
        { weight: 3, arbitrary: fc.integer({ min: 0, max: 9999 }).map((sats) => `${sats}e-8`) },
        { weight: 1, arbitrary: number },
      ),
      created_at: fc.oneof(
        {
          weight: 6,
          arbitrary: fc
            .date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
            .map((date) => date.toISOString()),
        },
        fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
        text,
      ),
      tx_id: fc.oneof(text, fc.constant('ab'.repeat(32)), fc.constant('AB'.repeat(32))),
      address: text,
      state: text,
      tx_confirmations: fc.oneof(number, fc.nat({ max: 9 }), fc.constant(null)),
    },
    { requiredKeys: ['tid', 'type', 'amount', 'created_at'] },
  );
  fc.assert(
    fc.property(row, (sent) => {
      for (const slot of pageSchema.parse(json([sent]))) {
        if (slot.row === null) continue;
        rows += 1;
        const clientUid = `C${rows}`;
        savePage(cache, { clientUid, page: 1, rows: [slot.row], joinsTid: null, readAtMs: 1 });
        expect(getTransaction(cache, clientUid, slot.row.tid)).toMatchObject(slot.row);
        // Known by its tid again, or its key would be taken.
        savePage(cache, { clientUid, page: 1, rows: [slot.row], joinsTid: null, readAtMs: 2 });
      }
    }),
    { numRuns: 1500 },
  );
  expect(rows).toBeGreaterThan(150);
});

test('every client and every rate too', () => {
  const databases = openDatabases();
  const { cache, records } = databases;
  const number = numbers(edgesOf(databases));
  let taken = 0;
  const client = fc.record({
    uid: fc.oneof(text, fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/)),
    bitcoin_address: text,
    balance: number,
    unconfirmed_balance: number,
  });
  const rate = fc.record({ asset: text, buy_price: number, time_expires: number });
  fc.assert(
    fc.property(client, rate, (sentClient, sentRate) => {
      const read = clientSchema.safeParse(json(sentClient));
      if (read.success) {
        taken += 1;
        const { uid, depositAddress, ...balance } = read.data;
        registerClient(records, { uid, label: '', source: 'added', addedAtMs: 1 });
        observeAddress(records, uid, depositAddress);
        saveBalance(cache, uid, { ...balance, asOfMs: 1 });
      }
      const quote = rateSchema.safeParse(json(sentRate));
      if (!quote.success) return;
      taken += 1;
      expect(() => new Date(quote.data.timeExpiresMs).toISOString()).not.toThrow();
      insertRate(records, { ...quote.data, observedAtMs: 1, trigger: 'poll' }, null);
    }),
    { numRuns: 3000 },
  );
  expect(taken).toBeGreaterThan(100);
});
