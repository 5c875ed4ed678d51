import * as z from 'zod/mini';

export const verdictSchema = z.enum(['ties_out', 'differs', 'checking', 'not_known']);
/** `checking`: history or balance is not complete yet, so no verdict. `not_known`: Bitpro refuses the uid, in no sum. */
export type RowVerdict = z.infer<typeof verdictSchema>;

/** Null where rows or balance are not known whole. */
export type ClientReconciliation = {
  computedSats: number | null;
  /** Reported − computed. */
  differenceSats: number | null;
  /** Rows of a type that the app does not know: what they come to is not known either. */
  unknownRows: number;
  verdict: RowVerdict;
};

/**
 * A client's reconciliation: opening + deposits + buys − withdrawals against the reported balance, in satoshis. What
 * was not read whole is null.
 */
export type ReconciliationRow = ClientReconciliation & {
  clientUid: string;
  clientLabel: string;
  /** Always 0: the reference knows no balance before the first transaction. */
  openingSats: number;
  depositSats: number | null;
  buySats: number | null;
  withdrawalSats: number | null;
  reportedSats: number | null;
  unconfirmedSats: number | null;
};

export const overviewQuerySchema = z.strictObject({
  /** Null: rows of any verdict. */
  verdict: z.nullable(verdictSchema),
  limit: z.int().check(z.minimum(1), z.maximum(1_000_000)),
});
export type OverviewQuery = z.infer<typeof overviewQuerySchema>;

export type Overview = {
  /** The first of those asked for: what needs a look first, then the larger difference, then by name. */
  rows: ReconciliationRow[];
  /** The first that differ, whatever rows were asked for. */
  differing: ReconciliationRow[];
  /** The first that Bitpro does not know. */
  notKnown: ReconciliationRow[];
  /** Of all clients. A sum is null while a part of it is not known. */
  total: {
    clients: number;
    depositSats: number | null;
    buySats: number | null;
    withdrawalSats: number | null;
    computedSats: number | null;
    reportedSats: number | null;
    unconfirmedSats: number | null;
    differenceSats: number | null;
    tiesOut: number;
    differs: number;
    checking: number;
    notKnown: number;
  };
  /** When the oldest and the newest of the balances and histories above were read; null before all were. */
  readAtMs: { oldest: number; newest: number } | null;
};
