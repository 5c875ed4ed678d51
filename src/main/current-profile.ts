import { setTimeout } from 'node:timers/promises';
import type { ProfileView } from '#shared/domain/profile.ts';
import { AppError } from '#shared/errors.ts';
import type { Emit } from './ipc/emit.ts';
import type { Rooms } from './ipc/handlers.ts';
import { openProfile, type RunningProfile } from './open-profile.ts';
import type { Practice } from './practice.ts';
import { PRACTICE_ID } from './profiles/built-in-profiles.ts';
import type { PracticeProcess } from './profiles/practice-server.ts';
import { createProfileDir, type ProfilePaths } from './profiles/profile-dir.ts';
import type { ProfileSecrets } from './profiles/profile-secrets.ts';
import type { ProfileStore } from './profiles/profile-store.ts';
import type { Profiles } from './profiles/profiles.ts';
import { createDeferredSigner } from './secrets/deferred-signer.ts';
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

/** Closing takes less than this, unless something is being sent. */
const USUAL_CLOSING_MS = 500;

/** From the first question of the page on, so that its first screen has main and the machine to itself. */
const QUIET_MS = 1000;

/**
 * Which profile is open: one at a time, and none a second time before it was closed. Changes are made one after the
 * other.
 */
export function createCurrentProfile(deps: CurrentProfileDeps) {
  const { store, profiles, now, emit, onFailure } = deps;
  let current: { id: string; opening: Promise<Opened> } | null = null;
  /** Profiles that were left and are not closed yet: what they are sending may take its time to end. */
  const leaving = new Map<string, Promise<void>>();
  let wishes = 0;
  let queue: Promise<unknown> = Promise.resolve();
  const rechecked = new Set<string>();
  const asked = Promise.withResolvers<void>();
  const quiet = asked.promise.then(() => setTimeout(QUIET_MS));

  /** One change of the open profile at a time, whatever became of the one before. */
  function inTurn<T>(change: () => Promise<T>): Promise<T> {
    const result = queue.then(change, change);
    queue = result.catch(() => undefined);
    return result;
  }

  /** Opened again before it is closed, a profile would take for lost what is still being sent. */
  async function open(id: string): Promise<Opened> {
    await untilClosed(id);
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
      quiet,
      profile: () => profiles.view(id),
      keychainMark: () => profiles.markOf(id),
      emit: (name, payload) => {
        if (isCurrent) emit(name, payload);
      },
      onDeposits: (events) => {
        if (isCurrent) deps.onDeposits(running, events);
      },
    });
    practice?.registerClients(running.records, now());
    void signer.ready.then((problem) => {
      if (!isCurrent) return;
      if (problem !== null) onFailure('secret', problem);
      if (problem?.code === 'profile_changed') {
        const { message: text } = problem;
        emit('notice.shown', { tone: 'danger', title: 'Changed outside the app', text });
      }
      emit('profile.changed', profiles.view(id));
    });
    // Main is idle until the page asks, and most of what it asks for needs the rooms. Who asks is told what is wrong.
    setImmediate(() => void running.rooms().catch(() => {}));
    // Nothing is asked of a server that somebody else put into the profile.
    void Promise.all([signer.ready, quiet]).then(
      ([problem]) => isCurrent && problem?.code !== 'profile_changed' && running.start(),
    );
    const close = async (): Promise<void> => {
      isCurrent = false;
      await running.close();
      signer.forget();
      await practice?.stop();
    };
    return { running, close };
  }

  async function startPractice({ directory }: ProfilePaths): Promise<Practice> {
    const { startPractice } = await import('./practice.ts');
    return startPractice({
      ...deps,
      directory,
      onLost(error) {
        onFailure('practice server', error);
        emit('notice.shown', { tone: 'danger', title: 'Practice stopped', text: error.message });
      },
    });
  }

  /** Closes what is open; a failure to open it was told to whoever asked. Never rejects. */
  function closeCurrent(): Promise<void> {
    if (current === null) return Promise.resolve();
    const { id, opening } = current;
    current = null;
    const closed = opening
      .then(
        ({ close }) => close(),
        () => {},
      )
      .catch((error: unknown) => onFailure('close profile', error))
      .finally(() => leaving.get(id) === closed && leaving.delete(id));
    leaving.set(id, closed);
    return closed;
  }

  /** Waits, with a word on the screen, for a profile that was left to end what it is sending. False: no need. */
  async function untilClosed(id: string): Promise<boolean> {
    const closing = leaving.get(id);
    if (closing === undefined) return false;
    const { name } = store.get(id);
    const note = globalThis.setTimeout(
      () =>
        emit('notice.shown', {
          tone: 'info',
          title: `${name} is still sending`,
          text: 'It opens as soon as the answer is there. Nothing is sent a second time.',
        }),
      USUAL_CLOSING_MS,
    );
    await closing;
    clearTimeout(note);
    return true;
  }

  /** Begins to open; requests wait for it, and get its error if it cannot be opened. */
  function begin(id: string): Promise<Opened> {
    const opening = open(id);
    opening.catch((error: unknown) => onFailure('open profile', error));
    current = { id, opening };
    return opening;
  }

  /** Requests wait meanwhile: no second opening begins before the first is closed. */
  async function reopen(id: string): Promise<void> {
    void closeCurrent();
    await begin(id);
  }

  async function opened(): Promise<RunningProfile> {
    asked.resolve();
    if (current === null) throw new AppError('not_found', 'Open a profile first.');
    return (await current.opening).running;
  }

  return {
    /** @throws AppError when no profile is open, or why it cannot be */
    opened,
    /** @throws AppError as `opened` */
    rooms: async (): Promise<Rooms> => (await opened()).rooms(),

    /** Opens the profile that was open last, in the background. */
    resume(): void {
      const id = store.activeId();
      if (id !== null) void begin(id);
    },

    /** @throws AppError profile_locked; or why the profile cannot be opened, and then the former one stays */
    async switchTo(id: string): Promise<ProfileView> {
      const wish = (wishes += 1);
      // Not in turn: the profile in between works on, and may be left for another one.
      if ((await untilClosed(id)) && wish !== wishes) {
        throw new AppError('cancelled', 'Another profile was chosen meanwhile.');
      }
      return inTurn(async () => {
        const { locked, name } = store.get(id);
        if (id === store.activeId()) await reopen(id);
        else {
          if (locked) throw new AppError('profile_locked', `Unlock ${name} first.`);
          const next = await open(id);
          // A payment on its way may take its time to end; the next profile need not wait for it.
          void closeCurrent();
          current = { id, opening: Promise.resolve(next) };
          store.setActive(id);
        }
        const view = profiles.view(id);
        emit('profile.changed', view);
        return view;
      });
    },

    /** Opens the current profile anew, since key, address or reading of the API changed. */
    reopenIfCurrent: (id: string): Promise<void> =>
      inTurn(async () => {
        if (id !== store.activeId()) return;
        await reopen(id);
        emit('profile.changed', profiles.view(id));
      }),

    /** Damage was met while a profile was open: it is opened anew and checked to the last page, once a run. */
    recheck: (): Promise<void> =>
      inTurn(async () => {
        const id = store.activeId();
        if (id === null || rechecked.has(id)) return;
        if ((await current?.opening.catch(() => null))?.running.damage) return;
        rechecked.add(id);
        await reopen(id);
        emit('profile.changed', profiles.view(id));
        emit('clients.changed', null);
        emit('registry.changed', null);
        emit('intents.changed', null);
        emit('guards.changed', null);
      }),

    /** Also what was left and is still sending: its answer would be lost. */
    close: (): Promise<void> =>
      inTurn(async () => {
        await Promise.all([closeCurrent(), ...leaving.values()]);
      }),
  };
}
