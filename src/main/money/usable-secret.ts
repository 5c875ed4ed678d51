import type { SecretState } from '#shared/domain/profile.ts';
import { AppError, type ErrorCode } from '#shared/errors.ts';

/** Without a usable secret nothing can be signed: the intent stays journaled. */
export function refuseWithoutSecret(secret: SecretState): AppError | null {
  const refusals: Record<SecretState, [ErrorCode, string] | null> = {
    ready: null,
    session: null,
    empty: ['keychain_empty', 'This profile has no secret key yet. Enter it under Settings.'],
    locked: ['keychain_locked', 'The keychain is locked. Unlock it, then confirm again.'],
    no_service: [
      'keychain_no_service',
      'No keychain is running. Start it, or enter the secret key.',
    ],
    no_library: ['keychain_no_library', 'The keychain cannot be used. Enter the secret key again.'],
    hung: ['keychain_hung', 'The keychain does not answer. Unlock it, then confirm again.'],
  };
  const refusal = refusals[secret];
  return refusal === null ? null : new AppError(refusal[0], `${refusal[1]} Nothing was sent.`);
}
