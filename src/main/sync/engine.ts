import type { SyncProgress } from '#shared/domain/sync.ts';
import { AppError, type ErrorCode } from '#shared/errors.ts';
import { getMeta, setMeta } from '../storage/meta-repo.ts';
import { listRegisteredClients } from '../storage/records/clients-repo.ts';
import { storageError } from '../storage/storage-error.ts';
import { createClientSync, type ClientSyncDeps } from './client-sync.ts';
import { forEachAtOnce } from './pool.ts';
import { createProgress, type ProgressDeps } from './progress.ts';

const DEFAULT_INTERVAL_MS = 60_000;
const DEFAULT_CLIENTS_AT_ONCE = 4;
const LAST_COMPLETED = 'sync.last_completed_at_ms';

/** Failures that concern one client; any other one would meet all of them and ends the run. */
const clientFailures: readonly ErrorCode[] = [
  'not_found',
  'invalid_input',
  'remote_rejected',
  'remote_failed',
  'bad_response',
];

/**
 * `onProgress`: at most every 250 ms, and at both ends of a run; `onChanged` with it when something was written.
 * `onDeposits`: never for a client whose history was not complete once.
 */
export type SyncEngineDeps = Omit<ClientSyncDeps, 'progress'> &
  Pick<ProgressDeps, 'onProgress' | 'onChanged'> & {
    intervalMs?: number;
    clientsAtOnce?: number;
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
  status(): SyncProgress;
  /** Stops everything; the databases may be closed when it resolves. */
  close(): Promise<void>;
};

export function createSyncEngine(deps: SyncEngineDeps): SyncEngine {
  const { cache, records, now } = deps;
  const schedule = deps.schedule ?? scheduleTimeout;
  const atOnce = deps.clientsAtOnce ?? DEFAULT_CLIENTS_AT_ONCE;
  const lastCompleted = getMeta(cache, LAST_COMPLETED);
  const progress = createProgress({
    ...deps,
    lastCompletedAtMs: lastCompleted === null ? null : Number(lastCompleted),
  });
  const clientSync = createClientSync({ ...deps, progress });
  const refreshes = new Set<Task>();
  let run: (Task & { ended: Promise<SyncProgress> }) | null = null;
  let callOff: (() => void) | null = null;
  let repeating = false;
  let closed = false;

  /** Every client's newest first, so that no long backfill keeps the others waiting. */
  async function readAllClients(outcome: RunOutcome, signal: AbortSignal): Promise<void> {
    const clients = listRegisteredClients(records).filter(({ archived }) => !archived);
    progress.update({ clientsTotal: clients.length });
    progress.report(true);
    const clientDone = () => {
      progress.add({ clientsDone: 1 });
      progress.report(false);
    };
    const unfinished = new Map<string, number>();
    await forEachAtOnce(clients, atOnce, ({ uid }) =>
      outcome.attempt(uid, async () => {
        const { atMs, isWhole } = await clientSync.readHead(uid, signal);
        if (!isWhole) return void unfinished.set(uid, atMs);
        await clientSync.readRest(uid, atMs, signal);
        clientDone();
      }),
    );
    await forEachAtOnce([...unfinished], atOnce, ([uid, atMs]) =>
      outcome.attempt(uid, async () => {
        await clientSync.readRest(uid, atMs, signal);
        clientDone();
      }),
    );
  }

  async function runOnce(controller: AbortController): Promise<SyncProgress> {
    const outcome = createRunOutcome(controller, deps.onFailure ?? (() => {}));
    try {
      await outcome.attempt('', () => readAllClients(outcome, controller.signal));
      const lastError = outcome.describe();
      progress.update({ lastError });
      if (lastError === null) {
        progress.update({ lastCompletedAtMs: now() });
        setMeta(cache, LAST_COMPLETED, String(now()));
      }
    } catch (error) {
      progress.update({ lastError: storageError(error).message });
    }
    run = null;
    progress.update({ running: false, clientUid: null });
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
      const task = { controller, ended: refresh(uid, controller.signal) };
      refreshes.add(task);
      await task.ended.finally(() => refreshes.delete(task));
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

type RunOutcome = ReturnType<typeof createRunOutcome>;

/** Collects what went wrong in a run, and ends it when going on is of no use. */
function createRunOutcome(controller: AbortController, onFailure: (error: AppError) => void) {
  const failures = new Map<string, AppError>();
  let stopped: AppError | null = null;
  return {
    async attempt(uid: string, work: () => Promise<void>): Promise<void> {
      try {
        if (!controller.signal.aborted) await work();
      } catch (error) {
        if (controller.signal.aborted) return;
        const failure = storageError(error);
        onFailure(failure);
        if (clientFailures.includes(failure.code)) failures.set(uid, failure);
        else {
          stopped = failure;
          controller.abort();
        }
      }
    },
    /** For the operator; null when nothing went wrong. */
    describe(): string | null {
      if (stopped) return stopped.message;
      if (controller.signal.aborted) return cancelled().message;
      const [first] = failures;
      if (!first) return null;
      const [uid, { message }] = first;
      const others = failures.size - 1;
      if (others === 0) return `${uid}: ${message}`;
      return `${uid}: ${message} (${others} more ${others === 1 ? 'client' : 'clients'} failed too)`;
    },
  };
}

function cancelled(): AppError {
  return new AppError('cancelled', 'Stopped before everything was read.', { retryable: true });
}

function scheduleTimeout(run: () => void, delayMs: number): () => void {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
}
