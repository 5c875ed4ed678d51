import type { ConnectionForm, Profile } from '#shared/domain/profile.ts';
import { AppError } from '#shared/errors.ts';
import { createSigner } from '../secrets/signer.ts';
import { createConnect } from './connect.ts';
import { testConnection } from './connection-test.ts';
import { planProfile, readApiKey } from './profile-form.ts';
import type { ProfileSecrets } from './profile-secrets.ts';
import type { ProfileStore } from './profile-store.ts';

type EnrolDeps = { store: ProfileStore; secrets: ProfileSecrets; now: () => number };

/** Tries the connection a form describes, and keeps profile and secret only if every step passes. */
export async function testAndSave(
  { store, secrets, now }: EnrolDeps,
  form: ConnectionForm,
): Promise<Profile> {
  const planned = planProfile(form, store.list());
  const apiKey = readApiKey(form.apiKey);
  const typed = form.secretKey.trim();
  const secret = typed === '' ? await keptSecret(secrets, planned) : typed;
  const signer = createSigner(secret);
  try {
    const { environment } = form;
    const { baseUrl, options } = planned;
    await testConnection(createConnect(now), { environment, baseUrl, apiKey, signer, options });
  } finally {
    signer.forget();
  }
  const save = (profile: Profile): Profile => {
    store.save(profile);
    return profile;
  };
  const isUnchanged = typed === '' && (planned.enrolled || form.keepIn === 'session');
  if (isUnchanged) return save({ ...planned, apiKey });
  const kept = await secrets.keep(planned, secret, form.keepIn);
  try {
    return save({ ...planned, apiKey, enrolled: kept.enrolled });
  } catch (error) {
    await kept.undo();
    throw error;
  }
}

async function keptSecret(secrets: ProfileSecrets, profile: Profile): Promise<string> {
  if (secrets.stateOf(profile) === 'empty') {
    throw new AppError('invalid_input', 'Enter the secret key.', { field: 'secretKey' });
  }
  return secrets.read(profile);
}
