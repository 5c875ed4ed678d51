import { AppError } from '#shared/errors.ts';
import type { SecretSigner } from './signer.ts';

export type DeferredSigner = Pick<SecretSigner, 'sign' | 'forget'> & {
  /** The keychain's answer: null when requests can be signed, else what is in the way. Never rejects. */
  ready: Promise<AppError | null>;
  /** @throws AppError `profile_changed`: the server, or the key, is not the one that the secret was entered for */
  permit(): void;
};

/**
 * Signs as soon as the keychain has given the secret, so that a slow or locked keychain delays no screen.
 * Until then, and when it gives none, `sign` throws the AppError that says what to do.
 */
export function createDeferredSigner(pending: Promise<SecretSigner>): DeferredSigner {
  let signer: SecretSigner | null = null;
  let forgotten = false;
  let problem = new AppError(
    'keychain_hung',
    'The keychain has not answered yet. Wait a moment and try again.',
  );
  const ready = pending.then(
    (given) => {
      if (forgotten) given.forget();
      else signer = given;
      return null;
    },
    (error: unknown) => {
      problem = asAppError(error);
      return problem;
    },
  );
  return {
    ready,
    sign(canonicalString) {
      if (signer === null) throw problem;
      return signer.sign(canonicalString);
    },
    permit() {
      if (problem.code === 'profile_changed') throw problem;
    },
    forget() {
      forgotten = true;
      signer?.forget();
      signer = null;
    },
  };
}

function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError('internal', 'The secret could not be read.', { cause: error });
}
