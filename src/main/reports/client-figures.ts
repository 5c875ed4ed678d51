import type { ClientBalance } from '#shared/domain/client.ts';
import { addUnits } from '#shared/money.ts';
import { listBalances } from '../storage/cache/balances-repo.ts';
import { listCoverage } from '../storage/cache/coverage-repo.ts';
import { findClientId } from '../storage/cache/ids.ts';
import type { CacheDb } from '../storage/open.ts';

/** Sums of a client over a span of time, in satoshis; positions of `type` as in transactionTypes. */
export type ClientSums = {
  /** With 6 confirmations or more; younger ones are no part of `balance`. */
  depositSats: number;
  buySats: number;
  withdrawalSats: number;
  /** Rows whose direction is not known. */
  unknownRows: number;
};

export type ReportClient = {
  /** Null for a client without any row, balance or reading in the cache. */
  cacheId: number | null;
  uid: string;
  label: string;
  depositAddress: string | null;
  /** The oldest transaction was reached, and no gap is left above it. */
  historyComplete: boolean;
  completeToPage: number;
  historyAsOfMs: number | null;
  balance: ClientBalance | null;
};

/** Deposits + buys − withdrawals; null when a row of unknown direction is among them. */
export function netSats(sums: ClientSums): number | null {
  if (sums.unknownRows > 0) return null;
  return addUnits(sums.depositSats, sums.buySats, -sums.withdrawalSats);
}

/** Not of what the service no longer lists. */
const listed = `id NOT IN (SELECT transaction_id FROM main.removed
  WHERE removed_at_ms IS NOT NULL)`;

type SumRow = { type: number; rows: number; sats: number };

/** @returns sums over [fromMs, toMs) of one client, from the indexes alone */
export function prepareClientSums(
  db: CacheDb,
): (cacheId: number | null, fromMs: number, toMs: number) => ClientSums {
  const all = db.prepare<[number, number, number], SumRow>(
    `SELECT type, count(*) AS rows, sum(amount_sats) AS sats
     FROM main.transactions INDEXED BY by_client_time
     WHERE client_id = ? AND created_at_ms >= ? AND created_at_ms < ? AND ${listed} GROUP BY type`,
  );
  const settlingDeposits = db
    .prepare<[number, number, number], number>(
      `SELECT coalesce(sum(amount_sats), 0) FROM main.transactions INDEXED BY settling
       WHERE client_id = ? AND settling = 1 AND type = 0 AND ${listed}
         AND created_at_ms >= ? AND created_at_ms < ?`,
    )
    .pluck();
  return (cacheId, fromMs, toMs) => {
    const rows = cacheId === null ? [] : all.all(cacheId, fromMs, toMs);
    const settling = cacheId === null ? 0 : (settlingDeposits.get(cacheId, fromMs, toMs) ?? 0);
    const ofType = (type: number) => rows.find((row) => row.type === type);
    return {
      depositSats: (ofType(0)?.sats ?? 0) - settling,
      buySats: ofType(1)?.sats ?? 0,
      withdrawalSats: ofType(2)?.sats ?? 0,
      unknownRows: ofType(3)?.rows ?? 0,
    };
  };
}

/** Registered clients in the order of their uids, or the one asked for. */
export function listReportClients(db: CacheDb, clientUid: string | undefined): ReportClient[] {
  const rows = db
    .prepare<[{ uid: string | null }], Pick<ReportClient, 'uid' | 'label' | 'depositAddress'>>(
      `SELECT uid, label, deposit_address AS depositAddress FROM records.clients
       WHERE :uid IS NULL OR uid = :uid ORDER BY uid`,
    )
    .all({ uid: clientUid ?? null });
  const coverage = listCoverage(db);
  const balances = listBalances(db);
  return rows.map((row) => ({
    ...row,
    cacheId: findClientId(db, row.uid),
    historyComplete: coverage.get(row.uid)?.complete ?? false,
    completeToPage: coverage.get(row.uid)?.completeToPage ?? 0,
    historyAsOfMs: coverage.get(row.uid)?.asOfMs ?? null,
    balance: balances.get(row.uid) ?? null,
  }));
}
