import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import type { KeptPassphrase } from '../storage/records/approvers-repo.ts';

/** scrypt's N; with r = 8 it takes 128 MiB and some tenths of a second for each guess. */
const COST = 2 ** 17;
const BLOCK_SIZE = 8;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

export async function hashPassphrase(passphrase: string): Promise<KeptPassphrase> {
  const salt = randomBytes(SALT_BYTES);
  return { salt, cost: COST, hash: await derive(passphrase, salt, COST) };
}

export async function isPassphrase(passphrase: string, kept: KeptPassphrase): Promise<boolean> {
  return timingSafeEqual(await derive(passphrase, kept.salt, kept.cost), kept.hash);
}

function derive(passphrase: string, salt: Buffer, cost: number): Promise<Buffer> {
  const options = { N: cost, r: BLOCK_SIZE, p: 1, maxmem: 2 * 128 * cost * BLOCK_SIZE };
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  // NFKC, so that two keyboards that write the same character differently give the same bytes.
  scrypt(passphrase.normalize('NFKC'), salt, HASH_BYTES, options, (error, hash) => {
    if (error) reject(error);
    else resolve(hash);
  });
  return promise;
}
