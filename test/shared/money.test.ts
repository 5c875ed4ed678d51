import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addUnits,
  centsForSats,
  describeAmountProblem,
  formatBtc,
  formatUsd,
  impliedPriceCents,
  MAX_SATS,
  parseBtc,
  parseUsd,
  readAs,
  readDecimal,
  satsForCents,
  toDecimal,
} from '#shared/money.ts';

const sats = fc.integer({ min: 1, max: MAX_SATS });

describe('what an operator types', () => {
  it.each([
    ['0.05', 5_000_000],
    [' 1 ', 100_000_000],
    ['.5', 50_000_000],
    ['1.', 100_000_000],
    ['0.00000001', 1],
    ['21000000', MAX_SATS],
    ['20999999.9769', 2_099_999_997_690_000],
    ['1,000.50', 100_050_000_000],
    ['1,234,567', 123_456_700_000_000],
    ['1 000', 100_000_000_000],
    ['1\u00A0000.5', 100_050_000_000],
    ['1\u202F234\u202F567.00000001', 123_456_700_000_001],
    ["1'000.5", 100_050_000_000],
    ['0.05 BTC', 5_000_000],
    ['₿0.05', 5_000_000],
    ['btc 1,000.50', 100_050_000_000],
    ['1.500', 150_000_000],
  ])('BTC %s', (text, value) => {
    expect(parseBtc(text)).toEqual({ ok: true, value });
  });

  it.each([
    ['', 'empty'],
    ['0', 'zero'],
    ['0.00000000', 'zero'],
    ['-1', 'negative'],
    ['\u22121', 'negative'],
    ['0.123456789', 'too_many_decimals'],
    ['1e-7', 'not_a_number'],
    ['1,5', 'comma'],
    ['1,500', 'ambiguous'],
    ['999,999', 'ambiguous'],
    ['0,500', 'comma'],
    ['1,50', 'comma'],
    ['1.000,50', 'comma'],
    ['1 000,50', 'comma'],
    ['1,00,000.5', 'comma'],
    ['1,000 000.5', 'comma'],
    ['12 34.5', 'not_a_number'],
    ['0.05 USD', 'not_a_number'],
    ['$0.05', 'not_a_number'],
    ['BTC', 'empty'],
    ['22000000', 'too_large'],
    ['99999999999999999999', 'too_large'],
    ['ten', 'not_a_number'],
    ['.', 'not_a_number'],
    ['0x10', 'not_a_number'],
    ['\u0661', 'not_a_number'],
    ['Infinity', 'not_a_number'],
  ])('BTC %s is refused as %s', (text, problem) => {
    expect(parseBtc(text)).toEqual({ ok: false, problem });
  });

  it.each([
    ['1500', { ok: true, value: 150_000 }],
    ['0.01', { ok: true, value: 1 }],
    ['1,500', { ok: true, value: 150_000 }],
    ['$1,500', { ok: true, value: 150_000 }],
    ['$ 1,500.00', { ok: true, value: 150_000 }],
    ['US$1,500.00', { ok: true, value: 150_000 }],
    ['1 500.00', { ok: true, value: 150_000 }],
    ['1\u202F500.00 USD', { ok: true, value: 150_000 }],
    ['1,234,567.89', { ok: true, value: 123_456_789 }],
    ['1,50', { ok: false, problem: 'comma' }],
    ['1.500', { ok: false, problem: 'too_many_decimals' }],
    ['1.500,00', { ok: false, problem: 'comma' }],
    ['1500 EUR', { ok: false, problem: 'not_a_number' }],
    ['€1500', { ok: false, problem: 'not_a_number' }],
    ['$-1', { ok: false, problem: 'negative' }],
    ['-$1', { ok: false, problem: 'negative' }],
    ['0.001', { ok: false, problem: 'too_many_decimals' }],
    ['10000000001', { ok: false, problem: 'too_large' }],
    ['0', { ok: false, problem: 'zero' }],
  ])('USD %s', (text, reading) => {
    expect(parseUsd(text)).toEqual(reading);
  });

  it('is shown as read where it was not typed plainly', () => {
    expect(readAs('$1,500', 'USD')).toBe('Read as 1,500.00 USD.');
    expect(readAs('1 000.5', 'BTC')).toBe('Read as 1,000.50000000 BTC.');
    expect(readAs('1500', 'USD')).toBeNull();
    expect(readAs(' 0.5 ', 'BTC')).toBeNull();
    expect(readAs('1,500', 'BTC')).toBeNull();
  });

  it('reads what the app itself shows', () => {
    fc.assert(
      fc.property(sats, (value) => {
        expect(parseBtc(formatBtc(value))).toEqual({ ok: true, value });
        expect(parseBtc(`${formatBtc(value)} BTC`)).toEqual({ ok: true, value });
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000_000_000 }), (value) => {
        expect(parseUsd(`$${formatUsd(value)}`)).toEqual({ ok: true, value });
      }),
    );
  });

  it('has a sentence for each problem', () => {
    expect(describeAmountProblem('comma', 'BTC')).toMatch(/point for decimals/);
    // Whichever was meant.
    for (const problem of ['comma', 'ambiguous'] as const) {
      expect(describeAmountProblem(problem, 'USD')).toContain('is 1500, one and a half is 1.5.');
    }
    expect(describeAmountProblem('too_many_decimals', 'USD')).toBe('USD has at most 2 decimals.');
    expect(describeAmountProblem('too_large', 'BTC')).toMatch(/21 million/);
  });
});

