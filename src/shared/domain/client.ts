import * as z from 'zod/mini';
import { plainText, textSchema } from '../text-schema.ts';
import type { TextRule } from '../text.ts';
import { CLIENT_UID } from './client-uid.ts';
import type { ClientReconciliation } from './overview.ts';
import type { ErrorCode } from '../errors.ts';

export const clientUidSchema = z.string().check(z.maxLength(64), z.regex(CLIENT_UID));
export const CLIENT_LABEL: TextRule = { what: 'The label', max: 80 };
export const clientLabelSchema = textSchema(CLIENT_LABEL);

/** Balances as last read, in satoshis. Confirmed and unconfirmed are never added up (api-readings.md, 21). */
export type ClientBalance = { balanceSats: number; unconfirmedSats: number; asOfMs: number };

export type HistoryCoverage = {
  /** Rows kept on this machine. */
  rows: number;
  /** Last page of an unbroken reading from the newest row; 0 before the first. */
  completeToPage: number;
  /** The reading reached the oldest transaction. */
  complete: boolean;
  /** End of the last reading that reached known rows; null before the first. */
  asOfMs: number | null;
};

/** Why a client's last reading failed. `not_found`: Bitpro knows no such client of this account. */
export type ClientProblem = { code: ErrorCode; message: string; sinceMs: number };

/** A place of the history that holds no usable transaction; it is in no list and no sum. */
export type UnusableRow = {
  page: number;
  tid: string | null;
  /** Names the field at fault. */
  problem: string;
};

/** A client of the merchant: registry entry (the app's own) with the last known figures of the service. */
export type ClientView = {
  uid: string;
  label: string;
  archived: boolean;
  addedAtMs: number;
  /** Deposit address first seen; null until the service was reached. */
  depositAddress: string | null;
  /** Another address the service reported since. Not null blocks the client and needs a look. */
  conflictingAddress: string | null;
  /** Why nobody may be given the deposit address, as a sentence; null when it can be used, or is not known yet. */
  addressProblem: string | null;
  /** Why the conflicting address cannot be taken, as a sentence; null when it can, or there is none. */
  conflictProblem: string | null;
  balance: ClientBalance | null;
  history: HistoryCoverage;
  reconciliation: ClientReconciliation;
  /** Intents of this client that are neither confirmed, rejected nor discarded. */
  openIntents: number;
  problem: ClientProblem | null;
  unusableRows: UnusableRow[];
  /** Transactions the service no longer lists. */
  removedRows: number;
};

/** A window of the list of clients, for who scrolls through thousands. */
export const clientsQuerySchema = z.strictObject({
  /** Words that label, uid or deposit address hold. */
  text: plainText(500),
  archived: z.boolean(),
  sort: z.strictObject({
    by: z.enum(['label', 'balance', 'unconfirmed', 'read']),
    descending: z.boolean(),
  }),
  from: z.int().check(z.minimum(0), z.maximum(10_000_000)),
  limit: z.int().check(z.minimum(1), z.maximum(500)),
  /** Whose place among those found is asked for. */
  find: z.nullable(clientUidSchema),
});
export type ClientsQuery = z.infer<typeof clientsQuerySchema>;

export type ClientsPage = {
  rows: ClientView[];
  /** The place of the first row among those found. */
  from: number;
  /** How many were found, in this window and outside it. */
  found: number;
  /** -1: not among them. */
  foundIndex: number;
  /** Of all clients. */
  active: number;
  archived: number;
  /** Any of those found. */
  needAttention: boolean;
};

export type ClientName = Pick<ClientView, 'uid' | 'label'>;

/** How far the history of clients was read. */
export type ClientsReading = {
  clients: number;
  /** Of whom rows are missing. */
  incomplete: number;
  /** When the one read the longest ago was read; null before all were. */
  oldestMs: number | null;
  /** Of a single client. */
  only: HistoryCoverage | null;
};

export type ImportLine = {
  line: number;
  uid: string;
  label: string;
  /** Null when the line can be imported. */
  problem: string | null;
};

/** A client whose deposit address needs a person. */
export type ClientAttention = Pick<ClientView, 'uid' | 'label'> & {
  /** `changed`: Bitpro reports another one than the known; `unusable`: the known one must not be given to anybody. */
  what: 'changed' | 'unusable';
  why: string;
};

/** What was typed or pasted as an address, read. */
export type AddressCheck = {
  /** Canonical. */
  address: string;
  /** Decimal BTC of a bitcoin: link; null without one. */
  amountBtc: string | null;
  /** What was changed to read it, as a sentence; null when it was read as it stands. */
  note: string | null;
  /** Whose deposit address it is: what is paid there comes back. */
  ownClients: Pick<ClientView, 'uid' | 'label'>[];
};
