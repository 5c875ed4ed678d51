import { Address, NETWORK } from '@scure/btc-signer';
import { describe, expect, test } from 'vitest';
import { checkAddress } from '../../../src/main/money/addresses.ts';
import type { Network } from '#shared/domain/profile.ts';
import { AppError } from '#shared/errors.ts';

// Base58Check examples of the Bitcoin wiki, bech32 of BIP 173 and bech32m of BIP 350.
const P2WPKH = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4';
const valid: Record<Network, [string, string][]> = {
  mainnet: [
    ['P2PKH', '17VZNX1SN5NtKa8UQFxwQbFeFc3iqRYhem'],
    ['P2SH', '3EktnHQD7RiAE6uzMj2ZifT9YgRrkSgzQX'],
    ['v0 P2WPKH', P2WPKH],
    ['v0 P2WSH', 'bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3'],
    ['v1 taproot', 'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0'],
  ],
  testnet: [
    ['P2PKH m', 'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn'],
    ['P2PKH n', 'n2eMqTT929pb1RDNuqEnxdaLau1rxy3efi'],
    ['P2SH 2', '2MzCEdXEzBaxCJQAq8igw4pUP1NSGAgzsUr'],
    ['v0 P2WPKH', 'tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx'],
    ['v0 P2WSH', 'tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7'],
    ['v1 taproot', 'tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c'],
  ],
};

function refusal(text: string, network: Network = 'mainnet'): string {
  try {
    checkAddress(text, network);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error).toMatchObject({ code: 'invalid_input', field: 'address' });
    return error.message;
  }
  throw new Error(`${text} was accepted`);
}

describe.each(['mainnet', 'testnet'] as const)('%s', (network) => {
  const other = network === 'mainnet' ? 'testnet' : 'mainnet';

  test.each(valid[network])('accepts %s', (_, address) => {
    expect(checkAddress(`  ${address}\n`, network)).toEqual({
      address,
      amountBtc: null,
      note: null,
    });
  });

  test.each(valid[other])('says that the other network owns %s', (_, address) => {
    expect(refusal(address, network)).toContain(
      `belongs to ${other}, and this profile pays on ${network}`,
    );
  });

  test.each(valid[network])('sees any one changed character in %s', (_, address) => {
    for (let at = 0; at < address.length; at += 1) {
      const changed = address[at] === 'q' ? 'p' : 'q';
      refusal(address.slice(0, at) + changed + address.slice(at + 1), network);
    }
  });
});

