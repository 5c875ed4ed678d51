import type {
  HistoryFilter,
  HistoryPage,
  HistoryQuery,
  HistorySummary,
} from '#shared/domain/transaction.ts';
import { AppError, fromDto } from '#shared/errors.ts';
import type { CacheDb } from '../open.ts';
import type { Answer, Input, Question } from './answers.ts';
import { historyPage, historySummary } from './history-repo.ts';
import { logWorker, workerFile } from '../worker-file.ts';
import type { CachePaths, QueryReply, QueryRequest, QueryWorkerData } from './worker-messages.ts';

/** Questions to the history that never hold up the thread that asks. */
export type Queries = {
  /** @throws AppError storage_failed, storage_damaged; cancelled when it is closed meanwhile */
  page(query: HistoryQuery): Promise<HistoryPage>;
  summary(filter: HistoryFilter): Promise<HistorySummary>;
  /** Any other question of answers.ts, on the worker. */
  ask<Name extends Question>(name: Name, input: Input<Name>): Promise<Answer<Name>>;
  /** Resolves when the worker has let go of the databases. */
  close(): Promise<void>;
};

type Asked = {
  request: { [Name in Question]: { name: Name; input: Input<Name> } }[Question];
  resolve: (value: unknown) => void;
  reject: (error: AppError) => void;
};

/**
 * Answers at once, here, what an index gives in under a millisecond, and leaves all else to a worker, which is
 * started by the first question for it. The worker answers one question at a time, the newest first and rows
 * before sums: while someone types, an older question is no longer of interest. It leaves what it is at for a newer
 * question for rows, and takes it up again afterwards.
 */
export function createQueries(
  cache: CacheDb,
  { cachePath, recordsPath }: CachePaths,
  onFailure: (event: string, error: unknown) => void,
): Queries {
  let running: ReturnType<typeof start> | null = null;
  let current: Asked | null = null;
  let waiting: Asked[] = [];
  let closed = false;
  const upTo = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const left = new Int32Array(upTo);
  /** Of the last question put to the worker. */
  let number = 0;

  function start() {
    // Loading it takes 3 ms, which the first screen need not wait for: its rows are read here.
    const { Worker } = process.getBuiltinModule('node:worker_threads');
    const workerData: QueryWorkerData = { cachePath, recordsPath, upTo };
    const options = { workerData, stderr: true };
    const worker = new Worker(workerFile('query-worker', import.meta.filename), options);
    logWorker(worker, 'query worker', onFailure);
    const ended = Promise.withResolvers<void>();
    worker.on('message', (reply: QueryReply) => {
      const asked = current;
      current = null;
      if (reply.ok) asked?.resolve(reply.value);
      else if ('error' in reply) asked?.reject(fromDto(reply.error));
      else if (asked) waiting.unshift(asked);
      askNext();
    });
    worker.on('exit', () => {
      running = null;
      cancelAll();
      ended.resolve();
    });
    return { worker, ended: ended.promise };
  }

  function cancelAll(): void {
    const unanswered = [current, ...waiting].filter((asked) => asked !== null);
    current = null;
    waiting = [];
    const text = 'The history was closed meanwhile.';
    for (const { reject } of unanswered)
      reject(new AppError('cancelled', text, { retryable: true }));
  }

  function askNext(): void {
    if (current !== null) return;
    const newest = waiting.findLast(({ request }) => !isOfSums(request)) ?? waiting.at(-1) ?? null;
    if (newest === null) return;
    waiting = waiting.filter((asked) => asked !== newest);
    current = newest;
    running ??= start();
    number += 1;
    running.worker.postMessage({ ...newest.request, number } satisfies QueryRequest);
  }

  function leaveCurrentFor(request: { name: Question }): void {
    if (current !== null && !isOfSums(request)) Atomics.store(left, 0, number);
  }

  function ask<Name extends Question>(name: Name, input: Input<Name>): Promise<Answer<Name>> {
    return new Promise((resolve, reject) => {
      // The worker's seam: a reply is to the request it follows.
      const asked = { request: { name, input }, resolve, reject } as Asked;
      waiting.push(asked);
      if (closed) return cancelAll();
      leaveCurrentFor(asked.request);
      askNext();
    });
  }

  return {
    page: async (query) => (isQuickPage(query) ? historyPage(cache, query) : ask('page', query)),
    summary: async (filter) =>
      isQuickSummary(filter) ? historySummary(cache, filter) : ask('summary', filter),
    ask,
    async close() {
      closed = true;
      cancelAll();
      if (!running) return;
      Atomics.store(left, 0, number);
      running.worker.postMessage({ name: 'close' } satisfies QueryRequest);
      await running.ended;
    },
  };
}

/** Not of the rows that someone looks at. */
function isOfSums({ name }: { name: Question }): boolean {
  return !rowQuestions.has(name);
}

const rowQuestions: ReadonlySet<Question> = new Set(['page', 'landmarks', 'clientsPage']);

/** Rows of all clients or of one, in an order that an index has. */
function isQuickPage({ filter, sort }: HistoryQuery): boolean {
  const asks = askedBy(filter);
  if (sort.by !== 'time') return asks.length === 0;
  return asks.every((name) => ['clientUid', 'fromMs', 'toMs'].includes(name));
}

/** Read from totals alone, or from at most two days' rows beside them. */
function isQuickSummary(filter: HistoryFilter): boolean {
  const asks = askedBy(filter);
  return [
    ['clientUid', 'types'],
    ['types', 'fromMs', 'toMs'],
  ].some((quick) => asks.every((name) => quick.includes(name)));
}

/** The parts of a filter that filter anything. */
function askedBy(filter: HistoryFilter): string[] {
  return Object.entries(filter).flatMap(([name, value]) => {
    const isEmpty = value === undefined || (typeof value === 'object' && value.length === 0);
    return isEmpty ? [] : [name];
  });
}
