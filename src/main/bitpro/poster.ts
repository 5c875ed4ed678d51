import type * as z from 'zod/mini';
import { AppError, type ErrorDto } from '#shared/errors.ts';
import type { ServerClock } from './clock.ts';
import { isSuccess, postRefusal, readSuccess, UnreadableAnswer } from './errors.ts';
import type { Http, HttpAnswer, MayStart } from './http.ts';
import { buildRequest, type Identity, type SignedRequest } from './request.ts';
import { encodeForm } from './sign.ts';
import {
  appErrorFromTransport,
  describeTransportFailure,
  TransportError,
} from './transport-error.ts';

/**
 * How a POST ended (money-safety.md). `rejected`: not one byte was sent (`unsent`), or the service refused it with
 * an error of the reference; that counts only once the history was looked at. `unknown`: everything else; it may
 * have been executed. A POST is never sent twice.
 */
export type PostOutcome<T> =
  | { kind: 'accepted'; value: T }
  | { kind: 'rejected'; error: ErrorDto; unsent?: true }
  | { kind: 'unknown'; reason: string };

export type Post<T> = {
  endpoint: string;
  params: Readonly<Record<string, string>>;
  schema: z.ZodMiniType<T>;
  mayStart?: MayStart | undefined;
};

export type PosterDeps = {
  identity: Identity;
  http: Http;
  clock: ServerClock;
  sleep: (delayMs: number) => Promise<void>;
  timeoutMs: number;
};

/** Sends each POST once, and never two with the same canonical string. */
export function createPoster(deps: PosterDeps): <T>(post: Post<T>) => Promise<PostOutcome<T>> {
  const { identity, http, clock, sleep, timeoutMs } = deps;
  /** A person makes these one by one, so a run never gathers many. */
  const usedCanonicalStrings = new Set<string>();

  /** Two equal POSTs in one second would carry one signature; the second waits (api-readings.md, 9). */
  async function signOnce(endpoint: string, body: Buffer): Promise<SignedRequest> {
    const plan = { method: 'POST', endpoint, query: '', body, isPublic: false } as const;
    for (;;) {
      const nowMs = clock.dateMs();
      const signed = buildRequest(plan, identity, nowMs);
      if (!usedCanonicalStrings.has(signed.canonicalString)) {
        usedCanonicalStrings.add(signed.canonicalString);
        return signed;
      }
      await sleep(1000 - (nowMs % 1000));
    }
  }

  return async <T>({ endpoint, params, schema, mayStart }: Post<T>): Promise<PostOutcome<T>> => {
    let signed: SignedRequest;
    try {
      signed = await signOnce(endpoint, encodeForm(params));
    } catch (error) {
      return { kind: 'rejected', error: unsentError(error), unsent: true };
    }
    const offsetWhenSignedMs = clock.offsetMs();
    const { host } = signed.origin;
    let answer: HttpAnswer;
    try {
      answer = await http.post(signed, { timeoutMs, mayStart });
    } catch (error) {
      if (error instanceof TransportError) return transportOutcome(error, host);
      return { kind: 'unknown', reason: 'The request failed inside the app after it was signed.' };
    }
    try {
      clock.observe(answer.header('date'), answer.sentAtMs, answer.receivedAtMs);
      if (isSuccess(answer)) return { kind: 'accepted', value: readSuccess(answer, schema) };
      return postRefusal(answer, { host, offsetMs: clock.offsetMs(), offsetWhenSignedMs });
    } catch (error) {
      const detail = error instanceof UnreadableAnswer ? error.message : 'it cannot be read';
      return {
        kind: 'unknown',
        reason: `${host} answered with status ${answer.status}, but ${detail}.`,
      };
    }
  };
}

function transportOutcome(error: TransportError, host: string): PostOutcome<never> {
  if (error.mayHaveSent) {
    const what = describeTransportFailure(error, host);
    return { kind: 'unknown', reason: `The request was sent. ${what}` };
  }
  // Stopped by who asked for it.
  if (error.cause instanceof AppError) {
    return { kind: 'rejected', error: unsentError(error.cause), unsent: true };
  }
  const dto = appErrorFromTransport(error, host).toDto();
  const message = `Nothing was sent. ${dto.message}`;
  return { kind: 'rejected', error: { ...dto, message, retryable: false }, unsent: true };
}

function unsentError(error: unknown): ErrorDto {
  if (error instanceof AppError) return { ...error.toDto(), retryable: false };
  const message = 'The request could not be signed. Nothing was sent.';
  return { code: 'internal', message, retryable: false };
}
