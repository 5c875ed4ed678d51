import type { SecretState } from '#shared/domain/profile.ts';

/** Of libsecret ("Cannot create an item in a locked collection"), macOS and a dismissed prompt. */
const lockedText =
  /locked|dismissed|user interaction is not allowed|user name or passphrase|user canceled|cancelled/i;

/**
 * What a failed call of keytar says about the keychain. It has nothing but the message to go by; what is
 * not known to be a lock counts as a keychain that is not there.
 */
export function stateOfFailure(message: string): Extract<SecretState, 'locked' | 'no_service'> {
  return lockedText.test(message) ? 'locked' : 'no_service';
}
