import {
  networkOf,
  type ConnectionForm,
  type Profile,
  type ProfileView,
  type SecretState,
} from '#shared/domain/profile.ts';
import { AppError } from '#shared/errors.ts';
import { createSigner, type SecretSigner } from '../secrets/signer.ts';
import { testConnection, type Connect } from './connection-test.ts';
import { planProfile, readApiKey, readExplorerUrl } from './profile-form.ts';
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
  connect: Connect;
}): Profiles {
  const { store, secrets, connect } = deps;

  function viewOf(profile: Profile): ProfileView {
    const secret: SecretState = secrets.stateOf(profile);
    const active = profile.id === store.activeId();
    return { ...profile, active, network: networkOf(profile.environment), secret };
  }
  function save(profile: Profile): ProfileView {
    store.save(profile);
    return viewOf(profile);
  }

  async function testAndSave(form: ConnectionForm): Promise<ProfileView> {
    const planned = planProfile(form, store.list());
    const apiKey = readApiKey(form.apiKey);
    const typed = form.secretKey.trim();
    const secret = typed === '' ? await keptSecret(planned) : typed;
    const signer = createSigner(secret);
    try {
      const { environment } = form;
      const { baseUrl, options } = planned;
      await testConnection(connect, { environment, baseUrl, apiKey, signer, options });
    } finally {
      signer.forget();
    }
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

  async function keptSecret(profile: Profile): Promise<string> {
    if (secrets.stateOf(profile) === 'empty') {
      throw new AppError('invalid_input', 'Enter the secret key.', { field: 'secretKey' });
    }
    return secrets.read(profile);
  }

  return {
    list: () => store.list().map(viewOf),
    view: (id) => viewOf(store.get(id)),
    testAndSave,
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
      return createSigner(await secrets.read(store.get(id)));
    },
  };
}

function checkTypedName(profile: Profile, typedName: string): void {
  if (typedName === profile.name) return;
  throw new AppError('invalid_input', `Type ${profile.name} exactly as it is written here.`, {
    field: 'typedName',
  });
}
