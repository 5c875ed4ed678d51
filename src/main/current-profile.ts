import { setTimeout } from 'node:timers/promises';
import type { ProfileView } from '#shared/domain/profile.ts';
import { AppError } from '#shared/errors.ts';
import type { Emit } from './ipc/emit.ts';
import { openProfile, type RunningProfile } from './open-profile.ts';
import { PRACTICE_ID } from './profiles/built-in-profiles.ts';
import { readPracticeClients } from './profiles/practice-clients.ts';
import { readyPracticeCredentials } from './profiles/practice-credentials.ts';
import { createPracticeServer, type PracticeProcess } from './profiles/practice-server.ts';
import { createProfileDir, type ProfilePaths } from './profiles/profile-dir.ts';
import type { ProfileSecrets } from './profiles/profile-secrets.ts';
import type { ProfileStore } from './profiles/profile-store.ts';
import type { Profiles } from './profiles/profiles.ts';
import { createDeferredSigner } from './secrets/deferred-signer.ts';
import { listRegisteredClients, registerClients } from './storage/records/clients-repo.ts';
import type { DepositEvent } from './sync/deposit-events.ts';

type CurrentProfileDeps = {
  userData: string;
  appVersion: string;
  now: () => number;
  actor: () => string;
  store: ProfileStore;
  secrets: ProfileSecrets;
  profiles: Profiles;
  forkPractice: () => PracticeProcess;
  emit: Emit;
  onDeposits: (profile: RunningProfile, events: readonly DepositEvent[]) => void;
  onFailure: (event: string, error: unknown) => void;
};

type Opened = { running: RunningProfile; close: () => Promise<void> };

/** Lets what the first screen asks for come first. */
const START_AFTER_MS = 500;
/** A port that nothing listens on, for a Practice profile whose server did not start: it can still be read. */
const NOWHERE = 'http://127.0.0.1:1/api/v1';

/** Which profile is open: one at a time. Changes are made one after the other. */
export function createCurrentProfile(deps: CurrentProfileDeps) {
  const { store, secrets, profiles, now, emit, onFailure } = deps;
  let current: Promise<Opened> | null = null;
  let queue: Promise<unknown> = Promise.resolve();
  const rechecked = new Set<string>();

  /** One change of the open profile at a time, whatever became of the one before. */
  function inTurn<T>(change: () => Promise<T>): Promise<T> {
    const result = queue.then(change, change);
    queue = result.catch(() => undefined);
    return result;
  }

  async function open(id: string): Promise<Opened> {
    const paths = createProfileDir(deps.userData, id);
    const practice = id === PRACTICE_ID ? await startPractice(paths) : null;
    const { baseUrl } = practice ?? store.get(id);
    const signer = createDeferredSigner(profiles.signerFor(id));
    // What a profile says after it was left must not reach the window of the next one.
    let isCurrent = true;
    const running = openProfile({
      ...deps,
      paths,
      baseUrl,
      signer,
      thorough: rechecked.has(id),
      profile: () => profiles.view(id),
      emit: (name, payload) => {
        if (isCurrent) emit(name, payload);
      },
      onDeposits: (events) => {
        if (isCurrent) deps.onDeposits(running, events);
      },
    });
    // Records so large that they are not checked yet have had the clients for long.
    if (practice && running.records.isWritable) {
      registerPracticeClients(running, paths.directory, now());
    }
    void signer.ready.then((problem) => {
      if (!isCurrent) return;
      if (problem !== null) onFailure('secret', problem);
      emit('profile.changed', profiles.view(id));
    });
    const quiet = setTimeout(START_AFTER_MS);
    void Promise.all([running.ready, signer.ready, quiet]).then(
      () => isCurrent && running.start(),
      // What is wrong with the records was told by the profile.
      () => {},
    );
    const close = async (): Promise<void> => {
      isCurrent = false;
      await running.close();
      signer.forget();
      await practice?.stop();
    };
    return { running, close };
  }

  async function startPractice(paths: ProfilePaths) {
    const { apiKey, secret } = await readyPracticeCredentials(store, secrets);
    const onLost = (error: AppError): void => {
      onFailure('practice server', error);
      emit('notice.shown', { tone: 'danger', title: 'Practice stopped', text: error.message });
    };
    const server = createPracticeServer({
      fork: deps.forkPractice,
      directory: paths.directory,
      onLost,
    });
    const baseUrl = await server.start({ apiKey, secret }).catch((error: AppError) => {
      onLost(error);
      return NOWHERE;
    });
    return { baseUrl, stop: () => server.stop() };
  }

  /** Closes what is open; a failure to open it was told to whoever asked. */
  async function closeCurrent(): Promise<void> {
    const former = current;
    current = null;
    const opened = await former?.catch(() => null);
    await opened?.close();
  }

  /** Begins to open; requests wait for it, and get its error if it cannot be opened. */
  function begin(id: string): Promise<Opened> {
    const opening = open(id);
    opening.catch((error: unknown) => onFailure('open profile', error));
    current = opening;
    return opening;
  }

  return {
    /** @throws AppError when no profile is open, or why it cannot be */
    async opened(): Promise<RunningProfile> {
      if (current === null) throw new AppError('not_found', 'Open a profile first.');
      return (await current).running;
    },

    /** Opens the profile that was open last, in the background. */
    resume(): void {
      const id = store.activeId();
      if (id !== null) void begin(id);
    },

    /** @throws AppError profile_locked; or why the profile cannot be opened, and then the former one stays */
    switchTo: (id: string): Promise<ProfileView> =>
      inTurn(async () => {
        const { locked, name } = store.get(id);
        if (id === store.activeId()) {
          await closeCurrent();
          await begin(id);
        } else {
          if (locked) throw new AppError('profile_locked', `Unlock ${name} first.`);
          const next = await open(id);
          const leaving = closeCurrent();
          current = Promise.resolve(next);
          store.setActive(id);
          // A payment on its way may take its time to end; the next profile need not wait for it.
          leaving.catch((error: unknown) => onFailure('close profile', error));
        }
        const view = profiles.view(id);
        emit('profile.changed', view);
        return view;
      }),

    /** Opens the current profile anew, since key, address or reading of the API changed. */
    reopenIfCurrent: (id: string): Promise<void> =>
      inTurn(async () => {
        if (id !== store.activeId()) return;
        await closeCurrent();
        await begin(id);
        emit('profile.changed', profiles.view(id));
      }),

    /** Damage was met while a profile was open: it is opened anew and checked to the last page, once a run. */
    recheck: (): Promise<void> =>
      inTurn(async () => {
        const id = store.activeId();
        if (id === null || rechecked.has(id)) return;
        if ((await current?.catch(() => null))?.running.damage) return;
        rechecked.add(id);
        await closeCurrent();
        await begin(id);
        emit('profile.changed', profiles.view(id));
        for (const event of ['clients.changed', 'intents.changed', 'guards.changed'] as const) {
          emit(event, null);
        }
      }),

    close: (): Promise<void> => inTurn(closeCurrent),
  };
}

/** The demo's clients, known to the practice server alone, enter the registry once. */
function registerPracticeClients(
  { records }: RunningProfile,
  directory: string,
  nowMs: number,
): void {
  if (listRegisteredClients(records).length > 0) return;
  const clients = readPracticeClients(directory);
  registerClients(
    records,
    clients.map((client) => ({ ...client, source: 'added', addedAtMs: nowMs })),
  );
}
