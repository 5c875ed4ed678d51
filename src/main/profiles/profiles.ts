import type { IntentState } from '#shared/domain/intent.ts';
import {
  networkOf,
  type ConnectionForm,
  type Profile,
  type ProfileView,
  type RenewedKeys,
  type SavedProfile,
  type SecretState,
} from '#shared/domain/profile.ts';
import { AppError } from '#shared/errors.ts';
import type { SecretSigner } from '../secrets/signer.ts';
import { PRACTICE_ID } from './built-in-profiles.ts';
import type { EnrolDeps } from './enrol.ts';
import { readExplorerUrl } from './explorer-link.ts';
import type { ProfileSecrets } from './profile-secrets.ts';

export type ProfileOptions = Pick<Profile, 'id' | 'explorerUrl' | 'options'>;

export type Profiles = {
  list(): ProfileView[];
  view(id: string): ProfileView;
  /** Tries the connection and keeps profile and secret only if every step passes; see enrol.ts. */
  testAndSave(form: ConnectionForm): Promise<SavedProfile>;
  /** New keys of the same account, by the same rule. */
  renewKeys(keys: RenewedKeys): Promise<SavedProfile>;
  /** Unlocks production; the typed text must be the profile's name exactly. */
  unlock(input: { id: string; typedName: string }): Promise<ProfileView>;
  lock(id: string): Promise<ProfileView>;
  configure(input: ProfileOptions): ProfileView;
  /** Forgets an own profile and its secret; its records stay, and are found when the account is added again. */
  remove(input: { id: string; typedName: string }): Promise<void>;
  setActive(id: string): ProfileView;
  /**
   * Production that its file calls unlocked, and the keychain does not, is locked again.
   * @throws AppError keychain_… when the secret cannot be had, profile_changed
   */
  signerFor(id: string): Promise<SecretSigner>;
  /** Where the keychain keeps how far the profile's records came; null where it keeps nothing of it. */
  markOf(id: string): ReturnType<ProfileSecrets['markOf']>;
};

/** All that can be done with profiles; errors are AppErrors that name the field at fault. */
export function createProfiles(deps: EnrolDeps): Profiles {
  const { store, secrets, records } = deps;

  function viewOf(profile: Profile): ProfileView {
    const secret: SecretState = secrets.stateOf(profile);
    const active = profile.id === store.activeId();
    return { ...profile, active, network: networkOf(profile.environment), secret };
  }
  function save(profile: Profile): ProfileView {
    store.save(profile);
    return viewOf(profile);
  }
  /** One after the other: two at once would both find that the account has no profile yet. */
  let enrolling: Promise<unknown> = Promise.resolve();
  function enrol(form: ConnectionForm): Promise<SavedProfile> {
    const enrolled = enrolling.then(async () => {
      const { testAndSave } = await import('./enrol.ts');
      const { profile, isFound } = await testAndSave(deps, form);
      return { ...viewOf(profile), found: isFound ? records.counts(profile.id) : null };
    });
    enrolling = enrolled.catch(() => {});
    return enrolled;
  }

  return {
    list: () => store.list().map(viewOf),
    view: (id) => viewOf(store.get(id)),
    testAndSave: enrol,
    async renewKeys({ id, ...keys }) {
      const { name, environment, baseUrl } = store.get(id);
      if (environment === 'practice') {
        throw new AppError('invalid_input', 'Practice has no keys: its server is built in.');
      }
      // The form of the connection keeps the secret then; here nothing would be renewed.
      if (keys.secretKey.trim() === '') {
        throw new AppError('invalid_input', 'Enter the new secret key.', { field: 'secretKey' });
      }
      return enrol({ id, name, environment, baseUrl, ...keys });
    },
    async unlock({ id, typedName }) {
      const profile = store.get(id);
      checkTypedName(profile, typedName);
      if (secrets.stateOf(profile) !== 'empty') await secrets.setUnlocked(profile, true);
      return save({ ...profile, locked: false });
    },
    async lock(id) {
      const profile = store.get(id);
      if (profile.environment !== 'production') {
        throw new AppError('invalid_input', 'Only production profiles are locked.');
      }
      const view = save({ ...profile, locked: true });
      // Locked it is in any case; where the keychain cannot be asked, the file alone says so.
      if (view.secret !== 'empty') await secrets.setUnlocked(profile, false).catch(ignoreAppError);
      return view;
    },
    configure: ({ id, explorerUrl, options }) =>
      save({ ...store.get(id), explorerUrl: readExplorerUrl(explorerUrl), options }),
    async remove({ id, typedName }) {
      const profile = store.get(id);
      if (profile.builtIn) {
        throw new AppError('invalid_input', `${profile.name} comes with the app and stays.`);
      }
      if (store.activeId() === id) {
        throw new AppError('conflict', 'Open another profile before removing this one.');
      }
      checkTypedName(profile, typedName);
      refuseOpen(profile, records.openRequests(id));
      await secrets.forget(profile);
      store.remove(id);
    },
    setActive(id) {
      store.setActive(id);
      return viewOf(store.get(id));
    },
    async signerFor(id) {
      const profile = store.get(id);
      const { secret, isUnlocked } = await secrets.read(profile);
      const isOpened = profile.environment === 'production' && !profile.locked && !isUnlocked;
      if (isOpened) store.save({ ...profile, locked: true });
      const { createSigner } = await import('../secrets/signer.ts');
      return createSigner(secret);
    },
    markOf: (id) => (id === PRACTICE_ID ? null : secrets.markOf(store.get(id))),
  };
}

const openWords: Partial<Record<IntentState, string>> = {
  journaled: 'waiting to be confirmed',
  sent: 'being sent',
  unknown: 'of unknown outcome',
  needs_human: 'needing a decision',
};

/** Nobody would look at them any more. */
function refuseOpen({ name }: Profile, open: ReadonlyMap<IntentState, number>): void {
  if (open.size === 0) return;
  const parts = [...open].map(([state, count]) => `${count} ${openWords[state] ?? state}`);
  throw new AppError(
    'conflict',
    `${name} has requests that are not settled: ${parts.join(', ')}. Open it and settle or discard them, then remove it.`,
  );
}

function ignoreAppError(error: unknown): void {
  if (!(error instanceof AppError)) throw error;
}

function checkTypedName(profile: Profile, typedName: string): void {
  if (typedName === profile.name) return;
  throw new AppError('invalid_input', `Type ${profile.name} exactly as it is written here.`, {
    field: 'typedName',
  });
}
