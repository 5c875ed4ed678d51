import { addUnits } from '#shared/money.ts';
import { getBalance } from '../storage/cache/balances-repo.ts';
import { getBalanceSums } from '../storage/cache/totals-repo.ts';
import type { CacheDb } from '../storage/open.ts';

/**
 * Does a client's kept history add up to its kept balance? Unconfirmed deposits are not in it yet. `key` is the same
 * for the same figures.
 */
export function figuresOf(cache: CacheDb, clientUid: string): { tiesOut: boolean; key: string } {
  const balance = getBalance(cache, clientUid);
  const { depositSats, buySats, withdrawalSats } = getBalanceSums(cache, clientUid);
  const computedSats = addUnits(depositSats, buySats, -withdrawalSats);
  return {
    tiesOut: !balance || computedSats === balance.balanceSats,
    key: `${computedSats} ${balance?.balanceSats}`,
  };
}
