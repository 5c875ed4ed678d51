import type * as z from 'zod/mini';
import { AppError } from '#shared/errors.ts';
import type { ServerClock } from './clock.ts';
import { isSuccess, readRefusal, readSuccess, unreadable, UnreadableAnswer } from './errors.ts';
import type { Http, HttpAnswer } from './http.ts';
import type { Pace } from './pace.ts';
import { buildRequest, type Identity } from './request.ts';
import { nextAttemptDelayMs, readRetryAfterMs, readRetryPolicy } from './retry.ts';
import { appErrorFromTransport, mayPass, TransportError } from './transport-error.ts';

export type Read<T> = {
  endpoint: string;
  schema: z.ZodMiniType<T>;
  query?: string;
  isPublic?: boolean;
  /** One attempt, on a connection of its own. */
  isAlone?: boolean;
  signal?: AbortSignal | undefined;
};

export type ReaderDeps = {
  identity: Identity;
  http: Http;
  clock: ServerClock;
  pace: Pace;
  sleep: (delayMs: number, signal?: AbortSignal) => Promise<void>;
  random: () => number;
  timeouts: { readMs: number; readDeadlineMs: number; knockMs: number };
};

type Failed = {
  error: AppError;
  transient: boolean;
  retryAfterMs: number | null;
  /** The service asks for fewer requests. */
  tooMany: boolean;
  /** The answer moved the clock so far that the signature's Date may have been the cause. */
  clockMoved: boolean;
};
type Attempt<T> = { value: T } | Failed;

const NO_BODY = Buffer.alloc(0);
/** Less than this a server's window of minutes forgives. */
const CLOCK_MOVED_MS = 2000;
/** Of one read, each after a longer pause; the deadline mostly comes first. */
const MAX_REFUSALS = 8;

/**
 * A GET, repeated by `retry.ts` while its failure may pass by itself, by `pace.ts` while the service asks for fewer
 * requests, and once at once when a 401 taught the server's time. Throws AppError.
 */
export async function read<T>(request: Read<T>, deps: ReaderDeps): Promise<T> {
  const maxAttempts = request.isAlone === true ? 1 : readRetryPolicy.maxAttempts;
  const policy = { ...readRetryPolicy, maxAttempts, deadlineMs: deps.timeouts.readDeadlineMs };
  const startedAtMs = performance.now();
  const leftMs = () => policy.deadlineMs - (performance.now() - startedAtMs);
  let attempt = 0;
  let signedAgain = false;
  let refusals = 0;
  let refusal: AppError | null = null;
  for (;;) {
    const result = await attemptInTurn(request, deps, leftMs);
    if (result === null) throw refusal ?? tooManyRequests(deps.identity);
    if ('value' in result) return result.value;
    if (result.tooMany) {
      refusal = result.error;
      refusals += 1;
      if (refusals === MAX_REFUSALS) throw refusal;
      continue;
    }
    attempt += 1;
    if (result.clockMoved && !signedAgain) {
      signedAgain = true;
      continue;
    }
    const elapsedMs = policy.deadlineMs - leftMs();
    const delayMs = nextAttemptDelayMs({ ...result, attempt, elapsedMs }, policy, deps.random());
    if (delayMs === null) throw result.error;
    await cancellable(request.signal, () => deps.sleep(delayMs, request.signal));
  }
}

/** One attempt, when the pace allows it. Null when it does not within the deadline. */
async function attemptInTurn<T>(
  request: Read<T>,
  deps: ReaderDeps,
  leftMs: () => number,
): Promise<Attempt<T> | null> {
  const { pace, timeouts } = deps;
  const { signal } = request;
  const leave = await cancellable(signal, () => pace.enter({ withinMs: leftMs(), signal }));
  if (!leave) return null;
  try {
    const attemptMs = request.isAlone === true ? timeouts.knockMs : timeouts.readMs;
    const timeoutMs = Math.max(1, Math.min(attemptMs, leftMs()));
    const result = await attemptRead(request, deps, timeoutMs);
    if ('value' in result) pace.speedUp();
    else if (result.tooMany) pace.slowDown(result.retryAfterMs);
    return result;
  } finally {
    leave();
  }
}

async function attemptRead<T>(
  request: Read<T>,
  { identity, http, clock }: ReaderDeps,
  timeoutMs: number,
): Promise<Attempt<T>> {
  const { endpoint, schema, query = '', isPublic = false, isAlone = false, signal } = request;
  const offsetWhenSignedMs = clock.offsetMs();
  const plan = { method: 'GET', endpoint, query, body: NO_BODY, isPublic } as const;
  const built = buildRequest(plan, identity, clock.dateMs());
  const { host } = built.origin;
  const failed = (error: AppError, transient: boolean): Failed => ({
    error,
    transient,
    retryAfterMs: null,
    tooMany: false,
    clockMoved: false,
  });

  let answer: HttpAnswer;
  try {
    answer = await http.get({ ...built, isAlone }, { timeoutMs, signal });
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    return failed(appErrorFromTransport(error, host), mayPass(error));
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
  const retryAfterMs = readRetryAfterMs(answer.header('retry-after'), clock.dateMs());
  return {
    ...refusal,
    retryAfterMs,
    tooMany: answer.status === 429 || (answer.status === 503 && retryAfterMs !== null),
    clockMoved: answer.status === 401 && Math.abs(offsetMs - offsetWhenSignedMs) > CLOCK_MOVED_MS,
  };
}

async function cancellable<T>(signal: AbortSignal | undefined, wait: () => Promise<T>): Promise<T> {
  try {
    return await wait();
  } catch (error) {
    if (!signal?.aborted) throw error;
    throw new AppError('cancelled', 'The request was cancelled.', { cause: error });
  }
}

/** Nothing is sent while a pause lasts longer than a read may take. */
function tooManyRequests({ baseUrl }: Identity): AppError {
  const message = `${new URL(baseUrl).host} asks for fewer requests. Wait a little.`;
  return new AppError('rate_limited', message, { retryable: true });
}
