import type { BitproClient } from '../bitpro/client.ts';
import { saveBalance } from '../storage/cache/balances-repo.ts';
import { newestGap, noteReading, wasEverComplete } from '../storage/cache/coverage-repo.ts';
import type { SavedTransaction } from '../storage/cache/transactions-repo.ts';
import type { CacheDb, RecordsDb } from '../storage/open.ts';
import { observeAddress } from '../storage/records/clients-repo.ts';
import { depositEvents, type DepositEvent } from './deposit-events.ts';
import { createHistoryReader } from './history-reader.ts';
import type { Progress } from './progress.ts';
import type { ReadSlots } from './read-slots.ts';
import { tiesOut } from './ties-out.ts';

/** A balance is asked for again after this, though nothing in the history says that it changed. */
const BALANCE_MAX_AGE_MS = 10 * 60_000;

export type ClientSyncDeps = {
  client: Pick<BitproClient, 'getClient' | 'transactions' | 'transaction'>;
  records: RecordsDb;
  cache: CacheDb;
  now: () => number;
  slots: ReadSlots;
  progress: Progress;
  onDeposits: (events: DepositEvent[]) => void;
};

/**
 * Brings one client up to date, in two steps that may lie far apart: the newest first, then what is missing.
 *
 * The newest page alone is what a client costs that has nothing new. It shows every new row and what settles among
 * the newest; a balance that stayed the same would not, since an amount that came in may have gone out again. What
 * the page cannot show, a balance that moves without a row, the next reading of the balance does.
 */
export function createClientSync(deps: ClientSyncDeps) {
  const { client, records, cache, now, slots, progress } = deps;
  const reader = createHistoryReader({ client, cache, now, slots, onSaved });
  /** Clients whose history was complete before the rows now coming in, so that these are news. */
  const complete = new Set<string>();
  /** When a client's balance was asked for, unless a row was written since. */
  const balanceReadAtMs = new Map<string, number>();

  function onSaved(uid: string, saved: readonly SavedTransaction[], pages: number): void {
    const written = saved.filter((row) => row.changed);
    progress.add({ pages, rows: written.length });
    progress.update({ clientUid: uid });
    if (written.length > 0) {
      balanceReadAtMs.delete(uid);
      progress.touch({ clients: true, transactions: true });
    }
    const events = complete.has(uid) ? depositEvents(uid, written) : [];
    if (events.length > 0) deps.onDeposits(events);
    progress.report(false);
  }

  async function readBalance(uid: string, signal: AbortSignal): Promise<void> {
    balanceReadAtMs.set(uid, now());
    try {
      const remote = await slots.use(uid, signal, () => client.getClient(uid, signal));
      signal.throwIfAborted();
      const { balanceSats, unconfirmedSats, depositAddress } = remote;
      saveBalance(cache, uid, { balanceSats, unconfirmedSats, asOfMs: now() });
      // Damaged and unchecked records are only read.
      if (records.isWritable) observeAddress(records, uid, depositAddress);
      progress.touch({ clients: true });
    } catch (error) {
      balanceReadAtMs.delete(uid);
      throw error;
    }
  }

  async function readBalanceIfDue(uid: string, signal: AbortSignal): Promise<void> {
    const ageMs = now() - (balanceReadAtMs.get(uid) ?? -Infinity);
    if (ageMs >= BALANCE_MAX_AGE_MS) await readBalance(uid, signal);
  }

  /**
   * The newest page, and the balance where it is due. When that is not the whole news, `isWhole` is false and
   * `readRest` has to follow; `atMs` is the time the history is of.
   */
  async function readHead(
    uid: string,
    signal: AbortSignal,
  ): Promise<{ atMs: number; isWhole: boolean }> {
    if (wasEverComplete(cache, uid)) complete.add(uid);
    const atMs = now();
    const joined = await reader.readNewest(uid, signal);
    if (joined) noteReading(cache, uid, atMs);
    progress.touch({ clients: true });
    await readBalanceIfDue(uid, signal);
    return { atMs, isWhole: newestGap(cache, uid) === null };
  }

  /** Older rows still missing, then the settling rows that are due and were on no page read since `atMs`. */
  async function readRest(
    uid: string,
    atMs: number,
    { allSettling }: { allSettling: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    if (newestGap(cache, uid)) {
      await reader.fillGaps(uid, signal);
      noteReading(cache, uid, atMs);
      progress.touch({ clients: true });
    }
    await reader.readSettling(uid, { sinceMs: atMs, all: allSettling }, signal);
    await readBalanceIfDue(uid, signal);
  }

  /** All of it now. A history that does not add up to the balance is read again from end to end. */
  async function refresh(uid: string, signal: AbortSignal): Promise<void> {
    balanceReadAtMs.delete(uid);
    const { atMs } = await readHead(uid, signal);
    await readRest(uid, atMs, { allSettling: true }, signal);
    if (tiesOut(cache, uid)) return;
    // A row may have come in between the two.
    balanceReadAtMs.delete(uid);
    await readHead(uid, signal);
    if (!tiesOut(cache, uid)) await reader.readAll(uid, signal);
  }

  return { readHead, readRest, refresh };
}

export type ClientSync = ReturnType<typeof createClientSync>;
