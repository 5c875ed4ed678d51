import { createHash } from 'node:crypto';

/**
 * Bitcoin addresses: base58check (P2PKH, P2SH) and bech32/bech32m (BIP 173, BIP 350).
 * Written here on purpose: the app checks addresses with a library, and a shared one would
 * share its mistakes.
 */

export type Network = 'testnet' | 'mainnet';

const networks = {
  testnet: { pubkeyHash: 0x6f, scriptHash: 0xc4, humanPart: 'tb' },
  mainnet: { pubkeyHash: 0x00, scriptHash: 0x05, humanPart: 'bc' },
} as const;

const base58Alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const bech32Alphabet = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';

export function isAddress(text: string, network: Network): boolean {
  return isBase58Address(text, network) || isSegwitAddress(text, network);
}

/** The P2SH address of a 20-byte script hash. */
export function scriptHashAddress(hash: Uint8Array, network: Network): string {
  const payload = Buffer.from([networks[network].scriptHash, ...hash]);
  return encodeBase58(Buffer.concat([payload, checksum(payload)]));
}

function isBase58Address(text: string, network: Network): boolean {
  const bytes = decodeBase58(text);
  if (bytes?.length !== 25) return false;
  const { pubkeyHash, scriptHash } = networks[network];
  if (bytes[0] !== pubkeyHash && bytes[0] !== scriptHash) return false;
  return checksum(bytes.subarray(0, 21)).equals(bytes.subarray(21));
}

function checksum(payload: Uint8Array): Buffer {
  return sha256(sha256(payload)).subarray(0, 4);
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function encodeBase58(bytes: Buffer): string {
  let value = BigInt(`0x${bytes.toString('hex')}`);
  let text = '';
  for (; value > 0n; value /= 58n) text = base58Alphabet.charAt(Number(value % 58n)) + text;
  const leadingZeros = bytes.findIndex((byte) => byte !== 0);
  return '1'.repeat(leadingZeros) + text;
}

function decodeBase58(text: string): Buffer | undefined {
  // 35 characters hold any 25-byte value; longer text is no address and not worth the arithmetic.
  if (!/^[1-9A-HJ-NP-Za-km-z]{25,35}$/.test(text)) return undefined;
  let value = 0n;
  for (const character of text) value = value * 58n + BigInt(base58Alphabet.indexOf(character));
  const hex = value.toString(16);
  const digits = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  const leadingOnes = /^1*/.exec(text)?.[0].length ?? 0;
  return Buffer.concat([Buffer.alloc(leadingOnes), digits]);
}

function isSegwitAddress(text: string, network: Network): boolean {
  if (text.length > 90 || (text !== text.toLowerCase() && text !== text.toUpperCase()))
    return false;
  const lower = text.toLowerCase();
  const prefix = `${networks[network].humanPart}1`;
  if (!lower.startsWith(prefix)) return false;
  const values = Array.from(lower.slice(prefix.length), (letter) => bech32Alphabet.indexOf(letter));
  if (values.length < 7 || values.includes(-1)) return false;

  const version = values[0];
  const program = regroupBits(values.slice(1, -6));
  const residue = bech32Polymod([...expandHumanPart(networks[network].humanPart), ...values]);
  if (program === undefined) return false;
  if (version === 0) return residue === 1 && (program.length === 20 || program.length === 32);
  // Witness versions above 1 have no agreed meaning yet: coins sent there could be anyone's.
  return version === 1 && residue === 0x2bc830a3 && program.length === 32;
}

function expandHumanPart(humanPart: string): number[] {
  const codes = Array.from(humanPart, (letter) => letter.charCodeAt(0));
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
}

function bech32Polymod(values: readonly number[]): number {
  const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
  let residue = 1;
  for (const value of values) {
    const top = residue >>> 25;
    residue = ((residue & 0x1ffffff) << 5) ^ value;
    generators.forEach((generator, bit) => {
      if ((top >>> bit) & 1) residue ^= generator;
    });
  }
  return residue;
}

/** Five-bit groups to bytes; undefined when the padding is too long or not zero (BIP 173). */
function regroupBits(groups: readonly number[]): number[] | undefined {
  const bytes: number[] = [];
  let pending = 0;
  let bits = 0;
  for (const group of groups) {
    pending = ((pending << 5) | group) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((pending >> bits) & 0xff);
    }
  }
  return bits < 5 && (pending & ((1 << bits) - 1)) === 0 ? bytes : undefined;
}
