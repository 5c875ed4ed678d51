import type * as z from 'zod/mini';
import { AppError, type ErrorCode, type ErrorDto } from '#shared/errors.ts';
import { CLOCK_WARNING_MS } from './clock.ts';
import {
  describeErrors,
  isAboutAuthentication,
  namesErrors,
  readErrorBody,
  type ErrorBody,
  type RemoteError,
} from './error-body.ts';
import type { HttpAnswer } from './http.ts';
import { parseJson } from './wire.ts';

/** What is needed beside the answer to word a failure. */
export type AnswerContext = {
  host: string;
  /** Server minus local by the clock as it is now, and as it was taken when the request was signed. */
  offsetMs: number;
  offsetWhenSignedMs: number;
};

export type Refusal = { error: AppError; /** A read may be tried again. */ transient: boolean };

/** A success that does not read as the reference has it. `detail` names fields, never their content. */
export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer';
  /** Not even JSON. */
  readonly foreign: boolean;

  constructor(detail: string, foreign: boolean) {
    super(detail);
    this.foreign = foreign;
  }
}

export function isSuccess(answer: HttpAnswer): boolean {
  return answer.status >= 200 && answer.status < 300;
}

/**
 * The body of a 2xx (api-readings.md, 12).
 * @throws UnreadableAnswer
 */
export function readSuccess<T>(answer: HttpAnswer, schema: z.ZodMiniType<T>): T {
  let json: unknown;
  try {
    json = parseJson(answer.body.toString('utf8'));
  } catch {
    throw new UnreadableAnswer('it is not JSON', true);
  }
  if (namesErrors(json)) throw new UnreadableAnswer('it is a success that names errors', false);
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.map(String).join('.') ?? '';
  throw new UnreadableAnswer(
    path === '' ? 'it has another form' : `its ${path} is not as expected`,
    false,
  );
}

export function unreadable(failure: UnreadableAnswer, host: string, endpoint: string): AppError {
  // ping and rates are what a Base URL is tried with.
  if (failure.foreign || endpoint === '/ping' || endpoint === '/rates') {
    return new AppError(
      'not_bitpro',
      `${host} answered, but not like Bitpro: ${failure.message}. Check the Base URL.`,
    );
  }
  return new AppError(
    'bad_response',
    `The answer of ${host} cannot be used: ${failure.message}. Nothing was stored from it.`,
  );
}

/** A read's answer that is no success, as an error for the operator. */
export function readRefusal(answer: HttpAnswer, context: AnswerContext): Refusal {
  const { status } = answer;
  const { host } = context;
  const body = readErrorBody(answer.body, answer.header('content-type'));
  const errors = body.kind === 'errors' ? body.errors : [];
  const said = errors.length === 0 ? '' : ` ${describeErrors(errors)}`;
  const refuse = (code: ErrorCode, message: string, transient = false) => ({
    error: new AppError(code, message, { retryable: transient, ...fieldOf(errors) }),
    transient,
  });

  if (status >= 300 && status < 400) return refuse('not_bitpro', describeRedirect(answer, host));
  if (status === 401) return { error: unauthorized(errors, context), transient: false };
  if (status === 407) {
    return refuse('remote_failed', `A proxy between here and ${host} asks for a login.`);
  }
  if (status === 408) return refuse('timeout', `${host} gave up waiting for the request.`, true);
  if (status === 429) {
    return refuse('rate_limited', `${host} asks for fewer requests. Wait a little.${said}`, true);
  }
  if (status >= 500) {
    return refuse(
      'remote_failed',
      `${host} has a problem of its own (status ${status}).${said}`,
      true,
    );
  }
  if (body.kind === 'errors') {
    return refuse(
      errors.some((error) => error.notFound) ? 'not_found' : 'remote_rejected',
      said.trim(),
    );
  }
  if (status === 404 || body.kind === 'html') {
    return refuse(
      'not_bitpro',
      `${host} has no Bitpro service at this path (status ${status}). Check the Base URL.`,
    );
  }
  return refuse(
    'remote_rejected',
    `${host} refused the request (status ${status}) and gave no reason.`,
  );
}