describe('decimals', () => {
  it('come back the same from text, for every amount there can be', () => {
    fc.assert(
      fc.property(sats, (value) => {
        expect(readDecimal(toDecimal(value, 8), 8)).toBe(value);
        expect(readDecimal(toDecimal(-value, 8, true), 8)).toBe(-value);
        expect(parseBtc(toDecimal(value, 8))).toEqual({ ok: true, value });
        expect(toDecimal(value, 8)).not.toMatch(/e/);
      }),
    );
  });

  it('read an exponent as moving the point', () => {
    fc.assert(
      fc.property(sats, fc.integer({ min: 0, max: 20 }), (value, zeros) => {
        expect(readDecimal(`${value}${'0'.repeat(zeros)}e-${8 + zeros}`, 8)).toBe(value);
        expect(readDecimal(`0.${'0'.repeat(zeros)}${value}E+${zeros}`, String(value).length)).toBe(
          value,
        );
      }),
    );
  });

  it.each([
    ['0.0', 8, 0],
    ['-0.0', 8, 0],
    ['1.22779733', 8, 122_779_733],
    ['1225.10', 2, 122_510],
    ['1e-7', 8, 10],
    ['1E2', 2, 10_000],
    ['0.123456789', 8, null],
    ['0.1000000000', 8, 10_000_000],
    ['90071992.54740992', 8, null],
    ['1e999', 2, null],
    ['.5', 2, null],
    ['1,5', 2, null],
    ['abc', 2, null],
    ['', 2, null],
  ])('%s at %i places', (text, scale, value) => {
    expect(readDecimal(text, scale)).toBe(value);
  });
});

describe('prices', () => {
  it('reproduce both examples of the reference, which are 1,500 USD each', () => {
    // bitpro-api.md, Buy and Get transactions; the prices are the whole cents that floor to them.
    for (const amountSats of [122_779_733, 128_949_065]) {
      const priceCents = impliedPriceCents(150_000, amountSats);
      expect(satsForCents(150_000, priceCents)).toBe(amountSats);
    }
    expect(satsForCents(150_000, 122_510)).toBe(122_438_984);
  });

  it('never give more than was paid for, nor more than there will ever be', () => {
    /** Dollars, in cents, that buy all bitcoin at `price`. */
    const tooDear = (price: number) => (MAX_SATS / 100_000_000) * price;
    const cents = fc.integer({ min: 1, max: 1e12 });
    fc.assert(
      fc.property(cents, fc.integer({ min: 1, max: 1e9 }), (paid, price) => {
        const amountSats = satsForCents(paid, price);
        if (amountSats === null) {
          expect(paid).toBeGreaterThan(tooDear(price));
          return;
        }
        const bought = BigInt(amountSats);
        expect(bought * BigInt(price)).toBeLessThanOrEqual(BigInt(paid) * 100_000_000n);
        expect((bought + 1n) * BigInt(price)).toBeGreaterThan(BigInt(paid) * 100_000_000n);
      }),
    );
  });

  it.each([
    [2_100_000_000, 100, MAX_SATS],
    [2_100_000_001, 100, null],
    [1_000_000_000_000, 1, null],
  ])('%i cents at %i are %s satoshis', (cents, price, sats) => {
    expect(satsForCents(cents, price)).toBe(sats);
  });

  it.each([
    [100_000_000, 122_510, 122_510],
    [1, 50_000_000, 1],
    [1, 49_999_999, 0],
    [-1, 50_000_000, -1],
  ])('value %i satoshis at %i', (amountSats, priceCents, cents) => {
    expect(centsForSats(amountSats, priceCents)).toBe(cents);
  });

  it('value satoshis exactly, rounded half up, on both sides of the safe integers', () => {
    const price = fc.oneof(
      fc.integer({ min: 1, max: 1e9 }),
      fc.constantFrom(1, 2, 4, 50_000_000, 1e8, 2e8),
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MAX_SATS }), price, (amountSats, priceCents) => {
        const exact = (BigInt(amountSats) * BigInt(priceCents) + 50_000_000n) / 100_000_000n;
        fc.pre(exact <= BigInt(Number.MAX_SAFE_INTEGER));
        expect(BigInt(centsForSats(amountSats, priceCents))).toBe(exact);
      }),
    );
  });
});

describe('sums and the screen', () => {
  it('adds whole units or refuses', () => {
    expect(addUnits(1, -3, 5)).toBe(3);
    expect(() => addUnits(Number.MAX_SAFE_INTEGER, 1)).toThrow(RangeError);
    expect(() => addUnits(0.5, 0.5)).toThrow(RangeError);
  });

  it.each([
    [0, '0.00000000'],
    [122_779_733, '1.22779733'],
    [-5_000_000, '\u22120.05000000'],
    [MAX_SATS, '21,000,000.00000000'],
  ])('BTC %i', (value, text) => {
    expect(formatBtc(value)).toBe(text);
  });

  it.each([
    [0, '0.00'],
    [150_000, '1,500.00'],
    [-123_456_789, '\u22121,234,567.89'],
  ])('USD %i', (value, text) => {
    expect(formatUsd(value)).toBe(text);
  });
});
