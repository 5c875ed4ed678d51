import type { Profile } from '#shared/domain/profile.ts';
import { AppError } from '#shared/errors.ts';
import type { BitproClient } from '../bitpro/client.ts';
import { PRACTICE_ID } from './built-in-profiles.ts';
import type { KnownClient, ProfileRecords } from './profile-records.ts';

/** How many known clients are asked whether a key belongs to their account. */
const ASKED = 5;

type Client = Pick<BitproClient, 'getClient'>;
type AccountOf = Pick<Profile, 'baseUrl' | 'apiKey'>;

/**
 * What records and keychain keep. Base URLs are kept in one form (bitpro/base-url.ts); this machine has more than one
 * name all the same.
 */
export function serverOf(baseUrl: string): string {
  return baseUrl.replace(/^(https?:\/\/)(localhost|127\.0\.0\.1|\[::1\])(?=[:/]|$)/, '$1localhost');
}

/** Whatever the path: one service may answer at several. */
function isSameHost(one: string, other: string): boolean {
  return new URL(serverOf(one)).host === new URL(serverOf(other)).host;
}

function isSameAccount(one: AccountOf, other: AccountOf): boolean {
  return one.apiKey === other.apiKey && isSameHost(one.baseUrl, other.baseUrl);
}

/**
 * Another profile of the account: of the same host and API key, or one whose known clients answer under the key, at
 * another name of the host too where `elsewhere`. Two profiles of one account would know nothing of each other's payments.
 */
export async function otherProfileOf(
  account: AccountOf & Pick<Profile, 'id' | 'environment'>,
  others: readonly Profile[],
  records: Pick<ProfileRecords, 'knownClients'>,
  client: Client,
  elsewhere = false,
): Promise<{ profile: Profile; uid: string | null } | null> {
  const connected = others.filter(
    ({ id, apiKey }) => id !== account.id && id !== PRACTICE_ID && apiKey !== '',
  );
  const same = connected.find((other) => isSameAccount(other, account));
  if (same) return { profile: same, uid: null };
  for (const profile of connected) {
    const isHere = isSameHost(profile.baseUrl, account.baseUrl);
    if (!isHere && !(elsewhere && profile.environment === account.environment)) continue;
    for (const known of readable(() => records.knownClients(profile.id, ASKED))) {
      // Another server may say what it likes to the uid of a client that is none of its own.
      const isKnown = isHere
        ? answersAs(client, known)
        : answersAs(client, known).catch(() => false);
      if (await isKnown) return { profile, uid: known.uid };
    }
  }
  return null;
}

/**
 * New keys of a profile are taken only if its known clients answer under them with the addresses they had.
 * @throws AppError conflict with the field `apiKey`; what a reading failed with
 */
export async function mustKnowClients(
  { id, name }: Pick<Profile, 'id' | 'name'>,
  records: Pick<ProfileRecords, 'knownClients'>,
  client: Client,
): Promise<void> {
  for (const known of records.knownClients(id, ASKED)) {
    if (await answersAs(client, known)) continue;
    throw new AppError(
      'conflict',
      `These are the keys of another account: ${known.uid} of ${name} does not answer under them as it did. ` +
        `Nothing was changed. Another account is another profile: add one for it.`,
      { field: 'apiKey' },
    );
  }
}

async function answersAs(client: Client, { uid, addresses }: KnownClient): Promise<boolean> {
  try {
    const answer = await client.getClient(uid);
    return answer.uid === uid && addresses.includes(answer.depositAddress);
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return false;
    throw error;
  }
}

/** Damaged records of another profile cannot say whose they are; they must not keep this one from being added. */
function readable(read: () => KnownClient[]): KnownClient[] {
  try {
    return read();
  } catch (error) {
    if (error instanceof AppError) return [];
    throw error;
  }
}
