import * as z from 'zod/mini';

export const verdictSchema = z.enum(['ties_out', 'differs', 'checking']);
/** `checking`: history or balance is not complete yet, so no verdict. */
export type RowVerdict = z.infer<typeof verdictSchema>;

/** A client's reconciliation: opening + deposits + buys − withdrawals against the reported balance, in satoshis. */
export type ReconciliationRow = {
  clientUid: string;
  clientLabel: string;
  /** Always 0: the reference knows no balance before the first transaction. */
  openingSats: number;
  depositSats: number;
  buySats: number;
  withdrawalSats: number;
  computedSats: number;
  reportedSats: number | null;
  unconfirmedSats: number | null;
  /** reported − computed; null while either side is not known whole. */
  differenceSats: number | null;
  verdict: RowVerdict;
  balanceAsOfMs: number | null;
  historyComplete: boolean;
};

export const overviewQuerySchema = z.strictObject({
  /** Null: rows of any verdict. */
  verdict: z.nullable(verdictSchema),
  limit: z.int().check(z.minimum(1)),
});
export type OverviewQuery = z.infer<typeof overviewQuerySchema>;

export type Overview = {
  /** The first of those asked for: what needs a look first, then the larger difference, then by name. */
  rows: ReconciliationRow[];
  /** Of all clients. */
  total: {
    clients: number;
    depositSats: number;
    buySats: number;
    withdrawalSats: number;
    computedSats: number;
    reportedSats: number;
    unconfirmedSats: number;
    differenceSats: number;
    tiesOut: number;
    differs: number;
    checking: number;
  };
  /** Oldest balance among active clients. */
  oldestBalanceAtMs: number | null;
};
