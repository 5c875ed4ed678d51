import { isRefused } from '#shared/domain/client-problem.ts';
import type { ClientBalance } from '#shared/domain/client.ts';
import type { Overview, OverviewQuery, ReconciliationRow } from '#shared/domain/overview.ts';
import { addUnits } from '#shared/money.ts';
import { reconcileHolding, type Holding } from '#shared/reconcile.ts';
import { clientTable, type TableClient } from './client-table.ts';
import type { CacheDb } from './open.ts';

/** What is known of a client, in satoshis. */
export type ClientFigures = Omit<Holding, 'balanceSats'> & {
  clientUid: string;
  clientLabel: string;
  archived: boolean;
  balance: ClientBalance | null;
  /** Bitpro refuses it, and nothing of it was ever read. */
  isNotKnown: boolean;
  /** When the history was read last. */
  historyAsOfMs: number | null;
};

/** Named in the verdict; the rest are counted. */
const NAMED = 5;

/**
 * Holds the history against the reported balance, client by client and in total, to the satoshi. Archived clients appear
 * as long as there is anything of theirs to account for.
 * @throws RangeError when a sum leaves the safe integers
 */
export function reconcile(clients: readonly ClientFigures[]): Overview {
  const rows: ReconciliationRow[] = [];
  let oldest = Infinity;
  let newest = -Infinity;
  for (const client of clients) {
    const row = reconcileClient(client);
    if (client.archived && !holdsAnything(client)) continue;
    rows.push(row);
    // Nothing is read of an archived client, nor of one that is not known; that is not what makes the others old.
    if (client.archived || client.isNotKnown) continue;
    for (const atMs of [client.balance?.asOfMs ?? null, client.historyAsOfMs]) {
      oldest = Math.min(oldest, atMs ?? -Infinity);
      newest = Math.max(newest, atMs ?? -Infinity);
    }
  }
  return {
    rows,
    differing: arrangeRows(rows, { verdict: 'differs', limit: NAMED }),
    notKnown: arrangeRows(rows, { verdict: 'not_known', limit: NAMED }),
    total: totalOf(rows),
    readAtMs: Number.isFinite(oldest) ? { oldest, newest } : null,
  };
}

/** One client's row. @throws RangeError when a sum leaves the safe integers */
export function reconcileClient(client: ClientFigures): ReconciliationRow {
  const { clientUid, clientLabel, balance, historyComplete } = client;
  const { depositSats, buySats, withdrawalSats, unknownRows } = client;
  const balanceSats = balance?.balanceSats ?? null;
  const known = { depositSats, buySats, withdrawalSats, unknownRows, balanceSats, historyComplete };
  const { computedSats, differenceSats, verdict } = reconcileHolding(known);
  return {
    computedSats,
    differenceSats,
    unknownRows,
    verdict: client.isNotKnown ? 'not_known' : verdict,
    clientUid,
    clientLabel,
    openingSats: 0,
    depositSats: historyComplete ? depositSats : null,
    buySats: historyComplete ? buySats : null,
    withdrawalSats: historyComplete ? withdrawalSats : null,
    reportedSats: balanceSats,
    unconfirmedSats: balance?.unconfirmedSats ?? null,
  };
}

function holdsAnything(client: ClientFigures): boolean {
  const { balance, unknownRows, depositSats, buySats, withdrawalSats } = client;
  const history = addUnits(depositSats, buySats, -withdrawalSats);
  const reported = [balance?.balanceSats ?? 0, balance?.unconfirmedSats ?? 0];
  return [history, unknownRows, ...reported].some((sats) => sats !== 0);
}

const summed = [
  'depositSats',
  'buySats',
  'withdrawalSats',
  'computedSats',
  'reportedSats',
  'unconfirmedSats',
  'differenceSats',
] as const;

/** In one pass: a desk has 20,000 of them. A sum is null as soon as one of its parts is. */
function totalOf(rows: readonly ReconciliationRow[]): Overview['total'] {
  const sums: Record<(typeof summed)[number], number | null> = {
    depositSats: 0,
    buySats: 0,
    withdrawalSats: 0,
    computedSats: 0,
    reportedSats: 0,
    unconfirmedSats: 0,
    differenceSats: 0,
  };
  const counts = { ties_out: 0, differs: 0, checking: 0, not_known: 0 };
  for (const row of rows) {
    counts[row.verdict] += 1;
    // What all others come to is known without it.
    if (row.verdict === 'not_known') continue;
    for (const field of summed) {
      const sum = sums[field];
      const sats = row[field];
      sums[field] = sum === null || sats === null ? null : addUnits(sum, sats);
    }
  }
  return {
    ...sums,
    clients: rows.length,
    tiesOut: counts.ties_out,
    differs: counts.differs,
    checking: counts.checking,
    notKnown: counts.not_known,
  };
}

const urgency: Record<ReconciliationRow['verdict'], number> = {
  differs: 0,
  not_known: 1,
  checking: 2,
  ties_out: 3,
};

const names = new Intl.Collator('en');

function compareRows(a: ReconciliationRow, b: ReconciliationRow): number {
  const size = (row: ReconciliationRow): number => Math.abs(row.differenceSats ?? 0);
  const name = (row: ReconciliationRow): string => row.clientLabel || row.clientUid;
  return (
    urgency[a.verdict] - urgency[b.verdict] || size(b) - size(a) || names.compare(name(a), name(b))
  );
}

/** The first rows of the verdict: what needs a look first, then the larger difference, then by name. */
export function arrangeRows(
  rows: readonly ReconciliationRow[],
  { verdict, limit }: OverviewQuery,
): ReconciliationRow[] {
  const wanted = verdict === null ? rows : rows.filter((row) => row.verdict === verdict);
  if (limit > MOST_PICKED) return wanted.toSorted(compareRows).slice(0, limit);
  const first: ReconciliationRow[] = [];
  for (const row of wanted) {
    const last = first.at(-1);
    if (last && first.length === limit && compareRows(row, last) >= 0) continue;
    const place = first.findLastIndex((other) => compareRows(other, row) <= 0) + 1;
    first.splice(place, 0, row);
    if (first.length > limit) first.pop();
  }
  return first;
}

/** More are sorted whole: picking the first fifty of 20,000 takes a tenth of the time of sorting them. */
const MOST_PICKED = 200;

/** The overview of all registered clients, read from running totals: no scan of the history. */
export function overview(cache: CacheDb, query: OverviewQuery): Overview {
  const all = reconcile(clientTable(cache).map(figuresOf));
  return { ...all, rows: arrangeRows(all.rows, query) };
}

function figuresOf({ uid, label, archived, figures }: TableClient): ClientFigures {
  const { balance, historyAsOfMs, problem } = figures;
  const isRead = balance !== null || historyAsOfMs !== null;
  return {
    clientUid: uid,
    clientLabel: label,
    archived,
    depositSats: figures.depositSats,
    buySats: figures.buySats,
    withdrawalSats: figures.withdrawalSats,
    unknownRows: figures.unknownRows,
    balance,
    isNotKnown: problem !== null && isRefused({ code: problem }) && !isRead,
    historyComplete: figures.historyComplete,
    historyAsOfMs,
  };
}
