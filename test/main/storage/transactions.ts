import type { SentTransaction } from '../../../src/main/storage/cache/transactions-repo.ts';

const plain: SentTransaction = {
  tid: '',
  type: 'buy',
  amountSats: 1,
  createdAtMs: 1_491_459_712_000,
  txId: null,
  address: null,
  state: null,
  confirmations: null,
};

export function buy(tid: string, fields: Partial<SentTransaction> = {}): SentTransaction {
  return { ...plain, tid, ...fields };
}

export function deposit(tid: string, fields: Partial<SentTransaction> = {}): SentTransaction {
  return { ...plain, tid, type: 'deposit', confirmations: 0, ...fields };
}

export function withdrawal(tid: string, fields: Partial<SentTransaction> = {}): SentTransaction {
  return { ...plain, tid, type: 'withdrawal', state: 'pending', ...fields };
}
