import {
  networkOf,
  type ConnectionForm,
  type Profile,
  type ProfileView,
  type SecretState,
} from '#shared/domain/profile.ts';
import { AppError } from '#shared/errors.ts';
import type { SecretSigner } from '../secrets/signer.ts';
import { readExplorerUrl } from './explorer-link.ts';
import type { ProfileStore } from './profile-store.ts';
import type { ProfileSecrets } from './profile-secrets.ts';

export type Profiles = {
  list(): ProfileView[];
  view(id: string): ProfileView;
  /** Tries the connection and keeps profile and secret only if every step passes. */
  testAndSave(form: ConnectionForm): Promise<ProfileView>;
  /** Unlocks production; the typed text must be the profile's name exactly. */
  unlock(input: { id: string; typedName: string }): ProfileView;
  lock(id: string): ProfileView;
  configure(
    input: Pick<Profile, 'id' | 'explorerUrl' | 'options' | 'settleDelayMinutes'>,
  ): ProfileView;
  /** Forgets an own profile and its secret; its databases stay on disk. */
  remove(input: { id: string; typedName: string }): Promise<void>;
  setActive(id: string): ProfileView;
  /** @throws AppError keychain_… when the secret cannot be had */
  signerFor(id: string): Promise<SecretSigner>;
};

/** All that can be done with profiles; errors are AppErrors that name the field at fault. */
export function createProfiles(deps: {
  store: ProfileStore;
  secrets: ProfileSecrets;
  now: () => number;
}): Profiles {
  const { store, secrets } = deps;

  function viewOf(profile: Profile): ProfileView {
    const secret: SecretState = secrets.stateOf(profile);
    const active = profile.id === store.activeId();
    return { ...profile, active, network: networkOf(profile.environment), secret };
  }
  function save(profile: Profile): ProfileView {
    store.save(profile);
    return viewOf(profile);
  }

  return {
    list: () => store.list().map(viewOf),
    view: (id) => viewOf(store.get(id)),
    async testAndSave(form) {
      const { testAndSave } = await import('./enrol.ts');
      return viewOf(await testAndSave(deps, form));
    },
    unlock({ id, typedName }) {
      const profile = store.get(id);
      checkTypedName(profile, typedName);
      return save({ ...profile, locked: false });
    },
    lock(id) {
      const profile = store.get(id);
      if (profile.environment !== 'production') {
        throw new AppError('invalid_input', 'Only production profiles are locked.');
      }
      return save({ ...profile, locked: true });
    },
    configure: ({ id, explorerUrl, options, settleDelayMinutes }) =>
      save({
        ...store.get(id),
        explorerUrl: readExplorerUrl(explorerUrl),
        options,
        settleDelayMinutes,
      }),
    async remove({ id, typedName }) {
      const profile = store.get(id);
      if (profile.builtIn) {
        throw new AppError('invalid_input', `${profile.name} comes with the app and stays.`);
      }
      if (store.activeId() === id) {
        throw new AppError('conflict', 'Open another profile before removing this one.');
      }
      checkTypedName(profile, typedName);
      await secrets.forget(profile);
      store.remove(id);
    },
    setActive(id) {
      store.setActive(id);
      return viewOf(store.get(id));
    },
    async signerFor(id) {
      const secret = await secrets.read(store.get(id));
      const { createSigner } = await import('../secrets/signer.ts');
      return createSigner(secret);
    },
  };
}

function checkTypedName(profile: Profile, typedName: string): void {
  if (typedName === profile.name) return;
  throw new AppError('invalid_input', `Type ${profile.name} exactly as it is written here.`, {
    field: 'typedName',
  });
}
