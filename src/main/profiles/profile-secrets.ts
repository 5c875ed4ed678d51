import * as z from 'zod/mini';
import type { ConnectionForm, Profile, SecretState } from '#shared/domain/profile.ts';
import { AppError } from '#shared/errors.ts';
import type { Keychain } from '../secrets/keychain.ts';
import { keychainError } from '../secrets/messages.ts';
import { serverOf } from './account.ts';
import { recordsMarkSchema, type RecordsMark } from './records-mark.ts';

/**
 * What the keychain keeps of a profile: the secret with the account it was enrolled for, since whoever can edit
 * profiles.json must not have requests signed for another place, and production's lock likewise.
 */
const itemSchema = z.object({
  secret: z.string(),
  server: z.string(),
  apiKey: z.string(),
  isUnlocked: z.boolean(),
});
type Item = z.infer<typeof itemSchema>;

export type ProfileSecrets = {
  /**
   * What is known without asking the keychain, which may hang: a stored secret counts as `ready` until a read
   * says otherwise.
   */
  stateOf(profile: Profile): SecretState;
  /**
   * The secret, and whether production was unlocked by its name: the file alone does not say so.
   * @throws AppError keychain_… with what to do; `keychain_empty` when none was stored; `profile_changed` when the
   * profile is not the one the secret was enrolled for
   */
  read(profile: Profile): Promise<{ secret: string; isUnlocked: boolean }>;
  /**
   * Stores a secret where asked and reads it back. `undo` brings back what was there before.
   * @throws AppError keychain_… with the field `secretKey`
   */
  keep(
    profile: Profile,
    secret: string,
    keepIn: ConnectionForm['keepIn'],
  ): Promise<{ enrolled: boolean; isUnlocked: boolean; undo: () => Promise<void> }>;
  /** @throws AppError as `read` */
  setUnlocked(profile: Profile, isUnlocked: boolean): Promise<void>;
  forget(profile: Profile): Promise<void>;
  /** Where the log of the profile's records was known to end; null where the secret is for this run only. */
  markOf(profile: Profile): {
    read(): Promise<RecordsMark | null>;
    write(mark: RecordsMark): Promise<void>;
  } | null;
};

