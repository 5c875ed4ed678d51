import type { ConnectionForm, Profile, SecretState } from '#shared/domain/profile.ts';
import type { AppError } from '#shared/errors.ts';
import type { Keychain } from '../secrets/keychain.ts';
import { keychainError } from '../secrets/messages.ts';

export type ProfileSecrets = {
  /**
   * What is known without asking the keychain, which may hang: a stored secret counts as `ready` until a read
   * says otherwise.
   */
  stateOf(profile: Profile): SecretState;
  /** @throws AppError keychain_… with what to do; `keychain_empty` when none was stored */
  read(profile: Profile): Promise<string>;
  /**
   * Stores a secret where asked and reads it back. `undo` brings back what was there before.
   * @throws AppError keychain_… with the field `secretKey`
   */
  keep(
    profile: Profile,
    secret: string,
    keepIn: ConnectionForm['keepIn'],
  ): Promise<{ enrolled: boolean; undo: () => Promise<void> }>;
  forget(profile: Profile): Promise<void>;
};

/** Secrets of profiles: in the keychain, or in memory for this run where there is none. */
export function createProfileSecrets(deps: {
  keychain: Pick<Keychain, 'read' | 'write' | 'remove'>;
  /** Keeps the accounts of two data folders apart. */
  installationId: string;
}): ProfileSecrets {
  const { keychain, installationId } = deps;
  const session = new Map<string, string>();
  const states = new Map<string, SecretState>();

  function accountOf({ id }: Profile): string {
    return `${installationId}/${id}`;
  }
  function stateOf(profile: Profile): SecretState {
    if (session.has(profile.id)) return 'session';
    return profile.enrolled ? (states.get(profile.id) ?? 'ready') : 'empty';
  }

  async function read(profile: Profile): Promise<string> {
    const inMemory = session.get(profile.id);
    if (inMemory !== undefined) return inMemory;
    // Without the marker the keychain holds nothing of this profile, or something out of date.
    if (!profile.enrolled) throw keychainError('empty');
    const { state, secret } = await keychain.read(accountOf(profile), { enrolled: true });
    states.set(profile.id, state);
    if (state !== 'ready' || secret === undefined) throw problem(state);
    return secret;
  }

  function keepForSession(profile: Profile, secret: string) {
    const before = session.get(profile.id);
    session.set(profile.id, secret);
    const undo = () => {
      if (before === undefined) session.delete(profile.id);
      else session.set(profile.id, before);
      return Promise.resolve();
    };
    return { enrolled: false, undo };
  }

  async function keepInKeychain(profile: Profile, secret: string) {
    const account = accountOf(profile);
    const before = profile.enrolled
      ? (await keychain.read(account, { enrolled: true })).secret
      : undefined;
    const undo = async () => {
      await (before === undefined ? keychain.remove(account) : keychain.write(account, before));
    };
    const written = await keychain.write(account, secret);
    if (written.state !== 'ready') throw problem(written.state, 'secretKey');
    const readBack = await keychain.read(account, { enrolled: true });
    if (readBack.state !== 'ready' || readBack.secret !== secret) {
      await undo();
      throw problem(readBack.state, 'secretKey');
    }
    states.set(profile.id, 'ready');
    session.delete(profile.id);
    return { enrolled: true, undo };
  }

  return {
    stateOf,
    read,
    keep: (profile, secret, keepIn) =>
      keepIn === 'session'
        ? Promise.resolve(keepForSession(profile, secret))
        : keepInKeychain(profile, secret),
    async forget(profile) {
      session.delete(profile.id);
      if (!profile.enrolled) return;
      const { state } = await keychain.remove(accountOf(profile));
      if (state !== 'ready' && state !== 'empty') throw problem(state);
      states.delete(profile.id);
    },
  };
}

/** A keychain that says it is ready and yet gives no secret holds none. */
function problem(state: SecretState, field?: string): AppError {
  return keychainError(state === 'ready' || state === 'session' ? 'empty' : state, field);
}
