import type { Client, Deposit, Withdrawal } from './state.ts';
import type { SandboxSettings } from './options.ts';

/** What time does to transactions. Nothing is stored: everything follows from the clock. */

export type ProgressConfig = Pick<
  SandboxSettings,
  | 'confirmationsNeeded'
  | 'blockMs'
  | 'withdrawalProgress'
  | 'acceptAfterMs'
  | 'processAfterMs'
  | 'withdrawalDeducts'
>;

export type WithdrawalState = 'pending' | 'accepted' | 'processed';

export function confirmationsAt(deposit: Deposit, nowMs: number, config: ProgressConfig): number {
  const blocks = Math.floor((nowMs - deposit.progressFromMs) / config.blockMs);
  return Math.min(Math.max(blocks, 0), config.confirmationsNeeded);
}

export function withdrawalStateAt(
  withdrawal: Withdrawal,
  nowMs: number,
  config: ProgressConfig,
): WithdrawalState {
  const elapsedMs = nowMs - withdrawal.progressFromMs;
  if (config.withdrawalProgress === 'at-once' || elapsedMs >= config.processAfterMs) {
    return 'processed';
  }
  return elapsedMs >= config.acceptAfterMs ? 'accepted' : 'pending';
}

export interface Balances {
  /** As `balance` of the API. */
  balanceSats: number;
  /** As `unconfirmed_balance` of the API. */
  unconfirmedSats: number;
  /** What a new withdrawal may take; below `balanceSats` while others are still under way. */
  availableSats: number;
}

export function balancesAt(client: Client, nowMs: number, config: ProgressConfig): Balances {
  let availableSats = 0;
  let unconfirmedSats = 0;
  let underWaySats = 0;
  for (const transaction of client.transactions) {
    const { amountSats } = transaction;
    if (transaction.type === 'bitcoin_buy') {
      availableSats += amountSats;
    } else if (transaction.type === 'bitcoin_withdrawal') {
      availableSats -= amountSats;
      if (withdrawalStateAt(transaction, nowMs, config) !== 'processed') underWaySats += amountSats;
    } else if (confirmationsAt(transaction, nowMs, config) >= config.confirmationsNeeded) {
      availableSats += amountSats;
    } else {
      unconfirmedSats += amountSats;
    }
  }
  const deductsAtOnce = config.withdrawalDeducts === 'at-once';
  const balanceSats = deductsAtOnce ? availableSats : availableSats + underWaySats;
  return { balanceSats, unconfirmedSats, availableSats };
}
