import { createHash } from 'node:crypto';

/** Bytes that depend on the parts alone, so that a seed always gives the same emulated world. */
export function deriveBytes(...parts: readonly (string | number)[]): Buffer {
  return createHash('sha256').update(JSON.stringify(parts)).digest();
}

/** A number in [0, 1) derived from the parts. */
export function deriveFraction(...parts: readonly (string | number)[]): number {
  return deriveBytes(...parts).readUInt32BE(0) / 2 ** 32;
}

/** An endless sequence of numbers in [0, 1) derived from the parts. */
export function deriveStream(...parts: readonly (string | number)[]): () => number {
  let drawn = 0;
  return () => deriveFraction(...parts, drawn++);
}
