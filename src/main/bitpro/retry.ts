/** How reads are repeated; POSTs never are. Delays and deadlines in ms. */
export type RetryPolicy = {
  maxAttempts: number;
  baseDelayMs: number;
  maxDelayMs: number;
  /** No attempt begins later than this after the first one began. */
  deadlineMs: number;
};

export const readRetryPolicy: RetryPolicy = {
  maxAttempts: 4,
  baseDelayMs: 300,
  maxDelayMs: 5000,
  deadlineMs: 45_000,
};

export type FailedAttempt = {
  /** 1 for the first. */
  attempt: number;
  /** Since the first attempt began. */
  elapsedMs: number;
  /** Whether the failure may pass by itself. */
  transient: boolean;
  /** What the service asked for by Retry-After. */
  retryAfterMs: number | null;
};

/**
 * Wait before the next attempt, or null to give up. The backoff doubles, is capped and has full jitter;
 * a Retry-After is honoured as the least wait, unless it leads past the deadline.
 * @param random in [0, 1)
 */
export function nextAttemptDelayMs(
  failed: FailedAttempt,
  policy: RetryPolicy,
  random: number,
): number | null {
  if (!failed.transient || failed.attempt >= policy.maxAttempts) return null;
  const ceilingMs = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (failed.attempt - 1));
  const delayMs = (failed.retryAfterMs ?? 0) + Math.round(random * ceilingMs);
  return failed.elapsedMs + delayMs < policy.deadlineMs ? delayMs : null;
}

/** Retry-After as seconds or as a date (RFC 9110, 10.2.3); null when absent or neither. */
export function readRetryAfterMs(header: string | undefined, serverNowMs: number): number | null {
  const text = header?.trim() ?? '';
  if (/^\d{1,6}$/.test(text)) return Number(text) * 1000;
  const dateMs = Date.parse(text);
  return Number.isNaN(dateMs) ? null : Math.max(0, dateMs - serverNowMs);
}
