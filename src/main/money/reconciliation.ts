import type { ClientBalance } from '#shared/domain/client.ts';
import type { Overview, OverviewQuery, ReconciliationRow } from '#shared/domain/overview.ts';
import { addUnits } from '#shared/money.ts';
import { listBalances } from '../storage/cache/balances-repo.ts';
import { listCoverage } from '../storage/cache/coverage-repo.ts';
import { listBalanceSums, NO_SUMS } from '../storage/cache/totals-repo.ts';
import type { CacheDb, RecordsDb } from '../storage/open.ts';
import { listRegisteredClients } from '../storage/records/clients-repo.ts';

/** What is known of a client, in satoshis. */
export type ClientFigures = {
  clientUid: string;
  clientLabel: string;
  archived: boolean;
  /**
   * Deposits with 6 confirmations or more: younger ones are in `unconfirmed_balance`, not in `balance`
   * (bitpro-api.md, Clients; api-readings.md, 22).
   */
  depositSats: number;
  buySats: number;
  /** In any state: a pending withdrawal has already left `balance` (api-readings.md, 21). */
  withdrawalSats: number;
  balance: ClientBalance | null;
  historyComplete: boolean;
};

/**
 * Holds the history against the reported balance, client by client and in total, to the satoshi. Rows of an
 * unknown type are on neither side, so they show as a difference instead of being counted by guess.
 * Archived clients appear as long as there is anything of theirs to account for.
 * @throws RangeError when a sum leaves the safe integers
 */
export function reconcile(clients: readonly ClientFigures[]): Overview {
  const rows = clients.map(reconcileClient);
  const shown = clients.flatMap((client, index) => {
    const row = rows[index];
    return row && (!client.archived || holdsAnything(row)) ? [row] : [];
  });
  const active = clients.filter(({ archived }) => !archived);
  const times = active.flatMap(({ balance }) => (balance ? [balance.asOfMs] : []));
  return {
    rows: shown,
    total: totalOf(shown),
    oldestBalanceAtMs: times.length === 0 ? null : times.reduce((a, b) => Math.min(a, b)),
  };
}

/** One client's row. @throws RangeError when a sum leaves the safe integers */
export function reconcileClient(client: ClientFigures): ReconciliationRow {
  const { clientUid, clientLabel, depositSats, buySats, withdrawalSats, balance } = client;
  const openingSats = 0;
  const computedSats = addUnits(openingSats, depositSats, buySats, -withdrawalSats);
  const known = balance !== null && client.historyComplete;
  const differenceSats = known ? addUnits(balance.balanceSats, -computedSats) : null;
  return {
    clientUid,
    clientLabel,
    openingSats,
    depositSats,
    buySats,
    withdrawalSats,
    computedSats,
    reportedSats: balance?.balanceSats ?? null,
    unconfirmedSats: balance?.unconfirmedSats ?? null,
    differenceSats,
    verdict: differenceSats === null ? 'checking' : differenceSats === 0 ? 'ties_out' : 'differs',
    balanceAsOfMs: balance?.asOfMs ?? null,
    historyComplete: client.historyComplete,
  };
}

function holdsAnything(row: ReconciliationRow): boolean {
  return [row.computedSats, row.reportedSats, row.unconfirmedSats, row.differenceSats].some(
    (sats) => sats !== null && sats !== 0,
  );
}

function totalOf(rows: readonly ReconciliationRow[]): Overview['total'] {
  const sum = (pick: (row: ReconciliationRow) => number | null) =>
    addUnits(...rows.map((row) => pick(row) ?? 0));
  const count = (verdict: ReconciliationRow['verdict']) =>
    rows.filter((row) => row.verdict === verdict).length;
  return {
    clients: rows.length,
    depositSats: sum((row) => row.depositSats),
    buySats: sum((row) => row.buySats),
    withdrawalSats: sum((row) => row.withdrawalSats),
    computedSats: sum((row) => row.computedSats),
    reportedSats: sum((row) => row.reportedSats),
    unconfirmedSats: sum((row) => row.unconfirmedSats),
    differenceSats: sum((row) => row.differenceSats),
    tiesOut: count('ties_out'),
    differs: count('differs'),
    checking: count('checking'),
  };
}

const urgency: Record<ReconciliationRow['verdict'], number> = {
  differs: 0,
  checking: 1,
  ties_out: 2,
};

/** The first rows of the verdict: what needs a look first, then the larger difference, then by name. */
export function arrangeRows(
  rows: readonly ReconciliationRow[],
  { verdict, limit }: OverviewQuery,
): ReconciliationRow[] {
  const size = (row: ReconciliationRow): number => Math.abs(row.differenceSats ?? 0);
  const name = (row: ReconciliationRow): string => row.clientLabel || row.clientUid;
  return rows
    .filter((row) => verdict === null || row.verdict === verdict)
    .sort(
      (a, b) =>
        urgency[a.verdict] - urgency[b.verdict] ||
        size(b) - size(a) ||
        name(a).localeCompare(name(b), 'en'),
    )
    .slice(0, limit);
}

/** The overview of all registered clients, read from running totals: no scan of the history. */
export function overview(records: RecordsDb, cache: CacheDb, query: OverviewQuery): Overview {
  const sums = listBalanceSums(cache);
  const balances = listBalances(cache);
  const coverage = listCoverage(cache);
  const all = reconcile(
    listRegisteredClients(records).map(({ uid, label, archived }) => ({
      clientUid: uid,
      clientLabel: label,
      archived,
      ...(sums.get(uid) ?? NO_SUMS),
      balance: balances.get(uid) ?? null,
      historyComplete: coverage.get(uid)?.complete ?? false,
    })),
  );
  return { ...all, rows: arrangeRows(all.rows, query) };
}
