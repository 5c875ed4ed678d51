import { setImmediate as letOthersRun } from 'node:timers/promises';
import type { SyncProgress } from '#shared/domain/sync.ts';
import type { AppError } from '#shared/errors.ts';
import { listClientProblems, setClientProblem } from '../storage/cache/problems-repo.ts';
import { getMeta, setMeta } from '../storage/meta-repo.ts';
import { listActiveUids } from '../storage/records/clients-repo.ts';
import { clientsWithOpenIntents } from '../storage/client-views.ts';
import { storageError } from '../storage/storage-error.ts';
import { createClientStates } from './client-states.ts';
import { createClientSync, type ClientSyncDeps } from './client-sync.ts';
import { createProgress, type ProgressDeps } from './progress.ts';
import { createReadSlots } from './read-slots.ts';
import { cancelled, startRun, type Run } from './run.ts';

const DEFAULT_INTERVAL_MS = 60_000;
/** Of all clients together. */
const DEFAULT_REQUESTS_AT_ONCE = 8;
const LAST_COMPLETED = 'sync.last_completed_at_ms';
/** Clients looked at between two turns of the loop. */
const CHUNK = 2000;
/** On a desk of so many clients all are looked at when the line is back. */
const MAX_LOOKED_AT = 500;
/** Clients that are read ahead of all others. */
const MAX_SOON = 50;

/**
 * `onProgress`: at most every 250 ms, and at both ends of a run; `onChanged` with it when something was written.
 * `onDeposits`: never for a client whose history was not complete once.
 */
export type SyncEngineDeps = Omit<
  ClientSyncDeps,
  'progress' | 'slots' | 'states' | 'onRows' | 'monotonicMs'
> &
  Partial<Pick<ClientSyncDeps, 'onRows' | 'monotonicMs'>> &
  Pick<ProgressDeps, 'onProgress' | 'onChanged'> & {
    intervalMs?: number;
    requestsAtOnce?: number;
    /** Every failure with its cause, for the local log. */
    onFailure?: (error: AppError) => void;
    /** Runs something later; what it returns calls that off. */
    schedule?: (run: () => void, delayMs: number) => () => void;
  };

export type SyncEngine = {
  /** Reads who is due now, and every `intervalMs` again until `close`, also while long histories are being read. */
  start(): void;
  /** Reads every client and every balance, whatever their age; joins the run under way. Never rejects: failures are in the progress. */
  runNow(): Promise<SyncProgress>;
  /** Reads who is due: active clients each time, quiet ones ever more rarely. */
  runDue(): Promise<SyncProgress>;
  /** Reads these clients now, ahead of all others. */
  readSoon(uids: readonly string[]): void;
  /** The line is back: goes on where it was cut, and looks at what may have come in meanwhile. */
  resume(): void;
  /** Ends the run under way; what was read stays, and the next run goes on after it. */
  cancel(): void;
  /**
   * Reads one client's balance, history and settling rows now. A history that does not add up to the balance is
   * read again from end to end.
   * @throws AppError
   */
  refreshClient(uid: string): Promise<void>;
  /** These clients are on screen: what they need is read before the rest, until the next call. */
  prioritise(uids: readonly string[]): void;
  status(): SyncProgress;
  /** Stops everything; the databases may be closed when it resolves. */
  close(): Promise<void>;
};

type Task = { controller: AbortController; ended: Promise<unknown> };

type Running = { controller: AbortController; run: Run; ended: Promise<SyncProgress> };