/** What a POST's answer other than a success means; see money-safety.md, "rejected" and "unknown". */
export type PostRefusal =
  { kind: 'rejected'; error: ErrorDto } | { kind: 'unknown'; reason: string };

/** Statuses below 500 after which the request may have been executed, whatever the body says. */
const doubtfulStatuses: ReadonlySet<number> = new Set([407, 408, 409, 429]);

/**
 * A status proves nothing: who re-sends a request after its answer was lost brings the answer to the second copy.
 * Only a text whose meaning is that nothing was done refuses, and of a 401 only one about key, signature, MD5 or
 * date. Even that is not the end: the history is looked at before it counts (money/refused.ts).
 */
export function postRefusal(answer: HttpAnswer, context: AnswerContext): PostRefusal {
  const { status } = answer;
  const body = readErrorBody(answer.body, answer.header('content-type'));
  if (body.kind === 'errors' && status >= 400 && status < 500 && !doubtfulStatuses.has(status)) {
    if (status === 401 && body.errors.every(isAboutAuthentication)) {
      return { kind: 'rejected', error: unauthorized(body.errors, context).toDto() };
    }
    if (status !== 401 && body.errors.every((error) => error.known !== null)) {
      const code = body.errors.some((error) => error.notFound) ? 'not_found' : 'remote_rejected';
      const message = describeErrors(body.errors);
      return {
        kind: 'rejected',
        error: { code, message, retryable: false, ...fieldOf(body.errors) },
      };
    }
  }
  return { kind: 'unknown', reason: describeDoubt(answer, body, context.host) };
}

function describeDoubt(answer: HttpAnswer, body: ErrorBody, host: string): string {
  const { status } = answer;
  if (status >= 300 && status < 400) return describeRedirect(answer, host);
  if (body.kind === 'errors') {
    return `${host} answered with status ${status}. ${describeErrors(body.errors)}`;
  }
  const what = body.kind === 'html' ? 'a web page' : 'no reason the app knows';
  return `${host} answered with status ${status} and ${what}.`;
}

function describeRedirect(answer: HttpAnswer, host: string): string {
  const location = answer.header('location') ?? '';
  const target = URL.canParse(location) ? ` to ${new URL(location).host}` : '';
  return `${host} sent a redirect${target}. Requests are never sent to another place; check the Base URL.`;
}

/**
 * 401. The clock is named when the service does so, when the offset was learned only from this answer, or as a
 * hint when it is large: the request was then signed with the corrected time, so the key is likelier.
 */
function unauthorized(errors: readonly RemoteError[], context: AnswerContext): AppError {
  const said = errors.length === 0 ? '' : ` ${describeErrors(errors)}`;
  const { offsetMs, offsetWhenSignedMs } = context;
  const isClock =
    errors.some((error) => /\b(date|clock|time|timestamp|expired|skew)\b/i.test(error.text)) ||
    Math.abs(offsetMs - offsetWhenSignedMs) > CLOCK_WARNING_MS;
  const hint = describeOffset(offsetMs);
  if (isClock) {
    return new AppError(
      'clock_skew',
      `Bitpro refused the time of the request.${hint === '' ? ' Check the clock of this computer.' : hint}${said}`,
    );
  }
  return new AppError(
    'unauthorized',
    `Bitpro refused the API key or the signature. Check the API key and the Secret key.${hint}${said}`,
  );
}

function describeOffset(offsetMs: number): string {
  if (Math.abs(offsetMs) <= CLOCK_WARNING_MS) return '';
  const seconds = Math.round(Math.abs(offsetMs) / 1000);
  const span = seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`;
  return ` The clock of this computer is ${span} ${offsetMs > 0 ? 'behind' : 'ahead of'} the service's; set it right.`;
}

function fieldOf(errors: readonly RemoteError[]): { field?: string } {
  const field = errors.find((error) => error.field !== null)?.field;
  return field === undefined || field === null ? {} : { field };
}