/** Secrets of profiles: in the keychain, or in memory for this run where there is none. */
export function createProfileSecrets(deps: {
  keychain: Pick<Keychain, 'read' | 'write' | 'remove'>;
  /** Keeps the accounts of two data folders apart. */
  installationId: string;
}): ProfileSecrets {
  const { keychain, installationId } = deps;
  const session = new Map<string, Item>();
  const states = new Map<string, SecretState>();

  function accountOf({ id }: Profile): string {
    return `${installationId}/${id}`;
  }
  function stateOf(profile: Profile): SecretState {
    if (session.has(profile.id)) return 'session';
    return profile.enrolled ? (states.get(profile.id) ?? 'ready') : 'empty';
  }

  async function readItem(profile: Profile): Promise<Item> {
    const inMemory = session.get(profile.id);
    const item = inMemory ?? (await readStored(profile));
    if (item.server !== originOf(profile) || item.apiKey !== profile.apiKey) {
      throw changedOutside(profile, item);
    }
    return item;
  }

  async function readStored(profile: Profile): Promise<Item> {
    // Without the marker the keychain holds nothing of this profile, or something out of date.
    if (!profile.enrolled) throw keychainError('empty');
    const { state, secret } = await keychain.read(accountOf(profile), { enrolled: true });
    states.set(profile.id, state);
    if (state !== 'ready' || secret === undefined) throw problem(state);
    const item = parse(itemSchema, secret);
    if (item !== null) return item;
    throw new AppError(
      'profile_changed',
      'What the keychain holds for this profile was not written by this app. Enter the secret key anew.',
    );
  }

  /** New keys of an unlocked profile do not lock it; a first secret never comes unlocked. */
  async function wasUnlocked(profile: Profile): Promise<boolean> {
    const inMemory = session.get(profile.id);
    if (inMemory) return inMemory.isUnlocked;
    try {
      return (await readStored(profile)).isUnlocked;
    } catch (error) {
      if (error instanceof AppError) return false;
      throw error;
    }
  }

  async function writeItem(account: string, item: Item): Promise<void> {
    const text = JSON.stringify(item);
    const written = await keychain.write(account, text);
    if (written.state !== 'ready') throw problem(written.state, 'secretKey');
    const readBack = await keychain.read(account, { enrolled: true });
    if (readBack.state !== 'ready' || readBack.secret !== text) {
      throw problem(readBack.state, 'secretKey');
    }
  }

  function keepForSession(profile: Profile, item: Item) {
    const before = session.get(profile.id);
    session.set(profile.id, item);
    const undo = () => {
      if (before === undefined) session.delete(profile.id);
      else session.set(profile.id, before);
      return Promise.resolve();
    };
    return { enrolled: false, isUnlocked: item.isUnlocked, undo };
  }

  async function keepInKeychain(profile: Profile, item: Item) {
    const account = accountOf(profile);
    const before = profile.enrolled
      ? (await keychain.read(account, { enrolled: true })).secret
      : undefined;
    const undo = async () => {
      await (before === undefined ? keychain.remove(account) : keychain.write(account, before));
    };
    try {
      await writeItem(account, item);
    } catch (error) {
      await undo();
      throw error;
    }
    states.set(profile.id, 'ready');
    session.delete(profile.id);
    return { enrolled: true, isUnlocked: item.isUnlocked, undo };
  }

  return {
    stateOf,
    async read(profile) {
      const { secret, isUnlocked } = await readItem(profile);
      return { secret, isUnlocked };
    },
    async keep(profile, secret, keepIn) {
      const isUnlocked = !profile.locked && (await wasUnlocked(profile));
      const item = { secret, server: originOf(profile), apiKey: profile.apiKey, isUnlocked };
      return keepIn === 'session'
        ? keepForSession(profile, item)
        : await keepInKeychain(profile, item);
    },
    async setUnlocked(profile, isUnlocked) {
      const item = { ...(await readItem(profile)), isUnlocked };
      if (session.has(profile.id)) session.set(profile.id, item);
      else await writeItem(accountOf(profile), item);
    },
    async forget(profile) {
      session.delete(profile.id);
      if (!profile.enrolled) return;
      const { state } = await keychain.remove(accountOf(profile));
      if (state !== 'ready' && state !== 'empty') throw problem(state);
      states.delete(profile.id);
    },
    markOf(profile) {
      if (session.has(profile.id) || !profile.enrolled) return null;
      const account = `${accountOf(profile)}/records`;
      return {
        async read() {
          const { state, secret } = await keychain.read(account, { enrolled: false });
          if (state === 'empty') {
            // A locked keyring answers like an empty one; the secret tells the two apart.
            await readItem(profile);
            return null;
          }
          if (state !== 'ready' || secret === undefined) throw problem(state);
          return parse(recordsMarkSchema, secret);
        },
        async write(mark) {
          const { state } = await keychain.write(account, JSON.stringify(mark));
          if (state !== 'ready') throw problem(state);
        },
      };
    },
  };
}

/** The address of Practice changes with each start of its own server. */
function originOf({ baseUrl }: Profile): string {
  return serverOf(baseUrl);
}

function changedOutside({ name, baseUrl, apiKey }: Profile, item: Item): AppError {
  const what =
    item.apiKey === apiKey
      ? `its Base URL is ${baseUrl}, but its secret key was entered for ${item.server}`
      : `its API key is not the one its secret key was entered with`;
  return new AppError(
    'profile_changed',
    `${name} was changed outside the app: ${what}. Nothing is read or sent with it. Put it right on its page in the settings.`,
  );
}

function parse<Schema extends z.ZodMiniType>(schema: Schema, text: string): z.infer<Schema> | null {
  try {
    const parsed = z.safeParse(schema, JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** A keychain that says it is ready and yet gives no secret holds none. */
function problem(state: SecretState, field?: string): AppError {
  return keychainError(state === 'ready' || state === 'session' ? 'empty' : state, field);
}
