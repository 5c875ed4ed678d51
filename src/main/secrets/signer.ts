import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { AppError } from '#shared/errors.ts';

/** Signs canonical strings for as long as it has its secret. Nothing of it shows in JSON or when inspected. */
export type SecretSigner = {
  /**
   * Base64 HMAC-SHA1 (bitpro-api.md, Authentication).
   * @throws AppError `keychain_empty` after `forget`
   */
  sign(canonicalString: string): string;
  forget(): void;
};

/** The key is the secret's text as it is, not what it would decode to (api-readings.md, 3). */
export function createSigner(secret: string): SecretSigner {
  let key: KeyObject | null = createSecretKey(secret, 'utf8');
  return {
    sign(canonicalString) {
      if (!key)
        throw new AppError('keychain_empty', 'The Secret key of this profile was put away.');
      return createHmac('sha1', key).update(canonicalString).digest('base64');
    },
    forget() {
      key = null;
    },
  };
}
