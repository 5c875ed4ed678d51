import type { ErrorDto } from '#shared/errors.ts';
import type {
  RemoteClient,
  RemotePing,
  RemoteRate,
  RemoteTrade,
  RemoteTransaction,
  RemoteWithdrawal,
} from './wire.ts';

/**
 * How a POST ended (money-safety.md). `rejected`: not one byte was sent, or the service refused it with an error
 * of the reference. `unknown`: everything else; it may have been executed. A POST is never sent twice.
 */
export type PostOutcome<T> =
  | { kind: 'accepted'; value: T }
  | { kind: 'rejected'; error: ErrorDto }
  | { kind: 'unknown'; reason: string };

/** The eight endpoints. Reads throw AppError; POSTs answer with their outcome and never throw for remote reasons. */
export type BitproClient = {
  ping(signal?: AbortSignal): Promise<RemotePing>;
  rates(signal?: AbortSignal): Promise<RemoteRate>;
  getClient(uid: string, signal?: AbortSignal): Promise<RemoteClient>;
  /** One page of at most 25, newest first; pages count from 1. */
  transactions(uid: string, page: number, signal?: AbortSignal): Promise<RemoteTransaction[]>;
  transaction(uid: string, tid: string, signal?: AbortSignal): Promise<RemoteTransaction>;
  createClient(): Promise<PostOutcome<RemoteClient>>;
  buy(uid: string, usdCents: number): Promise<PostOutcome<RemoteTrade>>;
  withdraw(
    uid: string,
    withdrawal: { address: string; amountSats: number },
  ): Promise<PostOutcome<RemoteWithdrawal>>;
};
