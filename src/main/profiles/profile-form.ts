import { randomBytes } from 'node:crypto';
import { defaultApiOptions, type ConnectionForm, type Profile } from '#shared/domain/profile.ts';
import { AppError } from '#shared/errors.ts';
import { parseBaseUrl } from '../bitpro/base-url.ts';
import { defaultExplorer, PRACTICE_ID } from './built-in-profiles.ts';
import { serverOf } from './account.ts';
import { freeName, readProfileName } from './profile-name.ts';
import type { ProfileRecords } from './profile-records.ts';

/**
 * The profile that a form means, not yet tried or saved. A Base URL of a built-in profile means that profile, until it
 * has an account: then another account of that server is a profile of its own, of the same environment. One that has
 * records keeps server and environment. An own production profile starts locked.
 * @throws AppError invalid_input or not_found, with the field
 */
export function planProfile(
  form: ConnectionForm,
  profiles: readonly Profile[],
  records: Pick<ProfileRecords, 'boundTo' | 'isEmpty'>,
): Profile {
  const baseUrl = parseBaseUrl(form.baseUrl);
  const existing = form.id === undefined ? undefined : findById(profiles, form.id);
  const builtIn = profiles.find((profile) => profile.builtIn && profile.baseUrl === baseUrl);
  if (existing?.id === PRACTICE_ID) {
    throw new AppError('invalid_input', 'Practice needs no account: its server is built in.');
  }
  if (existing?.builtIn && existing !== builtIn) {
    throw new AppError(
      'invalid_input',
      `The Base URL of ${existing.name} is fixed. Add a profile for another one.`,
      { field: 'baseUrl' },
    );
  }
  const { environment } = form;
  if (builtIn) mustBeOfIts(builtIn, environment);
  if (builtIn && (existing === builtIn || (!existing && isUnused(builtIn, form)))) return builtIn;
  const name = readName(form, baseUrl, profiles, existing);
  if (!existing) return newProfile(name, environment, baseUrl);
  const isSame = existing.baseUrl === baseUrl && existing.environment === environment;
  const bound = records.boundTo(existing.id);
  // What the records say counts, not a file that somebody may have edited.
  const isOfRecords =
    bound === null
      ? isSame || records.isEmpty(existing.id)
      : bound.server === serverOf(baseUrl) && bound.environment === environment;
  if (!isOfRecords) throw staysAsItIs(existing, bound ?? existing, baseUrl);
  if (isSame) return { ...existing, name };
  const explorerUrl =
    existing.environment === environment ? existing.explorerUrl : defaultExplorer(environment);
  const locked = environment === 'production';
  return { ...existing, name, environment, baseUrl, explorerUrl, locked };
}

/** What stands in the records, and in every report of them, was read there. */
function staysAsItIs(
  { name }: Profile,
  of: { environment: string; server?: string; baseUrl?: string },
  baseUrl: string,
): AppError {
  const own = of.server ?? serverOf(of.baseUrl ?? '');
  const isSameServer = own === serverOf(baseUrl);
  const what = isSameServer ? `environment (${of.environment})` : `Base URL (${own})`;
  return new AppError(
    'invalid_input',
    `${name} has records, so its ${what} stays as it is. Another account is another profile: add one for it.`,
    { field: isSameServer ? 'environment' : 'baseUrl' },
  );
}

/** The same key typed anew means the built-in profile as well, so that the answer names it. */
function isUnused({ apiKey }: Profile, form: ConnectionForm): boolean {
  return apiKey === '' || apiKey === form.apiKey.trim();
}

function newProfile(
  name: string,
  environment: ConnectionForm['environment'],
  baseUrl: string,
): Profile {
  return {
    id: newId(name),
    name,
    environment,
    builtIn: false,
    baseUrl,
    apiKey: '',
    explorerUrl: defaultExplorer(environment),
    locked: environment === 'production',
    enrolled: false,
    options: defaultApiOptions,
  };
}

function mustBeOfIts(builtIn: Profile, environment: ConnectionForm['environment']): void {
  if (environment === builtIn.environment) return;
  throw new AppError(
    'wrong_environment',
    `${builtIn.baseUrl} is the ${builtIn.environment} environment of Bitpro.`,
    { field: 'environment' },
  );
}

function findById(profiles: readonly Profile[], id: string): Profile {
  const found = profiles.find((profile) => profile.id === id);
  if (!found) throw new AppError('not_found', 'This profile no longer exists.');
  return found;
}

/** No two profiles look the same in the switcher; a name left empty is made from the host. */
function readName(
  { name: typed, environment }: ConnectionForm,
  baseUrl: string,
  profiles: readonly Profile[],
  existing: Profile | undefined,
): string {
  const others = profiles.flatMap(({ id, name }) => (id === existing?.id ? [] : [name]));
  const name = readProfileName(typed, others, environment);
  if (name !== '') return name;
  if (existing?.baseUrl === baseUrl) return existing.name;
  return freeName(new URL(baseUrl).host.slice(0, 50), profiles);
}

/** Part of file paths and of the keychain account: readable, and never used twice. */
function newId(name: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 30)
    .replace(/^-+|-+$/g, '');
  const suffix = randomBytes(4).toString('hex');
  return slug === '' ? suffix : `${slug}-${suffix}`;
}

/** The key stands in the header `Bitpro api_key:signature` (bitpro-api.md, Authentication). */
export function readApiKey(typed: string): string {
  const apiKey = typed.trim();
  if (apiKey === '') {
    throw new AppError('invalid_input', 'Enter the API key.', { field: 'apiKey' });
  }
  if (!/^[!-9;-~]+$/.test(apiKey)) {
    throw new AppError(
      'invalid_input',
      'An API key has no spaces, colons or special characters. Copy it again.',
      { field: 'apiKey' },
    );
  }
  return apiKey;
}
