import { isRefused } from '#shared/domain/client-problem.ts';
import { AppError, type ErrorCode } from '#shared/errors.ts';
import { storageError } from '../storage/storage-error.ts';
import type { ClientSync } from './client-sync.ts';
import type { Progress } from './progress.ts';

/** Failures that concern one client, and take no other with them. */
const clientFailures: ReadonlySet<ErrorCode> = new Set([
  'not_found',
  'invalid_input',
  'remote_rejected',
  'remote_failed',
  'bad_response',
  'timeout',
  'not_bitpro',
  'internal',
]);
/** Of those: a service that is down looks so for one client after the other, and each takes long to say so. */
const slowFailures: ReadonlySet<ErrorCode> = new Set(['remote_failed', 'timeout', 'not_bitpro']);
const MAX_SLOW_FAILURES = 8;

export type RunDeps = {
  clientSync: Pick<ClientSync, 'readHead' | 'readRest'>;
  urgent: ReadonlySet<string>;
  clientsAtOnce: number;
  progress: Progress;
  /** Of whose histories the end was seen. */
  isWhole: (uid: string) => boolean;
  /** Nothing of it was ever read: what Bitpro refuses then is told with the client, and is no failure of the run. */
  isUnread: (uid: string) => boolean;
  /** A client was read whole, or why not. */
  onClient: (uid: string, failure: AppError | null) => void;
};

export type Run = {
  /** More clients, or the same once more: their newest is read in this order, before all depths. */
  add(list: Promise<Iterable<string>>): void;
  /** Resolves each time when every newest page asked for so far was read, or the run ended. */
  newestRead(): Promise<void>;
  /** Resolves with what went wrong, for the operator; null when nothing did. Never rejects. */
  ended: Promise<string | null>;
  /** Nothing can be added any more. */
  isOver(): boolean;
};

/**
 * Brings clients up to date: every client's newest before any backfill, in the order given, so that no long history
 * keeps the others waiting. More can be added while it is under way.
 */
export function startRun(deps: RunDeps, controller: AbortController): Run {
  const { clientSync, urgent, progress, clientsAtOnce } = deps;
  const { signal } = controller;
  const heads = new Set<string>();
  const rests = new Map<string, number>();
  const all = new Set<string>();
  const left = new Set<string>();
  const reading = { heads: new Set<string>(), rests: new Set<string>() };
  let lists = 0;
  const failures = new Map<string, AppError>();
  const ended = Promise.withResolvers<string | null>();
  let newest = Promise.withResolvers<void>();
  let stopped: AppError | null = null;
  let slowInARow = 0;
  let isOver = false;

  /** Clients of whose history nobody knows yet how long it is. */
  const endless = new Set<string>();

  function tell(force: boolean): void {
    // Of a whole history only the newest page is read.
    const pagesLeft = endless.size > 0 ? null : left.size;
    progress.update({ clientsDone: all.size - left.size, clientsTotal: all.size, pagesLeft });
    progress.report(force);
  }

  function next(step: 'heads' | 'rests'): string | undefined {
    const from = step === 'heads' ? heads : rests;
    const busy = reading[step];
    // Twice as many newest pages as requests, so that one is always waiting for its turn.
    const atOnce = step === 'heads' ? 2 * clientsAtOnce : clientsAtOnce;
    if (busy.size >= atOnce || signal.aborted) return undefined;
    for (const uid of urgent) if (from.has(uid) && !busy.has(uid)) return uid;
    if (step === 'rests' && lists + heads.size + reading.heads.size > 0) return undefined;
    for (const uid of from.keys()) if (!busy.has(uid)) return uid;
    return undefined;
  }

  function pump(): void {
    for (let uid = next('heads'); uid !== undefined; uid = next('heads')) void readHead(uid);
    for (let uid = next('rests'); uid !== undefined; uid = next('rests')) void readRest(uid);
    if (signal.aborted) {
      heads.clear();
      rests.clear();
    }
    const newestLeft = lists + heads.size + reading.heads.size;
    if (newestLeft === 0) newest.resolve();
    if (newestLeft + rests.size + reading.rests.size > 0 || isOver) return;
    isOver = true;
    ended.resolve(describe());
  }

  async function readHead(uid: string): Promise<void> {
    heads.delete(uid);
    await attempt(uid, 'heads', async () => {
      const { atMs, isWhole } = await clientSync.readHead(uid, signal);
      if (!isWhole) endless.add(uid);
      rests.set(uid, atMs);
    });
  }

  async function readRest(uid: string): Promise<void> {
    const atMs = rests.get(uid) ?? 0;
    rests.delete(uid);
    await attempt(uid, 'rests', async () => {
      await clientSync.readRest(uid, atMs, { allSettling: false }, signal);
      if (heads.has(uid) || rests.has(uid)) return;
      done(uid);
      deps.onClient(uid, null);
    });
  }

  function done(uid: string): void {
    failures.delete(uid);
    left.delete(uid);
    endless.delete(uid);
    tell(false);
  }

  async function attempt(
    uid: string,
    step: 'heads' | 'rests',
    work: () => Promise<void>,
  ): Promise<void> {
    reading[step].add(uid);
    try {
      await work();
      slowInARow = 0;
    } catch (error) {
      if (!signal.aborted) fail(uid, storageError(error));
    } finally {
      reading[step].delete(uid);
      pump();
    }
  }

  function fail(uid: string, failure: AppError): void {
    deps.onClient(uid, failure);
    slowInARow = slowFailures.has(failure.code) ? slowInARow + 1 : 0;
    if (clientFailures.has(failure.code) && slowInARow < MAX_SLOW_FAILURES) {
      if (!(isRefused(failure) && deps.isUnread(uid))) failures.set(uid, failure);
      return;
    }
    stopped = failure;
    controller.abort();
  }

  function describe(): string | null {
    if (stopped) return stopped.message;
    if (signal.aborted) return cancelled().message;
    const [first] = failures;
    if (!first) return null;
    const [uid, { message }] = first;
    const others = failures.size - 1;
    if (others === 0) return `${uid}: ${message}`;
    return `${uid}: ${message} (${others} more ${others === 1 ? 'client' : 'clients'} failed too)`;
  }

  return {
    add(list) {
      if (lists + heads.size + reading.heads.size === 0) newest = Promise.withResolvers<void>();
      lists += 1;
      const take = (uids: Iterable<string>) => {
        lists -= 1;
        for (const uid of uids) {
          heads.add(uid);
          all.add(uid);
          left.add(uid);
          if (!deps.isWhole(uid)) endless.add(uid);
        }
        tell(true);
        pump();
      };
      list.then(take, (error: unknown) => {
        stopped = storageError(error);
        controller.abort();
        take([]);
      });
    },
    newestRead: () => newest.promise,
    ended: ended.promise,
    isOver: () => isOver,
  };
}

export function cancelled(): AppError {
  return new AppError('cancelled', 'Stopped before everything was read.', { retryable: true });
}
