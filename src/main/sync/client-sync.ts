import type { BitproClient } from '../bitpro/client.ts';
import { saveBalance } from '../storage/cache/balances-repo.ts';
import { newestGap, noteReading, wasEverComplete } from '../storage/cache/coverage-repo.ts';
import type { SavedTransaction } from '../storage/cache/transactions-repo.ts';
import type { CacheDb, RecordsDb } from '../storage/open.ts';
import { observeAddress } from '../storage/records/clients-repo.ts';
import { depositEvents, type DepositEvent } from './deposit-events.ts';
import { createHistoryReader } from './history-reader.ts';
import type { Progress } from './progress.ts';
import { tiesOut } from './ties-out.ts';

export type ClientSyncDeps = {
  client: Pick<BitproClient, 'getClient' | 'transactions' | 'transaction'>;
  records: RecordsDb;
  cache: CacheDb;
  now: () => number;
  progress: Progress;
  onDeposits: (events: DepositEvent[]) => void;
};

/** Brings one client up to date, in two steps that may lie far apart: the newest first, then what is missing. */
export function createClientSync(deps: ClientSyncDeps) {
  const { client, records, cache, now, progress } = deps;
  const reader = createHistoryReader({ client, cache, now, onSaved });
  /** Clients whose history was complete before the rows now coming in, so that these are news. */
  const complete = new Set<string>();

  function onSaved(uid: string, saved: readonly SavedTransaction[], pages: 0 | 1): void {
    const written = saved.filter((row) => row.changed);
    progress.add({ pages, rows: written.length });
    progress.update({ clientUid: uid });
    if (written.length > 0) progress.touch({ clients: true, transactions: true });
    const events = complete.has(uid) ? depositEvents(uid, written) : [];
    if (events.length > 0) deps.onDeposits(events);
    progress.report(false);
  }

  /**
   * Balance and newest page: two requests. When that is not the whole news, `isWhole` is false and `readRest` has
   * to follow; `atMs` is the time the figures are of.
   */
  async function readHead(
    uid: string,
    signal: AbortSignal,
  ): Promise<{ atMs: number; isWhole: boolean }> {
    if (wasEverComplete(cache, uid)) complete.add(uid);
    const remote = await client.getClient(uid, signal);
    signal.throwIfAborted();
    const atMs = now();
    const { balanceSats, unconfirmedSats, depositAddress } = remote;
    saveBalance(cache, uid, { balanceSats, unconfirmedSats, asOfMs: atMs });
    // Damaged records are only read.
    if (!records.readonly) observeAddress(records, uid, depositAddress);
    progress.touch({ clients: true });
    const joined = await reader.readNewest(uid, signal);
    if (joined) noteReading(cache, uid, atMs);
    return { atMs, isWhole: newestGap(cache, uid) === null };
  }

  /** Older rows still missing, then the settling rows that are due and were on no page read since `atMs`. */
  async function readRest(uid: string, atMs: number, signal: AbortSignal): Promise<void> {
    if (newestGap(cache, uid)) {
      await reader.fillGaps(uid, signal);
      noteReading(cache, uid, atMs);
      progress.touch({ clients: true });
    }
    await reader.readSettling(uid, { sinceMs: atMs, all: false }, signal);
  }

  /** All of it at once. A history that does not add up to the balance is read again from end to end. */
  async function refresh(uid: string, signal: AbortSignal): Promise<void> {
    const { atMs } = await readHead(uid, signal);
    await readRest(uid, atMs, signal);
    await reader.readSettling(uid, { sinceMs: atMs, all: true }, signal);
    if (!tiesOut(cache, uid)) await reader.readAll(uid, signal);
  }

  return { readHead, readRest, refresh };
}
