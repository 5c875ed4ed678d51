/**
 * Every way the app can fail that an operator may meet, as one closed set of codes.
 * A code decides what the screen offers; a message says what to do.
 */
export const errorCodes = [
  // input
  'invalid_input',
  'not_found',
  'conflict',
  // connection
  'offline',
  'host_not_found',
  'connection_refused',
  'tls_failed',
  'timeout',
  'not_bitpro',
  'wrong_environment',
  'unauthorized',
  'clock_skew',
  'rate_limited',
  'remote_rejected',
  'remote_failed',
  'bad_response',
  // keychain
  'keychain_empty',
  'keychain_locked',
  'keychain_no_service',
  'keychain_no_library',
  'keychain_hung',
  // money
  'profile_locked',
  'profile_changed',
  'duplicate_intent',
  'review_changed',
  'rate_expired',
  'approval_needed',
  'outcome_unknown',
  // local
  'cancelled',
  'disk_full',
  'storage_failed',
  'storage_damaged',
  'storage_newer',
  'forbidden',
  'internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** What crosses IPC instead of an exception. `field` names the input at fault, when one is. */
export type ErrorDto = {
  code: ErrorCode;
  /** Plain text for the operator: what happened and what to do. Never markup. */
  message: string;
  /** True when the same request may simply be made again (reads only; a POST never is). */
  retryable: boolean;
  field?: string;
};

export type Result<T> = { ok: true; value: T } | { ok: false; error: ErrorDto };

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function fail(error: ErrorDto): Result<never> {
  return { ok: false, error };
}

type AppErrorOptions = { retryable?: boolean; field?: string; cause?: unknown };

/**
 * The one exception type of the main process. Its message is fit for the operator; the cause, which is
 * not, stays in the local log.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly field: string | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.field = options.field;
  }

  toDto(): ErrorDto {
    const { code, message, retryable, field } = this;
    return { code, message, retryable, ...(field === undefined ? {} : { field }) };
  }
}

/** What another thread threw, as this one's own. */
export function fromDto({ code, message, ...options }: ErrorDto): AppError {
  return new AppError(code, message, options);
}

/** Makes a switch over a union fail to compile when a case is missing. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected value: ${JSON.stringify(value)}`);
}
