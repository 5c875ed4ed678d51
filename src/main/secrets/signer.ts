import { AppError } from '#shared/errors.ts';
import { createHmacSha1, type HmacSha1 } from './hmac-sha1.ts';

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
  let hmac: HmacSha1 | null = createHmacSha1(secret);
  return {
    sign(canonicalString) {
      if (!hmac)
        throw new AppError('keychain_empty', 'The Secret key of this profile was put away.');
      return hmac.base64(canonicalString);
    },
    forget() {
      hmac?.forget();
      hmac = null;
    },
  };
}
