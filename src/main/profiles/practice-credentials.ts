import { randomBytes } from 'node:crypto';
import { AppError } from '#shared/errors.ts';
import { PRACTICE_ID } from './built-in-profiles.ts';
import type { ProfileSecrets } from './profile-secrets.ts';
import type { ProfileStore } from './profile-store.ts';

export type PracticeCredentials = {
  apiKey: string;
  secret: string;
  /** Settles when the keychain has taken the secret, or turned out unable to. */
  stored: Promise<void>;
};

/**
 * Key and secret of the built-in server, made at first use. The server is told the secret at each start, so a
 * keychain that cannot be used never keeps anyone from practising: a new one is made for this run. The keychain
 * is written in the background, since one that hangs takes its time.
 */
export async function readyPracticeCredentials(
  store: ProfileStore,
  secrets: ProfileSecrets,
): Promise<PracticeCredentials> {
  const profile = store.get(PRACTICE_ID);
  // The server keeps clients by key: it must stay the same, whatever becomes of the secret.
  const apiKey = profile.apiKey || `PRACTICE${randomBytes(6).toString('hex').toUpperCase()}`;
  if (apiKey !== profile.apiKey) store.save({ ...profile, apiKey });
  const isFirstUse = secrets.stateOf(profile) === 'empty';
  if (!isFirstUse) {
    try {
      const { secret } = await secrets.read(profile);
      return { apiKey, secret, stored: Promise.resolve() };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }
  const secret = randomBytes(48).toString('base64');
  await secrets.keep({ ...profile, apiKey }, secret, 'session');
  const stored = isFirstUse ? moveToKeychain(store, secrets, secret) : Promise.resolve();
  return { apiKey, secret, stored };
}

async function moveToKeychain(
  store: ProfileStore,
  secrets: ProfileSecrets,
  secret: string,
): Promise<void> {
  try {
    const { enrolled } = await secrets.keep(store.get(PRACTICE_ID), secret, 'keychain');
    store.save({ ...store.get(PRACTICE_ID), enrolled });
  } catch (error) {
    // Without a keychain the secret lasts for this run; the profile's state says so.
    if (!(error instanceof AppError)) throw error;
  }
}