export function createSyncEngine(deps: SyncEngineDeps): SyncEngine {
  const { cache, records, now, onFailure = () => {} } = deps;
  const schedule = deps.schedule ?? scheduleTimeout;
  const everyMs = deps.intervalMs ?? DEFAULT_INTERVAL_MS;
  const atOnce = deps.requestsAtOnce ?? DEFAULT_REQUESTS_AT_ONCE;
  /** Whose reading goes first: asked for by the operator, then on screen. */
  const urgent = new Set<string>();
  const slots = createReadSlots(atOnce, urgent);
  const states = createClientStates(cache);
  const lastCompleted = getMeta(cache, LAST_COMPLETED);
  const progress = createProgress({
    ...deps,
    lastCompletedAtMs: lastCompleted === null ? null : Number(lastCompleted),
  });
  for (const { clientUid, message } of listClientProblems(cache))
    progress.failed(clientUid, message);
  const clientSync = createClientSync({
    onRows: () => {},
    monotonicMs: now,
    ...deps,
    slots,
    states,
    progress,
  });
  const refreshes = new Set<Task & { uid: string }>();
  const soon = new Set<string>();
  let onScreen: readonly string[] = [];
  let running: Running | null = null;
  let callOff: (() => void) | null = null;
  let repeating = false;
  let closed = false;

  function listUrgent(): void {
    urgent.clear();
    for (const { uid } of refreshes) urgent.add(uid);
    for (const uid of soon) urgent.add(uid);
    for (const uid of onScreen) urgent.add(uid);
  }

  function onClient(uid: string, failure: AppError | null): void {
    const state = states.of(uid);
    if (failure !== null) onFailure(failure);
    soon.delete(uid);
    state.problem = failure?.code ?? null;
    if (setClientProblem(cache, uid, failure, now())) progress.touch({ clients: true });
    if (failure === null) progress.succeeded(uid);
    else progress.failed(uid, failure.message);
  }

  /** Those in question first, then whoever was read the longest ago. */
  async function listDue({ all = false, isBack = false }): Promise<string[]> {
    await states.ready();
    const uids = listActiveUids(records);
    progress.keepOnly(new Set(uids));
    const nowMs = now();
    // What happened while the line was down nobody knows: of a large desk the active ones are looked at first.
    const isLookedAt = (uid: string) =>
      isBack && (uids.length <= MAX_LOOKED_AT || states.isActive(uid, nowMs));
    const inQuestion = clientsWithOpenIntents(records);
    const first: string[] = [];
    const due: { uid: string; readAtMs: number }[] = [];
    for (const [index, uid] of uids.entries()) {
      if (urgent.has(uid) || inQuestion.has(uid)) first.push(uid);
      else if (
        all ||
        isLookedAt(uid) ||
        states.isDue(uid, nowMs, { clients: uids.length, everyMs })
      ) {
        due.push({ uid, readAtMs: states.of(uid).readAtMs ?? -Infinity });
      }
      if (index % CHUNK === CHUNK - 1) await letOthersRun();
    }
    due.sort((a, b) => (a.readAtMs === b.readAtMs ? 0 : a.readAtMs - b.readAtMs));
    if (all) for (const uid of uids) states.of(uid).balanceAtMs = null;
    return first.concat(due.map(({ uid }) => uid));
  }

  /** Reads these in the run under way, or begins one. */
  function read(list: Promise<readonly string[]>): Promise<SyncProgress> {
    if (closed) return Promise.resolve(progress.current());
    if (running === null || running.run.isOver()) running = begin();
    running.run.add(list);
    return running.ended;
  }

  function begin(): Running {
    progress.update({ running: true, clientsDone: 0, clientsTotal: 0, pages: 0, rows: 0 });
    const controller = new AbortController();
    const isWhole = (uid: string) => states.of(uid).isWhole;
    const isUnread = (uid: string) => states.of(uid).readAtMs === null;
    const run = startRun(
      { clientSync, urgent, clientsAtOnce: atOnce, progress, isWhole, isUnread, onClient },
      controller,
    );
    return { controller, run, ended: finish(run) };
  }

  async function finish(run: Run): Promise<SyncProgress> {
    const lastError = await run.ended;
    if (running?.run === run) running = null;
    try {
      clientSync.flush();
      progress.update({ lastError });
      if (lastError === null) {
        progress.update({ lastCompletedAtMs: now() });
        setMeta(cache, LAST_COMPLETED, String(now()));
      }
    } catch (error) {
      const failure = storageError(error);
      onFailure(failure);
      progress.update({ lastError: failure.message });
    }
    progress.update({ running: false, clientUid: null, pagesLeft: null });
    progress.report(true);
    return progress.current();
  }

  const runDue = () => read(listDue({}));

  function tick({ isBack = false } = {}): void {
    callOff?.();
    callOff = null;
    const done = read(listDue({ isBack }));
    const newest = running?.run.newestRead() ?? done;
    // Depths may take long: meanwhile what comes in is read every minute.
    void newest.then(() => {
      if (repeating && !closed && callOff === null) callOff = schedule(() => tick(), everyMs);
    });
  }

  async function refresh(uid: string, signal: AbortSignal): Promise<void> {
    try {
      await clientSync.refresh(uid, signal);
      onClient(uid, null);
    } catch (error) {
      if (signal.aborted) throw cancelled();
      const failure = storageError(error);
      onClient(uid, failure);
      throw failure;
    } finally {
      progress.report(true);
    }
  }

  return {
    start() {
      repeating = true;
      tick();
    },
    runNow: () => read(listDue({ all: true })),
    runDue,
    readSoon(uids) {
      // Of a long list none is in more of a hurry than the others.
      if (uids.length <= MAX_SOON) for (const uid of uids) soon.add(uid);
      listUrgent();
      void read(Promise.resolve(uids));
    },
    resume() {
      if (repeating && !closed) tick({ isBack: true });
    },
    cancel: () => running?.controller.abort(),
    async refreshClient(uid) {
      if (closed) throw cancelled();
      const controller = new AbortController();
      const task = { uid, controller, ended: refresh(uid, controller.signal) };
      refreshes.add(task);
      listUrgent();
      await task.ended.finally(() => {
        refreshes.delete(task);
        listUrgent();
      });
    },
    prioritise(uids) {
      onScreen = [...uids];
      listUrgent();
    },
    status: () => progress.current(),
    async close() {
      closed = true;
      callOff?.();
      const tasks: Task[] = running ? [running, ...refreshes] : [...refreshes];
      for (const { controller } of tasks) controller.abort();
      await Promise.allSettled(tasks.map(({ ended }) => ended));
    },
  };
}

function scheduleTimeout(run: () => void, delayMs: number): () => void {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
}
