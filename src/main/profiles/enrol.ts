import type { ConnectionForm, Profile } from '#shared/domain/profile.ts';
import { AppError } from '#shared/errors.ts';
import { createSigner } from '../secrets/signer.ts';
import { mustKnowClients, otherProfileOf } from './account.ts';
import { createConnect } from './connect.ts';
import { testConnection } from './connection-test.ts';
import { planProfile, readApiKey } from './profile-form.ts';
import { areAlike, freeName } from './profile-name.ts';
import type { ProfileRecords } from './profile-records.ts';
import type { ProfileSecrets } from './profile-secrets.ts';
import type { ProfileStore } from './profile-store.ts';

export type EnrolDeps = {
  store: ProfileStore;
  secrets: ProfileSecrets;
  records: ProfileRecords;
  now: () => number;
  /** Who is named in the audit log. */
  actor: () => string;
};

/** `isFound`: the account had a profile that was removed, and has its records again. */
export type Enrolled = { profile: Profile; isFound: boolean };

/**
 * Tries the connection a form describes, and keeps profile and secret only if every step passes. One account has one
 * profile, and a profile with records stays with its account.
 */
export async function testAndSave(deps: EnrolDeps, form: ConnectionForm): Promise<Enrolled> {
  const { store, secrets, records, now, actor } = deps;
  const planned = planProfile(form, store.list(), records);
  const apiKey = readApiKey(form.apiKey);
  const typed = form.secretKey.trim();
  const before = form.id === undefined ? null : store.get(form.id);
  const secret = typed === '' ? await keptSecret(secrets, { ...planned, apiKey }, before) : typed;
  const isRenewed = planned.apiKey !== '' && (apiKey !== planned.apiKey || typed !== '');
  const signer = createSigner(secret);
  let profile: Profile;
  let isFound = false;
  try {
    const { environment } = form;
    const { baseUrl, options } = planned;
    const target = { environment, baseUrl, apiKey, signer, options };
    refuseOther(await otherProfileOf({ ...planned, apiKey }, store.list(), noRecords, nobody));
    const client = await testConnection(createConnect(now), target);
    refuseOther(await otherProfileOf({ ...planned, apiKey }, store.list(), records, client, true));
    const former = await otherProfileOf({ ...planned, apiKey }, store.removed(), records, client);
    if (former !== null && form.id !== undefined) throw keptFor(former.profile);
    isFound = former !== null;
    profile = former === null ? planned : bringBack(former.profile, planned, form, store.list());
    if (isRenewed || isFound) await mustKnowClients(profile, records, client);
  } finally {
    signer.forget();
  }
  const save = (saved: Profile): Enrolled => {
    store.save(saved);
    return { profile: saved, isFound };
  };
  const isUnchanged =
    typed === '' &&
    apiKey === before?.apiKey &&
    planned.baseUrl === before.baseUrl &&
    (planned.enrolled || form.keepIn === 'session');
  if (isUnchanged) return save({ ...profile, apiKey });
  // First the records: keys they do not know would make them another account's.
  records.acceptKeys({ ...profile, apiKey }, { atMs: now(), actor: actor() });
  const kept = await secrets.keep({ ...profile, apiKey }, secret, form.keepIn);
  const locked = profile.environment === 'production' && !kept.isUnlocked;
  try {
    return save({ ...profile, apiKey, enrolled: kept.enrolled, locked });
  } catch (error) {
    await kept.undo();
    throw error;
  }
}

/** What is known without asking anybody comes first. */
const noRecords = { knownClients: () => [] };
const nobody = {
  getClient: (): never => {
    throw new Error('Nobody is asked yet');
  },
};

function refuseOther(other: Awaited<ReturnType<typeof otherProfileOf>>): void {
  if (other === null) return;
  const { profile, uid } = other;
  const why =
    uid === null
      ? `${profile.name} is this account already: it has the same host and API key.`
      : `${profile.name} is this account already: its client ${uid} answers under this API key. ` +
        `To give it new keys, choose Renew keys on its page in the settings.`;
  throw new AppError(
    'conflict',
    `${why} One account has one profile, so that no payment is made from two.`,
    { field: 'apiKey' },
  );
}

function keptFor({ name }: Profile): AppError {
  return new AppError(
    'conflict',
    `The records of this account are kept from the removed profile ${name}. Add it as a new profile: it finds them.`,
    { field: 'apiKey' },
  );
}

/** With the id comes the folder, and with it the records. */
function bringBack(
  former: Profile,
  planned: Profile,
  form: ConnectionForm,
  profiles: readonly Profile[],
): Profile {
  const isFree = profiles.every(({ name }) => !areAlike(name, former.name));
  const isNamed = form.name.trim() !== '' && !planned.builtIn;
  const name = isFree && !isNamed ? former.name : freeName(planned.name, profiles);
  return { ...former, name, locked: former.environment === 'production', enrolled: false };
}

/** As the form has the profile, which may put right what was changed outside the app; or as it is stored. */
async function keptSecret(
  secrets: ProfileSecrets,
  planned: Profile,
  stored: Profile | null,
): Promise<string> {
  if (secrets.stateOf(planned) === 'empty') {
    throw new AppError('invalid_input', 'Enter the secret key.', { field: 'secretKey' });
  }
  try {
    return (await secrets.read(planned)).secret;
  } catch (error) {
    const isOther = error instanceof AppError && error.code === 'profile_changed';
    if (!isOther || stored === null) throw error;
    return (await secrets.read(stored)).secret;
  }
}
