import * as z from 'zod/mini';
import { plainText } from '../text-schema.ts';
import { FINAL_CONFIRMATIONS } from './constants.ts';

/** `bitcoin_*` of the reference; anything else is kept as `unknown` and never counted silently. */
export const transactionTypes = ['deposit', 'buy', 'withdrawal', 'unknown'] as const;
export const transactionTypeSchema = z.enum(transactionTypes);
export type TransactionType = z.infer<typeof transactionTypeSchema>;

export type Transaction = {
  clientUid: string;
  tid: string;
  type: TransactionType;
  /** Magnitude, never negative; direction comes from the type (api-readings.md, 16). */
  amountSats: number;
  createdAtMs: number;
  txId: string | null;
  address: string | null;
  /** As it came: pending, accepted, processed or anything else (api-readings.md, 13). */
  state: string | null;
  confirmations: number | null;
  fetchedAtMs: number;
};

/** Rows on a full page of the service's history; a shorter one is the last (api-readings.md, 23). */
export const HISTORY_PAGE_ROWS = 25;

/** Direction of a type: +1 in, −1 out, 0 not known. */
export function directionOf(type: TransactionType): 1 | -1 | 0 {
  if (type === 'unknown') return 0;
  return type === 'withdrawal' ? -1 : 1;
}

/**
 * States whose meaning is that the transaction was not, or is no longer, carried out. The set is open
 * (api-readings.md, 13), so any other state may still become or be a payment.
 */
const FAILURE =
  'fail(ed|ure)?|error(ed)?|refused|rejected|cancell?ed|denied|declined|expired|aborted|void(ed)?|invalid|blocked|reversed|returned|refunded';
const NOT_EXECUTED = new RegExp(`^(${FAILURE})$`, 'i');
const NAMES_FAILURE = new RegExp(`(?<!\\p{L})(${FAILURE})(?!\\p{L})`, 'iu');

export function isNotExecuted({ state }: Pick<Transaction, 'state'>): boolean {
  return state !== null && NOT_EXECUTED.test(state.trim());
}

/** Is one of these words among others, as in `payment_failed`? What that means is for a person. */
export function mayBeNotExecuted({ state }: Pick<Transaction, 'state'>): boolean {
  return state !== null && NAMES_FAILURE.test(state);
}

/** Still able to change on the server: an unconfirmed deposit or an unprocessed withdrawal. */
export function isSettling(
  transaction: Pick<Transaction, 'type' | 'state' | 'confirmations'>,
): boolean {
  if (transaction.type === 'withdrawal') return transaction.state !== 'processed';
  if (transaction.type === 'deposit') return (transaction.confirmations ?? 0) < FINAL_CONFIRMATIONS;
  return false;
}

/** Times in ms and amounts in satoshis; the end of all dates (ECMA-262) is above every amount. */
const LARGEST = 8_640_000_000_000_000;
const wholeNumber = z.int().check(z.minimum(-LARGEST), z.maximum(LARGEST));

export const historyFilterSchema = z.strictObject({
  clientUid: z.optional(plainText(200)),
  types: z.optional(z.array(transactionTypeSchema).check(z.maxLength(10))),
  states: z.optional(z.array(plainText(200)).check(z.maxLength(100))),
  /** Half-open range [fromMs, toMs). */
  fromMs: z.optional(wholeNumber),
  toMs: z.optional(wholeNumber),
  minSats: z.optional(wholeNumber),
  maxSats: z.optional(wholeNumber),
  tag: z.optional(plainText(200)),
  /** Free text, letter case aside, over what storage/cache/text-search.ts says. */
  text: z.optional(plainText(200)),
});
export type HistoryFilter = z.infer<typeof historyFilterSchema>;

export const historySortSchema = z.strictObject({
  by: z.enum(['time', 'amount']),
  descending: z.boolean(),
});
export type HistorySort = z.infer<typeof historySortSchema>;

/** Keyset cursor: the sort key and the row id of the last row seen. */
export const historyCursorSchema = z.strictObject({ key: wholeNumber, rowId: wholeNumber });
export type HistoryCursor = z.infer<typeof historyCursorSchema>;

export type HistoryQuery = {
  filter: HistoryFilter;
  sort: HistorySort;
  /** Null for the first page. */
  after: HistoryCursor | null;
  limit: number;
};

export type TransactionRow = Transaction & {
  /** Since when the service no longer lists it; null while it does. In no sum. */
  removedAtMs: number | null;
  clientLabel: string;
  note: string;
  tags: string[];
};

export type HistoryPage = {
  rows: TransactionRow[];
  /** Null at the end. */
  next: HistoryCursor | null;
};

export type HistorySummary = {
  count: number;
  /** Magnitudes by type over the whole selection. */
  depositSats: number;
  buySats: number;
  withdrawalSats: number;
};
