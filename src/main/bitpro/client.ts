import { setTimeout as delay } from 'node:timers/promises';
import type { ApiOptions } from '#shared/domain/profile.ts';
import { HISTORY_PAGE_ROWS } from '#shared/domain/transaction.ts';
import { AppError, type ErrorCode } from '#shared/errors.ts';
import { toDecimal } from '#shared/money.ts';
import type { ServerClock } from './clock.ts';
import type { ConnectionEvent } from './connection.ts';
import type { Http, MayStart } from './http.ts';
import { createLazyHttp } from './lazy-http.ts';
import { createPace } from './pace.ts';
import { createPoster, type Post, type PostOutcome } from './poster.ts';
import { LISTED_AGAIN, onceEach } from './paging.ts';
import { read, type Read } from './reader.ts';
import type { Signer } from './sign.ts';
import {
  clientSchema,
  pageSchema,
  pingSchema,
  rateSchema,
  tradeSchema,
  transactionSchema,
  withdrawalSchema,
  type PageSlot,
  type RemoteClient,
  type RemotePing,
  type RemoteRate,
  type RemoteTrade,
  type RemoteTransaction,
  type RemoteWithdrawal,
} from './wire.ts';

export type { PostOutcome } from './poster.ts';

/** The eight endpoints. Reads throw AppError; POSTs answer with their outcome and never throw for remote reasons. */
export type BitproClient = {
  ping(signal?: AbortSignal): Promise<RemotePing>;
  /** A ping to see whether the line is there: one attempt, on a connection of its own that is not kept. */
  knock(signal?: AbortSignal): Promise<RemotePing>;
  rates(signal?: AbortSignal): Promise<RemoteRate>;
  getClient(uid: string, signal?: AbortSignal): Promise<RemoteClient>;
  /**
   * One page of at most 25, newest first; pages count from 1, and past the end they are empty. Each transaction once.
   * @throws AppError bad_response when any of its rows cannot be used: for what decides about money
   */
  transactions(uid: string, page: number, signal?: AbortSignal): Promise<RemoteTransaction[]>;
  /** The same page with every place of it: rows that cannot be used, or are listed again, among the others. */
  historyPage(uid: string, page: number, signal?: AbortSignal): Promise<PageSlot[]>;
  transaction(uid: string, tid: string, signal?: AbortSignal): Promise<RemoteTransaction>;
  createClient(mayStart?: MayStart): Promise<PostOutcome<RemoteClient>>;
  buy(uid: string, usdCents: number, mayStart?: MayStart): Promise<PostOutcome<RemoteTrade>>;
  withdraw(
    uid: string,
    withdrawal: { address: string; amountSats: number },
    mayStart?: MayStart,
  ): Promise<PostOutcome<RemoteWithdrawal>>;
};

export type ClientTimeouts = {
  /** One attempt of a read. */
  readMs: number;
  /** All attempts of a read with the waits between them. */
  readDeadlineMs: number;
  /** The one attempt of a POST, connecting included. */
  postMs: number;
  /** A knock. */
  knockMs: number;
};

const defaultTimeouts: ClientTimeouts = {
  readMs: 15_000,
  readDeadlineMs: 45_000,
  postMs: 30_000,
  knockMs: 5000,
};

export type BitproClientDeps = {
  /** As `parseBaseUrl` leaves it. */
  baseUrl: string;
  apiKey: string;
  signer: Signer;
  clock: ServerClock;
  options: ApiOptions;
  onConnection?: (event: ConnectionEvent) => void;
  /** The other side has ended the last connection that was kept for later. */
  onHungUp?: () => void;
  sleep?: (delayMs: number, signal?: AbortSignal) => Promise<void>;
  random?: () => number;
  timeouts?: Partial<ClientTimeouts>;
  /** Another network than this machine's; the simulation brings one. */
  http?: Http;
};

