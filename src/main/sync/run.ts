import { AppError, type ErrorCode } from '#shared/errors.ts';
import { storageError } from '../storage/storage-error.ts';
import type { ClientSync } from './client-sync.ts';
import type { Progress } from './progress.ts';
import { createWorkList, type Work } from './work-list.ts';

/** Failures that concern one client; any other one would meet all of them and ends the run. */
const clientFailures: readonly ErrorCode[] = [
  'not_found',
  'invalid_input',
  'remote_rejected',
  'remote_failed',
  'bad_response',
];

export type RunDeps = {
  clientSync: Pick<ClientSync, 'readHead' | 'readRest'>;
  /** In the order in which they are read. */
  clients: readonly { uid: string; isWhole: boolean }[];
  urgent: ReadonlySet<string>;
  clientsAtOnce: number;
  progress: Progress;
  onFailure: (error: AppError) => void;
};

/** Brings all clients up to date once. Returns what went wrong, for the operator; null when nothing did. */
export async function readAllClients(
  deps: RunDeps,
  controller: AbortController,
): Promise<string | null> {
  const { clientSync, clients, urgent, progress } = deps;
  const { signal } = controller;
  const outcome = createOutcome(controller, progress, deps.onFailure);
  const uids = clients.map(({ uid }) => uid);
  const list = createWorkList(uids, urgent);
  const left = new Set(uids);
  progress.keepOnly(left);
  /** Clients of whose history nobody knows yet how long it is. */
  const endless = new Set(clients.filter(({ isWhole }) => !isWhole).map(({ uid }) => uid));

  function tell(force: boolean): void {
    const clientsDone = clients.length - left.size;
    // Of a whole history only the newest page is read.
    const pagesLeft = endless.size > 0 ? null : left.size;
    progress.update({ clientsDone, clientsTotal: clients.length, pagesLeft });
    progress.report(force);
  }

  async function work(task: Work): Promise<void> {
    const { uid } = task;
    if (task.step === 'head') {
      const { atMs, isWhole } = await clientSync.readHead(uid, signal);
      if (!isWhole) {
        endless.add(uid);
        list.addRest(uid, atMs);
        return;
      }
      await clientSync.readRest(uid, atMs, { allSettling: false }, signal);
    } else {
      await clientSync.readRest(uid, task.atMs, { allSettling: false }, signal);
    }
    left.delete(uid);
    endless.delete(uid);
    progress.succeeded(uid);
    tell(false);
  }

  async function worker(): Promise<void> {
    for (let task = list.next(); task && !signal.aborted; task = list.next()) {
      const current = task;
      await outcome.attempt(current.uid, () => work(current));
    }
  }

  tell(true);
  await Promise.all(Array.from({ length: deps.clientsAtOnce }, worker));
  return outcome.describe();
}

/** Collects what went wrong in a run, and ends it when going on is of no use. */
function createOutcome(
  controller: AbortController,
  progress: Progress,
  onFailure: (error: AppError) => void,
) {
  const failures = new Map<string, AppError>();
  let stopped: AppError | null = null;
  return {
    async attempt(uid: string, work: () => Promise<void>): Promise<void> {
      try {
        await work();
      } catch (error) {
        if (controller.signal.aborted) return;
        const failure = storageError(error);
        onFailure(failure);
        if (clientFailures.includes(failure.code)) {
          failures.set(uid, failure);
          progress.failed(uid, failure.message);
          progress.report(false);
        } else {
          stopped = failure;
          controller.abort();
        }
      }
    },
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

export function cancelled(): AppError {
  return new AppError('cancelled', 'Stopped before everything was read.', { retryable: true });
}
