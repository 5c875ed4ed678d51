import crypto, { type BinaryLike, type ScryptOptions } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

/** Tells passphrases apart as scrypt does, without its cost, which would be a tenth of the simulation's time. */
export function quickScrypt(passphrase: BinaryLike, salt: BinaryLike, length: number): Buffer {
  return crypto
    .createHmac('sha256', Buffer.from(salt as Buffer))
    .update(passphrase)
    .digest()
    .subarray(0, length);
}

type Done = (error: Error | null, key: Buffer) => void;

function scrypt(
  passphrase: BinaryLike,
  salt: BinaryLike,
  length: number,
  _options: ScryptOptions,
  done: Done,
): void {
  queueMicrotask(() => done(null, quickScrypt(passphrase, salt, length)));
}

crypto.scrypt = scrypt as typeof crypto.scrypt;
syncBuiltinESMExports();
