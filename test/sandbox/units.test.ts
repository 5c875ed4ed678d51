import {
  Address,
  NETWORK,
  p2pkh,
  p2sh,
  p2tr,
  p2wpkh,
  p2wsh,
  TEST_NETWORK,
} from '@scure/btc-signer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAddress, scriptHashAddress } from '../../src/sandbox/addresses.ts';
import { formatBtc, formatUsd, parseDecimal, satsBought } from '../../src/sandbox/amounts.ts';
import { quoteAt } from '../../src/sandbox/price.ts';

describe('amounts', () => {
  it.each([
    ['0', 0n],
    ['0.05', 5_000_000n],
    ['1.22779733', 122_779_733n],
    ['007.10', 710_000_000n],
    ['0.100000000', 10_000_000n],
    ['0.123456789', undefined],
    ['1e-7', undefined],
    ['1,5', undefined],
    ['-1', undefined],
    ['+1', undefined],
    ['.5', undefined],
    ['5.', undefined],
    [' 1', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s BTC is %s satoshis', (text, sats) => {
    expect(parseDecimal(text, 8)).toBe(sats);
  });

  it.each([
    [0, '0.0'],
    [1, '0.00000001'],
    [10_000_000, '0.1'],
    [100_000_000, '1.0'],
    [122_779_733, '1.22779733'],
    [-1_000_000, '-0.01'],
  ])('%d satoshis are written %s', (sats, text) => {
    expect(formatBtc(sats)).toBe(text);
  });

  it('come back from their text', () => {
    fc.assert(
      fc.property(fc.nat(2_100_000_000_000_000), (sats) => {
        expect(parseDecimal(formatBtc(sats), 8)).toBe(BigInt(sats));
      }),
    );
  });

  it('buy as the example of the reference: 1,500 USD are 1.22779733 BTC', () => {
    // The reference does not show the price; 1221.70 USD is what the two figures imply.
    expect(satsBought(150_000n, 122_170)).toBe(122_779_733n);
    expect(formatUsd(122_510)).toBe('1225.10');
    expect(formatUsd(5)).toBe('0.05');
  });
});

describe('addresses', () => {
  const networks = [
    ['testnet', TEST_NETWORK, NETWORK],
    ['mainnet', NETWORK, TEST_NETWORK],
  ] as const;
  // The generator point of secp256k1: a public key that everyone knows.
  const key = Buffer.from(
    '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798',
    'hex',
  );

  describe.each(networks)('of %s', (network, own, other) => {
    const addressesOf = (of: typeof own) => [
      p2pkh(key, of).address,
      p2sh(p2wpkh(key, of), of).address,
      p2wpkh(key, of).address,
      p2wsh(p2pkh(key, of), of).address,
      p2tr(key.subarray(1), undefined, of).address,
    ];

    it('are valid in every kind, and not on the other network', () => {
      for (const address of addressesOf(own)) expect(isAddress(address ?? '', network)).toBe(true);
      for (const address of addressesOf(other))
        expect(isAddress(address ?? '', network)).toBe(false);
    });

    it('are not valid with one character changed', () => {
      fc.assert(
        fc.property(
          fc.constantFrom(...addressesOf(own)),
          fc.nat(),
          fc.constantFrom(...Array.from('23456789acdefghjklmnpqrstuvwxyz')),
          (address = '', at, letter) => {
            const index = at % address.length;
            fc.pre(address[index] !== letter);
            const changed = address.slice(0, index) + letter + address.slice(index + 1);
            expect(isAddress(changed, network)).toBe(false);
          },
        ),
      );
    });

    it('made here are what a library makes', () => {
      fc.assert(
        fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), (hash) => {
          const address = scriptHashAddress(hash, network);
          expect(address).toBe(Address(own).encode({ type: 'sh', hash }));
          expect(isAddress(address, network)).toBe(true);
        }),
      );
    });
  });

  it.each([
    // BIP 350, test vectors
    ['tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7', true],
    ['tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c', true],
    ['TB1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KXPJZSX', true],
    // witness versions 16 and 2: nobody knows yet who could spend them
    ['bc1sw50qgdz25j', false],
    ['tb1zw508d6qejxtdg4y5r3zarvaryvaxxpcs', false],
    // BIP 350, invalid: mixed case, wrong checksum for the version, program too short
    ['tb1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vpggkg4j', false],
    ['tb1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47', false],
    ['bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4', false],
    ['tb1', false],
    ['', false],
    ['1'.repeat(25), false],
  ])('%s: %s', (address, valid) => {
    expect(isAddress(address, 'testnet')).toBe(valid);
  });
});

describe('the price', () => {
  const config = { seed: 1, basePriceCents: 122_510, quoteMs: 60_000 };

  it('holds for a quote, never jumps far, and stays around its base', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_400_000_000_000, max: 2_000_000_000_000 }), (atMs) => {
        const quote = quoteAt(atMs, config);
        expect(quote.expiresAtMs).toBeGreaterThan(atMs);
        expect(quote.expiresAtMs - atMs).toBeLessThanOrEqual(60_000);
        expect(quoteAt(quote.expiresAtMs - 1, config)).toEqual(quote);
        const next = quoteAt(quote.expiresAtMs, config);
        expect(next.expiresAtMs).toBe(quote.expiresAtMs + 60_000);
        expect(Math.abs(next.priceCents / quote.priceCents - 1)).toBeLessThan(0.005);
        expect(Math.abs(quote.priceCents / config.basePriceCents - 1)).toBeLessThan(0.25);
      }),
    );
  });
});
