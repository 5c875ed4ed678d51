import { isNotExecuted } from '#shared/domain/transaction.ts';
import type { RemoteTransaction } from '../bitpro/wire.ts';
import type { ListedWithdrawal } from '../storage/cache/withdrawals-repo.ts';
import { isTidSettled, type NewIntent } from '../storage/records/intents-repo.ts';
import { paymentsSince, type Payment } from '../storage/records/payments-repo.ts';
import { findBaseline } from '../storage/records/settling-repo.ts';
import type { MoneyContext } from './context.ts';

/** "A day" is any 24 hours: midnight, and whose, does not matter. */
export const DAY_MS = 24 * 3_600_000;

/** A withdrawal of the last day: of the journal, or one that only the history knows. */
export type Paid = {
  /** Of the request it was; null when it was none of this app's. */
  id: string | null;
  /** Null where the history does not say. */
  address: string | null;
  amountSats: number;
  agoMs: number;
};

type PaidContext = Pick<MoneyContext, 'records' | 'clock' | 'unexplainedWithdrawals'>;

/**
 * What left this account in the last 24 hours, or may have: what the journal sent, and what the history lists that
 * nothing of the journal explains. `fresh` are rows that were just read, and may not be kept yet. What the
 * service dates into the future counts too.
 */
export function paidWithinDay(
  context: PaidContext,
  { clientUid }: Pick<NewIntent, 'clientUid'>,
  fresh: readonly RemoteTransaction[] = [],
): Paid[] {
  const { records, clock } = context;
  const nowMs = clock.nowMs();
  const dateMs = clock.dateMs();
  const own = paymentsSince(records, nowMs - DAY_MS);
  const listed = listedWithinDay(context, clientUid, fresh);
  const explained = explainedBy(context, own, listed);
  return [
    ...own.map(({ id, address, amountSats, sentGuardMs }) => ({
      id,
      address,
      amountSats,
      agoMs: nowMs - sentGuardMs,
    })),
    ...listed
      .filter((row) => !explained.has(row))
      .map(({ address, amountSats, createdAtMs }) => ({
        id: null,
        address,
        amountSats,
        agoMs: Math.max(0, dateMs - createdAtMs),
      })),
  ];
}

function listedWithinDay(
  { records, clock, unexplainedWithdrawals }: PaidContext,
  clientUid: string | null,
  fresh: readonly RemoteTransaction[],
): ListedWithdrawal[] {
  const ranges = clock.datesWithin(DAY_MS);
  const isOfToday = ({ createdAtMs }: RemoteTransaction): boolean =>
    ranges.some(({ fromMs, toMs }) => createdAtMs >= fromMs && createdAtMs <= toMs);
  const rows = new Map<string, ListedWithdrawal>();
  for (const row of unexplainedWithdrawals(ranges)) rows.set(`${row.clientUid} ${row.tid}`, row);
  for (const row of fresh) {
    if (clientUid === null || row.type !== 'withdrawal' || !isOfToday(row)) continue;
    if (isTidSettled(records, clientUid, row.tid)) continue;
    rows.set(`${clientUid} ${row.tid}`, { ...row, clientUid });
  }
  return [...rows.values()].filter((row) => !isNotExecuted(row));
}

/**
 * A request whose transaction is not known yet may already be listed: it is counted once. Each explains one row, of
 * its client, amount and address, that was not there before it.
 */
function explainedBy(
  { records }: PaidContext,
  own: readonly Payment[],
  listed: readonly ListedWithdrawal[],
): ReadonlySet<ListedWithdrawal> {
  const explained = new Set<ListedWithdrawal>();
  for (const { id, clientUid, address, amountSats, serverTid } of own) {
    if (serverTid !== null) continue;
    const before = findBaseline(records, id)?.tids;
    const row = listed.find(
      (each) =>
        !explained.has(each) &&
        each.clientUid === clientUid &&
        each.amountSats === amountSats &&
        (each.address === null || each.address === address) &&
        before?.has(each.tid) !== true,
    );
    if (row) explained.add(row);
  }
  return explained;
}
