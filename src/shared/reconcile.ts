import type { ClientReconciliation } from './domain/overview.ts';
import { addUnits } from './money.ts';

/** What is known of a client, in satoshis. */
export type Holding = {
  /**
   * Deposits with 6 confirmations or more: younger ones are in `unconfirmed_balance`, not in `balance`
   * (bitpro-api.md, Clients; api-readings.md, 22).
   */
  depositSats: number;
  buySats: number;
  /** In any state: a pending withdrawal has already left `balance` (api-readings.md, 21). */
  withdrawalSats: number;
  /** Rows of a type that the reference does not name: they are on neither side. */
  unknownRows: number;
  balanceSats: number | null;
  historyComplete: boolean;
};

/**
 * Holds a client's history against its balance. What is not known whole is null, and a row that nobody knows how to
 * count is a difference whatever the rest comes to.
 * @throws RangeError when a sum leaves the safe integers
 */
export function reconcileHolding(holding: Holding): ClientReconciliation {
  const { depositSats, buySats, withdrawalSats, unknownRows, balanceSats } = holding;
  const { historyComplete } = holding;
  const isCounted = historyComplete && unknownRows === 0;
  const computedSats = isCounted ? addUnits(depositSats, buySats, -withdrawalSats) : null;
  const differenceSats =
    computedSats === null || balanceSats === null ? null : addUnits(balanceSats, -computedSats);
  const verdict =
    balanceSats === null || !historyComplete
      ? 'checking'
      : differenceSats === 0
        ? 'ties_out'
        : 'differs';
  return { computedSats, differenceSats, unknownRows, verdict };
}
