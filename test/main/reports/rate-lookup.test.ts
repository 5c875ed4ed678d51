import fc from 'fast-check';
import { expect, it } from 'vitest';
import { prepareRateLookup } from '../../../src/main/reports/rate-lookup.ts';
import { insertRate } from '../../../src/main/storage/records/rates-repo.ts';
import { openDesk } from './desk-fixture.ts';

const LATEST_MS = 400;
const moment = fc.integer({ min: 0, max: LATEST_MS });

it('finds the last observation at or before a moment, in whatever order moments come', () => {
  fc.assert(
    fc.property(
      // Many share a moment, and there are more of them than are read at once.
      fc.array(moment, { maxLength: 300 }),
      fc.array(moment, { maxLength: 60 }),
      fc.boolean(),
      (observed, asked, inOrder) => {
        const desk = openDesk();
        const rates = observed.map((observedAtMs, index) => ({
          observedAtMs,
          priceCents: index + 1,
        }));
        const insertAll = desk.records.transaction(() => {
          for (const { observedAtMs, priceCents } of rates) {
            const rate = { asset: 'BTC', buyPriceCents: priceCents, timeExpiresMs: observedAtMs };
            insertRate(desk.records, { ...rate, observedAtMs, trigger: 'poll' }, null);
            // Of another asset: to be passed over.
            const other = { ...rate, asset: 'ETH', observedAtMs: observedAtMs + 1 };
            insertRate(desk.records, { ...other, trigger: 'poll' }, null);
          }
        });
        insertAll();
        const rateAt = prepareRateLookup(desk.cache);
        const moments = inOrder ? asked.toSorted((a, b) => a - b) : asked;
        const sorted = rates.toSorted((a, b) => a.observedAtMs - b.observedAtMs);
        const expected = moments.map(
          (atMs) => sorted.findLast((rate) => rate.observedAtMs <= atMs) ?? null,
        );
        expect(moments.map(rateAt)).toEqual(expected);
        desk.close();
      },
    ),
    { numRuns: 30 },
  );
});
