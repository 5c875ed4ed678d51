import { notFound } from './api-error.ts';
import type { Ledger } from './ledger.ts';
import type { SandboxSettings } from './options.ts';
import { transactionJson, type TransactionJson } from './present.ts';
import type { StateStore } from './state-store.ts';
import type { Transaction } from './state.ts';

export type LedgerEntry = Transaction & { apiKey: string; uid: string };

/** What a test or a tutorial does to the emulated world; no part of the Bitpro API. */
export interface Controls {
  /** A deposit arrives for the client now, without confirmations. @throws ApiError 404 */
  deposit: (uid: string, amountSats: number) => TransactionJson;
  /** Lets `ms` pass for confirmations, states and arrivals; the clock of Date stays. */
  advance: (ms: number) => void;
  /** A copy of every transaction of every client, oldest first within a client. */
  ledger: () => LedgerEntry[];
}

export function createControls(
  ledger: Ledger,
  store: StateStore,
  settings: SandboxSettings,
  now: () => number,
): Controls {
  return {
    deposit: (uid, amountSats) => {
      if (!Number.isSafeInteger(amountSats) || amountSats <= 0) {
        throw new RangeError('a deposit is a whole number of satoshis greater than 0');
      }
      const client = ledger.clients.find((candidate) => candidate.uid === uid);
      if (client === undefined) throw notFound();
      const deposit = ledger.deposit(client, amountSats, now());
      store.flush();
      return transactionJson(deposit, now(), settings);
    },
    advance: (ms) => {
      ledger.advance(ms);
      store.flush();
    },
    ledger: () =>
      ledger.clients.flatMap(({ apiKey, uid, transactions }) =>
        transactions.map((transaction) => ({ ...transaction, apiKey, uid })),
      ),
  };
}
