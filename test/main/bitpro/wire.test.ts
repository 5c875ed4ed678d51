import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SATS_PER_BTC } from '#shared/money.ts';
import {
  clientSchema,
  parseJson,
  rateSchema,
  transactionSchema,
} from '../../../src/main/bitpro/wire.ts';

const row = {
  tid: '3501712',
  type: 'bitcoin_deposit',
  amount: '0.1',
  created_at: '2017-04-06T06:16:19Z',
  tx_id: '6086da46',
  tx_confirmations: 6,
};
const readRow = (changes: object) =>
  transactionSchema.safeParse(parseJson(JSON.stringify({ ...row, ...changes })));

describe('numbers', () => {
  it('are read from their own digits, whatever a float would make of them', () => {
    const text =
      '{"tid":12345678901234567890,"type":"bitcoin_buy","amount":20999999.97690001,"created_at":"2017-04-06T06:16:19Z"}';
    expect(transactionSchema.parse(parseJson(text))).toMatchObject({
      tid: '12345678901234567890',
      amountSats: 2_099_999_997_690_001,
    });
  });

  it('mean the same as text and as a JSON number, for every amount there can be', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 21_000_000 * SATS_PER_BTC }), (sats) => {
        const digits = String(sats).padStart(9, '0');
        const decimal = `${digits.slice(0, -8)}.${digits.slice(-8)}`;
        for (const amount of [decimal, `"${decimal}"`, `${sats}e-8`, `-${decimal}`]) {
          const text = JSON.stringify({ ...row, amount: 0 }).replace(
            '"amount":0',
            `"amount":${amount}`,
          );
          expect(transactionSchema.parse(parseJson(text)).amountSats).toBe(sats);
        }
      }),
    );
  });

  it.each(['', 'NaN', '1,5', '0.123456789', '0x10', null, true, {}, []])(
    'are not made up from %j',
    (amount) => expect(readRow({ amount }).success).toBe(false),
  );

  it('keep the sign of a balance', () => {
    const client = { uid: 'BT-C1', bitcoin_address: 'a', balance: '-0.5', unconfirmed_balance: 0 };
    expect(clientSchema.parse(parseJson(JSON.stringify(client)))).toMatchObject({
      balanceSats: -50_000_000,
      unconfirmedSats: 0,
    });
  });
});

describe('rows', () => {
  it.each([
    ['bitcoin_deposit', 'deposit'],
    ['bitcoin_buy', 'buy'],
    ['bitcoin_withdrawal', 'withdrawal'],
    ['bitcoin_refund', 'unknown'],
    ['constructor', 'unknown'],
  ])('of type %s are %s', (type, expected) => {
    expect(readRow({ type }).data?.type).toBe(expected);
  });

  it.each(['pending', 'accepted', 'processed', 'on_hold'])(
    'keep the state %s as it came',
    (state) => {
      expect(readRow({ state }).data?.state).toBe(state);
    },
  );

  it.each([
    ['2017-04-06T06:16:19Z', Date.UTC(2017, 3, 6, 6, 16, 19)],
    ['2017-04-06T06:16:19.250Z', Date.UTC(2017, 3, 6, 6, 16, 19, 250)],
    ['2017-04-06T08:16:19+02:00', Date.UTC(2017, 3, 6, 6, 16, 19)],
    ['2017-02-30T06:16:19Z', undefined],
    ['06/04/2017', undefined],
  ])('created at %s', (created_at, expected) => {
    expect(readRow({ created_at }).data?.createdAtMs).toBe(expected);
  });

  it.each([
    ['TB1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KXPJZSX', 'tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx'],
    ['tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsX', 'tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsX'],
    ['mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn', 'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn'],
  ])('paid to %s', (address, expected) => {
    expect(readRow({ address }).data?.address).toBe(expected);
  });

  it('may lack what the reference gives only some of them, and carry more', () => {
    const { data } = readRow({ tx_id: null, tx_confirmations: undefined, state: '', extra: [1] });
    expect(data).toEqual({
      tid: '3501712',
      type: 'deposit',
      amountSats: 10_000_000,
      createdAtMs: Date.UTC(2017, 3, 6, 6, 16, 19),
      txId: null,
      address: null,
      state: null,
      confirmations: null,
    });
  });
});

describe('rates', () => {
  it.each([
    [
      { buy_price: '1225.10', time_expires: 1491824457.468, asset: 'XBT' },
      [122_510, 1_491_824_457_468, 'BTC'],
    ],
    [
      { buy_price: 64250.129, time_expires: '1491824457', asset: 'ETH' },
      [6_425_012, 1_491_824_457_000, 'ETH'],
    ],
  ])('%j', (rate, [buyPriceCents, timeExpiresMs, asset]) => {
    const read = rateSchema.parse(parseJson(JSON.stringify(rate)));
    expect(read).toEqual({ asset, buyPriceCents, timeExpiresMs });
  });

  it.each(['9007199254740', '-9007199254740.991', '8640000000000.001', 'soon', 'Infinity', '1e13'])(
    'do not hold until %s, which is no moment',
    (time_expires) => {
      const rate = { buy_price: '1225.10', time_expires, asset: 'XBT' };
      expect(rateSchema.safeParse(parseJson(JSON.stringify(rate))).success).toBe(false);
    },
  );

  it.each(['0', '-1', 'free'])('have no price of %s', (buy_price) => {
    const rate = { buy_price, time_expires: 1, asset: 'XBT' };
    expect(rateSchema.safeParse(parseJson(JSON.stringify(rate))).success).toBe(false);
  });
});
