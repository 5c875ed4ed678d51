import { formatBtc, formatUsd } from './amounts.ts';
import type { SandboxSettings } from './options.ts';
import type { Quote } from './price.ts';
import {
  balancesAt,
  confirmationsAt,
  withdrawalStateAt,
  type ProgressConfig,
  type WithdrawalState,
} from './progress.ts';
import type { Buy, Client, Transaction, Withdrawal } from './state.ts';

/** The reference's JSON, field by field and in its order. */

type PresentConfig = ProgressConfig & Pick<SandboxSettings, 'amountSign'>;

export interface RateJson {
  time_expires: number;
  buy_price: string;
  asset: string;
}

export interface ClientJson {
  uid: string;
  bitcoin_address: string;
  balance: string;
  unconfirmed_balance: string;
}

export interface TransactionJson {
  tid: string;
  type?: Transaction['type'];
  amount: string;
  created_at: string;
  tx_id?: string;
  tx_confirmations?: number;
  address?: string;
  state?: WithdrawalState;
}

export function rateJson(quote: Quote): RateJson {
  return {
    time_expires: quote.expiresAtMs / 1000,
    buy_price: formatUsd(quote.priceCents),
    asset: 'XBT',
  };
}

export function clientJson(client: Client, nowMs: number, config: ProgressConfig): ClientJson {
  const { balanceSats, unconfirmedSats } = balancesAt(client, nowMs, config);
  return {
    uid: client.uid,
    bitcoin_address: client.bitcoinAddress,
    balance: formatBtc(balanceSats),
    unconfirmed_balance: formatBtc(unconfirmedSats),
  };
}

/** The answer to a buy: without type, as the reference shows it. */
export function buyJson(buy: Buy): TransactionJson {
  return { tid: buy.tid, amount: formatBtc(buy.amountSats), created_at: dateText(buy.createdAtMs) };
}

/** The answer to a withdrawal: without type, as the reference shows it. */
export function withdrawalJson(
  withdrawal: Withdrawal,
  nowMs: number,
  config: PresentConfig,
): TransactionJson {
  const { type: _, ...fields } = transactionJson(withdrawal, nowMs, config);
  return fields;
}

export function transactionJson(
  transaction: Transaction,
  nowMs: number,
  config: PresentConfig,
): TransactionJson {
  const { tid, type, amountSats, createdAtMs } = transaction;
  const isOutgoing = type === 'bitcoin_withdrawal';
  const signedSats = isOutgoing && config.amountSign === 'signed' ? -amountSats : amountSats;
  const core = { tid, type, amount: formatBtc(signedSats), created_at: dateText(createdAtMs) };
  switch (transaction.type) {
    case 'bitcoin_buy':
      return core;
    case 'bitcoin_deposit':
      return {
        ...core,
        tx_id: transaction.txId,
        tx_confirmations: confirmationsAt(transaction, nowMs, config),
      };
    case 'bitcoin_withdrawal':
      return {
        ...core,
        tx_id: transaction.txId,
        address: transaction.address,
        state: withdrawalStateAt(transaction, nowMs, config),
      };
  }
}

function dateText(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
