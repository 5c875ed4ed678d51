import { addUnits } from '#shared/money.ts';
import { getBalance } from '../storage/cache/balances-repo.ts';
import { getBalanceSums } from '../storage/cache/totals-repo.ts';
import type { CacheDb } from '../storage/open.ts';

/** Does a client's kept history add up to its kept balance? Unconfirmed deposits are not in it yet. */
export function tiesOut(cache: CacheDb, clientUid: string): boolean {
  const balance = getBalance(cache, clientUid);
  if (!balance) return true;
  const { depositSats, buySats, withdrawalSats } = getBalanceSums(cache, clientUid);
  return addUnits(depositSats, buySats, -withdrawalSats) === balance.balanceSats;
}
