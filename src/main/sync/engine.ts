import type { SyncProgress } from '#shared/domain/sync.ts';
import type { AppError } from '#shared/errors.ts';
import { listCoverage } from '../storage/cache/coverage-repo.ts';
import { getMeta, setMeta } from '../storage/meta-repo.ts';
import { listRegisteredClients } from '../storage/records/clients-repo.ts';
import { storageError } from '../storage/storage-error.ts';
import { createClientSync, type ClientSyncDeps } from './client-sync.ts';
import { createProgress, type ProgressDeps } from './progress.ts';
import { createReadSlots } from './read-slots.ts';
import { cancelled, readAllClients } from './run.ts';

const DEFAULT_INTERVAL_MS = 60_000;
/** Of all clients together. */
const DEFAULT_REQUESTS_AT_ONCE = 8;
const LAST_COMPLETED = 'sync.last_completed_at_ms';

/**
 * `onProgress`: at most every 250 ms, and at both ends of a run; `onChanged` with it when something was written.
 * `onDeposits`: never for a client whose history was not complete once.
 */
export type SyncEngineDeps = Omit<ClientSyncDeps, 'progress' | 'slots'> &
  Pick<ProgressDeps, 'onProgress' | 'onChanged'> & {
    intervalMs?: number;
    requestsAtOnce?: number;
    /** Every failure with its cause, for the local log. */
    onFailure?: (error: AppError) => void;
    /** Runs something later; what it returns calls that off. */
    schedule?: (run: () => void, delayMs: number) => () => void;
  };

export type SyncEngine = {
  /** Runs now, and again `intervalMs` after the end of each run until `close`. */
  start(): void;
  /** Runs once, or joins the run under way. Never rejects: failures are in the progress. */
  runNow(): Promise<SyncProgress>;
  /** Ends the run under way; what was read stays. */
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

export function createSyncEngine(deps: SyncEngineDeps): SyncEngine {
  const { cache, records, now } = deps;
  const schedule = deps.schedule ?? scheduleTimeout;
  const atOnce = deps.requestsAtOnce ?? DEFAULT_REQUESTS_AT_ONCE;
  /** Whose reading goes first: asked for by the operator, then on screen. */
  const urgent = new Set<string>();
  const slots = createReadSlots(atOnce, urgent);
  const lastCompleted = getMeta(cache, LAST_COMPLETED);
  const progress = createProgress({
    ...deps,
    lastCompletedAtMs: lastCompleted === null ? null : Number(lastCompleted),
  });
  const clientSync = createClientSync({ ...deps, slots, progress });
  const refreshes = new Set<Task & { uid: string }>();
  let onScreen: readonly string[] = [];
  let run: (Task & { ended: Promise<SyncProgress> }) | null = null;
  let callOff: (() => void) | null = null;
  let repeating = false;
  let closed = false;

  function listUrgent(): void {
    urgent.clear();
    for (const { uid } of refreshes) urgent.add(uid);
    for (const uid of onScreen) urgent.add(uid);
  }

  function clientsToRead(): { uid: string; isWhole: boolean }[] {
    const coverage = listCoverage(cache);
    return listRegisteredClients(records)
      .filter(({ archived }) => !archived)
      .map(({ uid }) => ({ uid, isWhole: coverage.get(uid)?.complete === true }));
  }

  async function runOnce(controller: AbortController): Promise<SyncProgress> {
    const { onFailure = () => {} } = deps;
    try {
      const clients = clientsToRead();
      const lastError = await readAllClients(
        { clientSync, clients, urgent, clientsAtOnce: atOnce, progress, onFailure },
        controller,
      );
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
    run = null;
    progress.update({ running: false, clientUid: null, pagesLeft: null });
    progress.report(true);
    if (repeating && !closed) callOff = schedule(again, deps.intervalMs ?? DEFAULT_INTERVAL_MS);
    return progress.current();
  }

  function runNow(): Promise<SyncProgress> {
    if (run) return run.ended;
    if (closed) return Promise.resolve(progress.current());
    callOff?.();
    progress.update({ running: true, clientsDone: 0, clientsTotal: 0, pages: 0, rows: 0 });
    const controller = new AbortController();
    const ended = Promise.resolve().then(() => runOnce(controller));
    run = { controller, ended };
    return ended;
  }

  const again = () => void runNow();

  async function refresh(uid: string, signal: AbortSignal): Promise<void> {
    try {
      await clientSync.refresh(uid, signal);
      progress.succeeded(uid);
    } catch (error) {
      throw signal.aborted ? cancelled() : storageError(error);
    } finally {
      progress.report(true);
    }
  }

  return {
    start() {
      repeating = true;
      again();
    },
    runNow,
    cancel: () => run?.controller.abort(),
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
      const tasks = run ? [run, ...refreshes] : [...refreshes];
      for (const { controller } of tasks) controller.abort();
      await Promise.allSettled(tasks.map(({ ended }) => ended));
    },
  };
}

type Task = { controller: AbortController; ended: Promise<unknown> };

function scheduleTimeout(run: () => void, delayMs: number): () => void {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
}
