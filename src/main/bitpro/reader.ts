import type * as z from 'zod/mini';
import { AppError } from '#shared/errors.ts';
import type { ServerClock } from './clock.ts';
import { isSuccess, readRefusal, readSuccess, unreadable, UnreadableAnswer } from './errors.ts';
import type { Http, HttpAnswer } from './http.ts';
import { buildRequest, type Identity } from './request.ts';
import { nextAttemptDelayMs, readRetryAfterMs, readRetryPolicy } from './retry.ts';
import { appErrorFromTransport, TransportError } from './transport-error.ts';

export type Read<T> = {
  endpoint: string;
  schema: z.ZodMiniType<T>;
  query?: string;
  isPublic?: boolean;
  signal?: AbortSignal | undefined;
};

export type ReaderDeps = {
  identity: Identity;
  http: Http;
  clock: ServerClock;
  sleep: (delayMs: number, signal?: AbortSignal) => Promise<void>;
  random: () => number;
  timeouts: { readMs: number; readDeadlineMs: number };
};

type Failed = {
  error: AppError;
  transient: boolean;
  retryAfterMs: number | null;
  /** The answer moved the clock so far that the signature's Date may have been the cause. */
  clockMoved: boolean;
};
type Attempt<T> = { value: T } | Failed;

/** Less than this a server's window of minutes forgives. */
const CLOCK_MOVED_MS = 2000;

/**
 * A GET, repeated by `retry.ts` while its failure may pass by itself, and once at once when a 401 taught the
 * server's time. Throws AppError.
 */
export async function read<T>(request: Read<T>, deps: ReaderDeps): Promise<T> {
  const policy = { ...readRetryPolicy, deadlineMs: deps.timeouts.readDeadlineMs };
  const startedAtMs = performance.now();
  let signedAgain = false;
  for (let attempt = 1; ; attempt += 1) {
    const timeoutMs = Math.min(
      deps.timeouts.readMs,
      policy.deadlineMs - (performance.now() - startedAtMs),
    );
    const result = await attemptRead(request, deps, Math.max(1, timeoutMs));
    if ('value' in result) return result.value;
    if (result.clockMoved && !signedAgain) {
      signedAgain = true;
      continue;
    }
    const elapsedMs = performance.now() - startedAtMs;
    const delayMs = nextAttemptDelayMs({ ...result, attempt, elapsedMs }, policy, deps.random());
    if (delayMs === null) throw result.error;
    await pause(delayMs, request.signal, deps);
  }
}

async function attemptRead<T>(
  request: Read<T>,
  { identity, http, clock }: ReaderDeps,
  timeoutMs: number,
): Promise<Attempt<T>> {
  const { endpoint, schema, query = '', isPublic = false, signal } = request;
  const offsetWhenSignedMs = clock.offsetMs();
  const body = Buffer.alloc(0);
  const plan = { method: 'GET', endpoint, query, body, isPublic } as const;
  const built = buildRequest(plan, identity, clock.nowMs());
  const { host } = built.origin;
  const failed = (error: AppError, transient: boolean): Failed => ({
    error,
    transient,
    retryAfterMs: null,
    clockMoved: false,
  });

  let answer: HttpAnswer;
  try {
    answer = await http.get(built, { timeoutMs, signal });
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    return failed(
      appErrorFromTransport(error, host),
      ['timeout', 'broken'].includes(error.failure),
    );
  }
  clock.observe(answer.header('date'), answer.sentAtMs, answer.receivedAtMs);
  if (isSuccess(answer)) {
    try {
      return { value: readSuccess(answer, schema) };
    } catch (error) {
      if (!(error instanceof UnreadableAnswer)) throw error;
      return failed(unreadable(error, host, endpoint), false);
    }
  }
  const offsetMs = clock.offsetMs();
  const refusal = readRefusal(answer, { host, offsetMs, offsetWhenSignedMs });
  return {
    ...refusal,
    retryAfterMs: readRetryAfterMs(answer.header('retry-after'), clock.nowMs()),
    clockMoved: answer.status === 401 && Math.abs(offsetMs - offsetWhenSignedMs) > CLOCK_MOVED_MS,
  };
}

async function pause(
  delayMs: number,
  signal: AbortSignal | undefined,
  { sleep }: ReaderDeps,
): Promise<void> {
  try {
    await sleep(delayMs, signal);
  } catch (error) {
    if (!signal?.aborted) throw error;
    throw new AppError('cancelled', 'The request was cancelled.', { cause: error });
  }
}