test.each([
  ['unknown witness version 16', 'bc1sw50qgdz25j', /not supported/],
  ['unknown witness version 2', 'bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs', /not supported/],
  [
    'v1 program of 40 bytes',
    'bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y',
    /not supported/,
  ],
  ['pay-to-anchor, which anyone can spend', 'bc1pfeessrawgf', /not supported/],
  [
    'taproot key that is no point of the curve',
    Address(NETWORK).encode({ type: 'tr', pubkey: new Uint8Array(32).fill(0xff) }),
    /not supported/,
  ],
  ['mixed case', P2WPKH.replace('qw5', 'qW5'), /capital and small letters/],
  [
    'taproot with a bech32 checksum',
    'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd',
    /not a valid/,
  ],
  ['regtest', 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080', /not a valid/],
  ['nothing', '  ', /Enter a bitcoin address/],
  ['words', 'to Bob, please', /not a valid/],
  ['a link without address', 'bitcoin:?amount=1', /names no address/],
  [
    'a link with a required extension',
    `bitcoin:${P2WPKH}?req-somethingyoudontunderstand=50`,
    /req-/,
  ],
  ['a link with two amounts', `bitcoin:${P2WPKH}?amount=1&amount=2`, /more than one amount/],
  ['a link over 9 decimals', `bitcoin:${P2WPKH}?amount=0.123456789`, /at most 8 decimals/],
  ['a link over 22 million', `bitcoin:${P2WPKH}?amount=22000000`, /21 million/],
])('refuses %s', (_, text, message) => {
  expect(refusal(text)).toMatch(message);
});

test('keeps bech32 in small letters, so that equal destinations are equal texts', () => {
  expect(checkAddress(P2WPKH.toUpperCase(), 'mainnet').address).toBe(P2WPKH);
});

test.each([
  [`bitcoin:${P2WPKH}`, null],
  [`bitcoin:${P2WPKH}?label=Luke-Jr&message=what?%20for&amount=20.30`, '20.3'],
  [`BITCOIN:${P2WPKH.toUpperCase()}?AMOUNT=0.00000001`, '0.00000001'],
  [`bitcoin:${P2WPKH}?somethingyoudontunderstand=50`, null],
  [`bitcoin://${P2WPKH}?amount=0.05`, '0.05'],
  [`BitCoin:///${P2WPKH}/`, null],
  [`bitcoin:${P2WPKH}?amount=0.0500000000`, '0.05'],
  [`bitcoin:${P2WPKH}?amount=20.300000000000`, '20.3'],
  [`bitcoin:?bc=${P2WPKH}&amount=.5`, '0.5'],
  [`BITCOIN:?BC=${P2WPKH.toUpperCase()}&LIGHTNING=LNBC1`, null],
  [`bitcoin:mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn?bc=${P2WPKH}`, null],
  [`bitcoin:?tb=tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx&bc=${P2WPKH}`, null],
  [`bitcoin:${P2WPKH}?label=two%20words and more`, null],
])('reads %s', (uri, amountBtc) => {
  expect(checkAddress(uri, 'mainnet')).toEqual({ address: P2WPKH, amountBtc, note: null });
});

const grouped = (P2WPKH.match(/.{1,4}/g) ?? []).join(' ');
test.each([
  ['in groups of four', grouped],
  ['in groups of four, on two lines', grouped.replace(/(.{24}) /, '$1\r\n')],
  ['over two lines', `${P2WPKH.slice(0, 20)}\n${P2WPKH.slice(20)}`],
  ['with a tab and a no-break space', `${P2WPKH.slice(0, 9)}\t\u00A0${P2WPKH.slice(9)}`],
  ['in a link broken by mail', `bitcoin:${P2WPKH.slice(0, 20)}\n ${P2WPKH.slice(20)}?label=x`],
  ['in a link, grouped', `bitcoin:${grouped}?amount=1`],
  ['in a link, percent-encoded', `bitcoin:${P2WPKH.slice(0, 9)}%20%0A${P2WPKH.slice(9)}`],
  ['named in a link', `bitcoin:?bc=${P2WPKH.slice(0, 9)}+${P2WPKH.slice(9)}`],
])('reads an address %s, and says what was removed', (_how, text) => {
  expect(checkAddress(text, 'mainnet')).toMatchObject({
    address: P2WPKH,
    note: 'Spaces and line breaks inside it were removed.',
  });
});

test.each([
  [
    'a zero width space',
    `${P2WPKH.slice(0, 9)}\u200B${P2WPKH.slice(9)}`,
    'zero width space (U+200B)',
  ],
  ['a byte order mark', `${P2WPKH.slice(0, 9)}\uFEFF${P2WPKH.slice(9)}`, 'U+FEFF'],
  ['an override', `\u202E${P2WPKH}`, 'right-to-left override (U+202E)'],
  ['a soft hyphen', `${P2WPKH.slice(0, 9)}\u00AD${P2WPKH.slice(9)}`, 'soft hyphen (U+00AD)'],
  ['a joiner in a link', `bitcoin:${P2WPKH}\u200D?amount=1`, 'zero width joiner (U+200D)'],
  ['NUL', `${P2WPKH}\0`, 'NUL (U+0000)'],
  [
    'one that is percent-encoded',
    `bitcoin:${P2WPKH.slice(0, 9)}%E2%80%8B${P2WPKH.slice(9)}`,
    'zero width space (U+200B)',
  ],
  ['one in a named address', `bitcoin:?bc=%E2%80%8F${P2WPKH}`, 'right-to-left mark (U+200F)'],
])('names %s that nobody sees in an address', (_what, text, says) => {
  expect(refusal(text)).toContain(says);
});

test.each([
  ['an amount with a comma', `bitcoin:${P2WPKH}?amount=0,05`, /amount.*cannot be used/],
  ['grouped amounts', `bitcoin:${P2WPKH}?amount=1,500.00`, /amount.*cannot be used/],
  ['no amount', `bitcoin:${P2WPKH}?amount=`, /amount.*cannot be used/],
  ['a required payjoin', `bitcoin:${P2WPKH}?REQ-pj=x`, /req-pj.*Do not pay/],
  ['Lightning alone', 'bitcoin:?lightning=lnbc1', /another way than on the chain/],
  [
    'only the other network',
    'bitcoin:?tb=tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx',
    /belongs to testnet/,
  ],
  ['two addresses pasted together', `${P2WPKH} ${P2WPKH}`, /not a valid/],
  ['an address of the book with one letter more', `${P2WPKH} q`, /not a valid/],
])('refuses a link or text with %s', (_what, text, says) => {
  expect(refusal(text)).toMatch(says);
});
