import { getBalance } from '../storage/cache/balances-repo.ts';
import { sumsByClient } from '../storage/cache/totals-repo.ts';
import type { CacheDb } from '../storage/open.ts';
import { addUnits } from '#shared/money.ts';

/** Does a client's kept history add up to its kept balance? Unconfirmed deposits are not in it yet. */
export function tiesOut(cache: CacheDb, clientUid: string): boolean {
  const balance = getBalance(cache, clientUid);
  if (!balance) return true;
  const sums = sumsByClient(cache).find((client) => client.clientUid === clientUid)?.byType;
  if (!sums) return balance.balanceSats === 0;
  const { deposit, buy, withdrawal } = sums;
  const computed = addUnits(deposit.sats, -deposit.settlingSats, buy.sats, -withdrawal.sats);
  return computed === balance.balanceSats;
}
