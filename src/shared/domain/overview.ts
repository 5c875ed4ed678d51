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
  /** `checking`: history or balance is not complete yet, so no verdict. */
  verdict: 'ties_out' | 'differs' | 'checking';
  balanceAsOfMs: number | null;
  historyComplete: boolean;
};

export type Overview = {
  rows: ReconciliationRow[];
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
