import type { ConnectionForm, ProfileView } from '#shared/domain/profile.ts';
import type { ErrorDto } from '#shared/errors.ts';

type Environment = ConnectionForm['environment'];
type Profiles = readonly ProfileView[];

function builtInUrl(environment: Environment, profiles: Profiles): string {
  return profiles.find((each) => each.builtIn && each.environment === environment)?.baseUrl ?? '';
}

/** The form as it first appears, for a profile or for a new one. */
export function draftOf(profile: ProfileView | null, profiles: Profiles): ConnectionForm {
  const environment = profile?.environment === 'production' ? 'production' : 'sandbox';
  return {
    ...(profile ? { id: profile.id } : {}),
    name: profile?.name ?? '',
    environment,
    baseUrl: profile?.baseUrl ?? builtInUrl(environment, profiles),
    apiKey: profile?.apiKey ?? '',
    secretKey: '',
    keepIn: profile?.secret === 'session' ? 'session' : 'keychain',
  };
}

/** Follows the environment until an address of one's own was typed. */
export function baseUrlFor(
  environment: Environment,
  draft: ConnectionForm,
  profiles: Profiles,
): string {
  const typed = draft.baseUrl.trim();
  const untouched = typed === '' || typed === builtInUrl(draft.environment, profiles);
  return untouched ? builtInUrl(environment, profiles) : draft.baseUrl;
}

const shownFields = ['name', 'baseUrl', 'apiKey', 'secretKey'] as const;

/** The field to show an error beside; null where it concerns none that shows one. */
export function placeOfError(error: ErrorDto | null): (typeof shownFields)[number] | null {
  if (!error || isKeychainError(error)) return null;
  return shownFields.find((field) => field === error.field) ?? null;
}

export function isKeychainError(error: ErrorDto): boolean {
  return error.code.startsWith('keychain_');
}

export function errorTitle(error: ErrorDto): string {
  if (isKeychainError(error)) return 'The keychain did not take the secret key';
  if (error.code === 'wrong_environment') return 'This is the other environment';
  if (error.code === 'clock_skew') return 'The clock is too far off';
  return 'Not saved';
}
