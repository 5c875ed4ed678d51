import { expect, test } from 'vitest';
import type { Transaction } from '#shared/domain/transaction.ts';
import { refuseSentBefore } from '../../../src/main/money/sent-before.ts';
import { saveTransactions } from '../../../src/main/storage/cache/transactions-repo.ts';
import { CLIENT, DEPOSIT_ADDRESS, DESTINATION, NOW_MS, openDesk, WITHDRAWAL } from './fixture.ts';

test.each<[string, Partial<Transaction>, boolean]>([
  ['as it was asked for', {}, true],
  ['to an address that the history does not name', { address: null }, true],
  ['to another address', { address: DEPOSIT_ADDRESS }, false],
  ['over another amount', { amountSats: 12_000_001 }, false],
  ['of before', { createdAtMs: NOW_MS - 3_600_000 }, false],
])('what waited is not sent when the history lists it %s: %o', async (_, change, isRefused) => {
  const { money, cache } = openDesk();
  const { intent } = await money.prepare(WITHDRAWAL);
  const row = {
    tid: '77',
    type: 'withdrawal' as const,
    amountSats: 12_000_000,
    createdAtMs: NOW_MS,
    txId: null,
    address: DESTINATION,
    state: 'pending',
    confirmations: null,
    ...change,
  };
  saveTransactions(cache, CLIENT, [row], NOW_MS);
  const check = () => refuseSentBefore(cache, intent, NOW_MS);
  if (isRefused) expect(check).toThrow('Bitpro lists it already, as transaction 77');
  else expect(check).not.toThrow();
});
