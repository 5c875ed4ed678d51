import type { Transaction } from '#shared/domain/transaction.ts';

/** Satoshis as they move the balance: out is below zero. A type the reference does not name keeps its magnitude. */
export function signedSats({ type, amountSats }: Pick<Transaction, 'type' | 'amountSats'>): number {
  return type === 'withdrawal' ? -amountSats : amountSats;
}
