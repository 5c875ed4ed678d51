import { isSettling } from '#shared/domain/transaction.ts';
import { addUnits } from '#shared/money.ts';
import type { RemoteTransaction } from '../bitpro/wire.ts';
import { getCoverage } from '../storage/cache/coverage-repo.ts';
import {
  mayVanish,
  rowsSince,
  rowsWithAmount,
  rowsWithTids,
} from '../storage/cache/known-rows-repo.ts';
import { listMissing } from '../storage/cache/removed-repo.ts';
import { getBalanceSums } from '../storage/cache/totals-repo.ts';
import { removedPayments } from '../storage/cache/withdrawals-repo.ts';
import type { CacheDb } from '../storage/open.ts';
import { rangeThatFits, type Terms } from './matching.ts';

/** What was read of the clients' histories before, for whatever purpose: what a reading is held against. */
export type KnownHistory = {
  /** Rows dated at or after `sinceMs` (null: any). */
  rowsSince: (clientUid: string, sinceMs: number | null) => RemoteTransaction[];
  /** Rows of any date that could be taken for what becomes of a request of these terms. */
  rowsThatFit: (clientUid: string, terms: Terms) => RemoteTransaction[];
  has: (clientUid: string, tid: string) => boolean;
  /** Tids of rows that were listed once and that the service took off its list again. */
  removed: (clientUid: string) => ReadonlySet<string>;
  /** Confirmed requests whose transaction is such a one. */
  removedPayments: () => { id: string; tid: string }[];
  /** Was the client's history read to its end, without a gap? */
  isWhole: (clientUid: string) => boolean;
  /**
   * The balance minus what the history comes to, with `rows` as they were read last; null while the history is not
   * whole. Satoshis.
   */
  difference: (
    clientUid: string,
    balanceSats: number,
    rows: readonly RemoteTransaction[],
  ) => number | null;
};

/** As the cache of the profile has it. */
export function knownHistory(cache: CacheDb): KnownHistory {
  return {
    rowsSince: (clientUid, sinceMs) =>
      rowsSince(cache, clientUid, sinceMs ?? Number.MIN_SAFE_INTEGER),
    rowsThatFit: (clientUid, terms) =>
      rowsWithAmount(cache, clientUid, { type: terms.type, ...rangeThatFits(terms) }),
    has: (clientUid, tid) => rowsWithTids(cache, clientUid, [tid]).length > 0,
    removed: (clientUid) =>
      new Set(
        listMissing(cache, clientUid).flatMap(({ tid, removedAtMs }) =>
          removedAtMs === null ? [] : [tid],
        ),
      ),
    removedPayments: () => removedPayments(cache),
    isWhole: (clientUid) => getCoverage(cache, clientUid).complete,
    difference(clientUid, balanceSats, rows) {
      if (!getCoverage(cache, clientUid).complete) return null;
      const kept = rowsWithTids(
        cache,
        clientUid,
        rows.map(({ tid }) => tid),
      );
      const { depositSats, buySats, withdrawalSats } = getBalanceSums(cache, clientUid);
      const changes = [...rows.map(satsOf), ...kept.map((row) => -satsOf(row))];
      const computed = addUnits(depositSats, buySats, -withdrawalSats, ...changes);
      return addUnits(balanceSats, -computed);
    },
  };
}

/** Tids that every reading down to the date of the oldest must hold. */
export function tidsThatStay(rows: readonly RemoteTransaction[]): string[] {
  return rows.filter((row) => !mayVanish(row)).map(({ tid }) => tid);
}

/** What a row moves the balance by; young deposits and unknown types are in none (reconciliation.ts). */
export function satsOf(row: RemoteTransaction): number {
  if (row.type === 'withdrawal') return -row.amountSats;
  if (row.type === 'buy') return row.amountSats;
  return row.type === 'deposit' && !isSettling(row) ? row.amountSats : 0;
}
