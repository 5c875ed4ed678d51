/** What the renderer needs of the domain besides types: in a file without schemas, so that zod is not in its bundle. */

/** Confirmations after which a deposit counts as final (api-readings.md, 22). */
export const FINAL_CONFIRMATIONS = 6;

/** How many landmarks of a history are given at once: at 100 rows each they are found in about 5 ms. */
export const HISTORY_LANDMARKS = 500;

/** In characters, of an approver. */
export const MIN_PASSPHRASE_LENGTH = 12;

/** The longest wait before a new entry of the address book can be paid. */
export const MAX_COOLING_MS = 30 * 24 * 3_600_000;

/** How long an approval may hold. */
export const MIN_APPROVAL_MS = 60_000;
export const MAX_APPROVAL_MS = 30 * 24 * 3_600_000;

/** How far back a period of rates goes; all of them have no such length. */
export const RATE_PERIOD_MS = {
  day: 24 * 3_600_000,
  week: 7 * 24 * 3_600_000,
  month: 30 * 24 * 3_600_000,
  year: 365 * 24 * 3_600_000,
} as const;