export function createBitproClient(deps: BitproClientDeps): BitproClient {
  const { baseUrl, apiKey, signer, clock, options, onConnection = () => {} } = deps;
  const { sleep = systemSleep, random = Math.random } = deps;
  const timeouts = { ...defaultTimeouts, ...deps.timeouts };
  const identity = { baseUrl, apiKey, signer, options };
  const { http = createLazyHttp(() => clock.monotonicMs(), deps.onHungUp) } = deps;
  const pace = createPace({ sleep, random });
  const sendPost = createPoster({ identity, http, clock, sleep, timeoutMs: timeouts.postMs });

  async function get<T>(request: Read<T>): Promise<T> {
    try {
      const value = await read(request, { identity, http, clock, pace, sleep, random, timeouts });
      onConnection({ kind: 'answered' });
      return value;
    } catch (error) {
      if (error instanceof AppError) reportFailure(error);
      throw error;
    }
  }

  async function post<T>(request: Post<T>): Promise<PostOutcome<T>> {
    const outcome = await sendPost(request);
    if (outcome.kind === 'accepted') onConnection({ kind: 'answered' });
    if (outcome.kind === 'rejected') reportFailure(outcome.error);
    return outcome;
  }

  function reportFailure({ code, message }: { code: ErrorCode; message: string }): void {
    if (unreachedCodes.has(code)) onConnection({ kind: 'failed', reason: message });
    else if (answeredCodes.has(code)) onConnection({ kind: 'answered' });
  }

  /** An answer about something else than what was asked for is none. */
  async function getOne<T>(
    request: Read<T>,
    asked: string,
    named: (value: T) => string,
  ): Promise<T> {
    const value = await get(request);
    if (named(value) === asked) return value;
    throw contradiction(`It answered with ${named(value)} when asked for ${asked}.`);
  }

  async function historyPage(uid: string, page: number, signal?: AbortSignal): Promise<PageSlot[]> {
    const slots = await get({
      endpoint: `${clientPath(uid)}/transactions`,
      schema: pageSchema,
      // The first page needs no parameter, and is then signed alike under every reading of row 5.
      query: page > 1 ? new URLSearchParams({ page: String(page) }).toString() : '',
      signal,
    });
    if (slots.length <= HISTORY_PAGE_ROWS) return onceEach(slots);
    throw contradiction(
      `Page ${page} of the history of ${uid} has ${slots.length} rows, and a page has ${HISTORY_PAGE_ROWS}.`,
    );
  }

  function contradiction(what: string): AppError {
    const { host } = new URL(baseUrl);
    return new AppError(
      'bad_response',
      `${host} contradicts itself. ${what} Nothing of it was kept.`,
    );
  }

  return {
    ping: (signal) => get({ ...pingRead, signal }),
    knock: (signal) => get({ ...pingRead, isAlone: true, signal }),
    rates: (signal) => get({ endpoint: '/rates', schema: rateSchema, isPublic: true, signal }),
    getClient: (uid, signal) =>
      getOne(
        { endpoint: clientPath(uid), schema: clientSchema, signal },
        uid,
        (client) => client.uid,
      ),
    async transactions(uid, page, signal) {
      const slots = await historyPage(uid, page, signal);
      return slots.flatMap((slot) => {
        if (slot.row !== null) return [slot.row];
        if (slot.problem === LISTED_AGAIN) return [];
        const which = slot.tid === null ? 'A row' : `Transaction ${slot.tid}`;
        const message = `${which} on page ${page} of the history of ${uid} cannot be used: ${slot.problem}.`;
        throw new AppError('bad_response', message);
      });
    },
    historyPage,
    transaction: (uid, tid, signal) =>
      getOne(
        {
          endpoint: `${clientPath(uid)}/transactions/${encodeURIComponent(tid)}`,
          schema: transactionSchema,
          signal,
        },
        tid,
        (transaction) => transaction.tid,
      ),
    createClient: (mayStart) =>
      post({ endpoint: '/clients', params: {}, schema: clientSchema, mayStart }),
    buy: async (uid, usdCents, mayStart) =>
      refuseAmount(usdCents) ??
      post({
        endpoint: `${clientPath(uid)}/buy`,
        params: { traded_fiat: toDecimal(usdCents, 2) },
        schema: tradeSchema,
        mayStart,
      }),
    withdraw: async (uid, { address, amountSats }, mayStart) =>
      refuseAmount(amountSats) ??
      post({
        endpoint: `${clientPath(uid)}/withdrawal`,
        params: { address, amount: toDecimal(amountSats, 8) },
        schema: withdrawalSchema,
        mayStart,
      }),
  };
}

/** Bitpro was not reached at all. */
const unreachedCodes: ReadonlySet<ErrorCode> = new Set([
  'host_not_found',
  'connection_refused',
  'tls_failed',
  'timeout',
  'offline',
  'not_bitpro',
]);

/** Bitpro spoke, though not as hoped. */
const answeredCodes: ReadonlySet<ErrorCode> = new Set([
  'unauthorized',
  'clock_skew',
  'not_found',
  'rate_limited',
  'remote_rejected',
  'remote_failed',
  'bad_response',
]);

/** The last gate before the wire: whole units, more than 0. */
function refuseAmount(units: number): PostOutcome<never> | null {
  if (Number.isSafeInteger(units) && units > 0) return null;
  const message = 'The amount is not a whole number of units greater than 0. Nothing was sent.';
  return {
    kind: 'rejected',
    error: { code: 'invalid_input', message, retryable: false },
    unsent: true,
  };
}

const pingRead = { endpoint: '/ping', schema: pingSchema, isPublic: true } as const;

function clientPath(uid: string): string {
  return `/clients/${encodeURIComponent(uid)}`;
}

async function systemSleep(delayMs: number, signal?: AbortSignal): Promise<void> {
  await delay(delayMs, undefined, signal ? { signal } : {});
}
