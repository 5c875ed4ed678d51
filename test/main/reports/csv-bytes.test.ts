import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toDecimal } from '#shared/money.ts';
import { createLocalClock, createUtcClock } from '#shared/time-zone.ts';
import { CsvBytes, prepareCells } from '../../../src/main/reports/csv-bytes.ts';
import { csvRow, numberCell, textCell } from '../../../src/main/reports/csv.ts';

const anyUnits = fc.option(
  fc.oneof(
    fc.maxSafeInteger(),
    fc.integer({ min: -2000, max: 2000 }),
    fc.integer({ min: 0, max: 15 }).chain((power) => {
      const bound = 10 ** power;
      return fc.constantFrom(bound - 1, bound, bound + 1, 1 - bound, -bound);
    }),
  ),
  { nil: null },
);
const anyText = fc.option(
  fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme-ascii' })),
  { nil: null },
);

/** One row, and what it reads as. */
function written(write: (out: CsvBytes) => void): string {
  const out = new CsvBytes();
  write(out);
  out.endRow();
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(out.take());
}

describe('cells written into bytes', () => {
  it('are the texts that are written elsewhere', () => {
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 1 }), (texts) => {
        const row = written((out) => {
          for (const text of texts) out.text(text);
        });
        expect(row).toBe(csvRow(texts.map(textCell)));
      }),
    );
  });

  it('are the numbers and decimals that are written elsewhere', () => {
    fc.assert(
      fc.property(anyUnits, fc.integer({ min: 1, max: 8 }), (units, scale) => {
        const row = written((out) => {
          out.integer(units);
          out.decimal(units, scale);
        });
        const decimal = units === null ? '' : toDecimal(units, scale, true);
        expect(row).toBe(csvRow([numberCell(units), decimal]));
      }),
      { numRuns: 1000 },
    );
  });

  it('have no sign before zero', () => {
    const row = written((out) => {
      out.integer(-0);
      out.decimal(-0, 8);
    });
    expect(row).toBe('0,0.00000000\r\n');
  });

  it('are moments as ISO 8601, in UTC and in a zone', () => {
    const utc = createUtcClock();
    const local = createLocalClock('Asia/Kathmandu');
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (date) => {
        const row = written((out) => {
          out.time(utc(date.getTime()));
        });
        expect(row).toBe(`${date.toISOString()}\r\n`);
      }),
    );
    const row = written((out) => {
      out.time(local(Date.UTC(2026, 0, 31, 20, 5, 6, 7)));
    });
    expect(row).toBe('2026-02-01T01:50:06.007+05:45\r\n');
  });

  it('are empty, or prepared for many rows', () => {
    const prepared = prepareCells('Łódź', '"a,b"', '');
    const row = written((out) => {
      out.empty();
      out.cells(prepared);
      out.written('end');
    });
    expect(row).toBe(',Łódź,"a,b",,end\r\n');
  });
});

it('bytes of any length are taken once, and written anew after that', () => {
  const out = new CsvBytes();
  const long = 'ł'.repeat(100_000);
  for (const text of [long, 'short', long]) {
    for (let row = 0; row < 3; row += 1) {
      out.text(text);
      out.endRow();
    }
    expect(new TextDecoder().decode(out.take())).toBe(`${text}\r\n`.repeat(3));
  }
  expect(out.take()).toHaveLength(0);
});
