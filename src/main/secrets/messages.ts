import type { SecretState } from '#shared/domain/profile.ts';
import { AppError, type ErrorCode } from '#shared/errors.ts';

/** A state in which the secret cannot be used. */
export type SecretProblem = Exclude<SecretState, 'ready' | 'session'>;

const sessionHint = 'You can also enter the Secret key for this run only.';

/** What stands in the way and what to do about it. */
const messages: Readonly<Record<SecretProblem, string>> = {
  empty: 'No Secret key is stored for this profile. Enter it in the profile\u2019s settings.',
  locked: `The keychain is locked, or its item was removed. Unlock the login keyring of this computer and try again. ${sessionHint}`,
  no_service: `No keychain answers on this computer. On Linux, install and start gnome-keyring or KWallet and sign in to a desktop session. ${sessionHint}`,
  no_library: `The keychain library could not be loaded. On Linux, install libsecret (package libsecret-1-0) and start the app again. ${sessionHint}`,
  hung: `The keychain did not answer in time. If it shows a password prompt, answer it and try again; if not, sign out and in again. ${sessionHint}`,
};

const codes: Readonly<Record<SecretProblem, ErrorCode>> = {
  empty: 'keychain_empty',
  locked: 'keychain_locked',
  no_service: 'keychain_no_service',
  no_library: 'keychain_no_library',
  hung: 'keychain_hung',
};

export function describeSecretProblem(problem: SecretProblem): string {
  return messages[problem];
}

/** The problem as an error; `retryable` where unlocking or waiting may help. */
export function keychainError(problem: SecretProblem, field?: string): AppError {
  return new AppError(codes[problem], messages[problem], {
    retryable: problem === 'locked' || problem === 'hung',
    ...(field === undefined ? {} : { field }),
  });
}
