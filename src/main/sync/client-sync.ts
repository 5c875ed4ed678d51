import { isNotExecuted } from '#shared/domain/transaction.ts';
import type { BitproClient } from '../bitpro/client.ts';
import { getBalance, saveBalance } from '../storage/cache/balances-repo.ts';
import {
  countRows,
  newestGap,
  noteReading,
  wasEverComplete,
} from '../storage/cache/coverage-repo.ts';
import { listMissing, markRemoved, noteMissing } from '../storage/cache/removed-repo.ts';
import type { SavedTransaction, SentTransaction } from '../storage/cache/transactions-repo.ts';
import type { CacheDb, RecordsDb } from '../storage/open.ts';
import type { ClientStates } from './client-states.ts';
import { depositEvents, type DepositEvent } from './deposit-events.ts';
import { createFirstAddresses } from './first-addresses.ts';
import { createHistoryReader } from './history-reader.ts';
import { createLateWrites } from './late-writes.ts';
import type { Progress } from './progress.ts';
import type { ReadSlots } from './read-slots.ts';
import { figuresOf } from './ties-out.ts';

/** A balance is asked for again after this, though nothing in the history says that it changed. */
const BALANCE_MAX_AGE_MS = 10 * 60_000;
/** A row is taken for removed when a second reading so much later does not show it either. */
const REMOVED_APART_MS = 60_000;
/** A whole history is read again for a difference no sooner than after so long a page, so that it does not go on. */
const WHOLE_AGAIN_PER_ROW_MS = 24;

export type ClientSyncDeps = {
  client: Pick<BitproClient, 'getClient' | 'historyPage' | 'transaction'>;
  records: RecordsDb;
  cache: CacheDb;
  now: () => number;
  /** Of a clock that nobody sets. */
  monotonicMs: () => number;
  slots: ReadSlots;
  states: ClientStates;
  progress: Progress;
  onDeposits: (events: DepositEvent[]) => void;
  /** Rows of a page that are new, or are another payment than before: each time some were written. */
  onRows: (clientUid: string, rows: readonly SentTransaction[]) => void;
};

/**
 * Brings one client up to date, in two steps that may lie far apart: the newest first, then what is missing.
 *
 * The newest page alone is what a client costs that has nothing new. It shows every new row and what settles among
 * the newest; a balance that stayed the same would not, since an amount that came in may have gone out again. What
 * the page cannot show, a balance that moves without a row, the next reading of the balance does. A history that does
 * not add up to the balance is read from end to end, once for each difference.
 */
export function createClientSync(deps: ClientSyncDeps) {
  const { client, records, cache, now, monotonicMs, slots, states, progress } = deps;
  const reader = createHistoryReader({ client, cache, now, slots, onSaved, onMissing });
  const addresses = createFirstAddresses(records);
  const ages = createLateWrites(cache);
  /** Clients whose history was complete before the rows now coming in, so that these are news. */
  const complete = new Set<string>();
  /** Rows that the reading under way did not show. */
  const missed = new Map<string, Set<string>>();
  /** Since when in this run, by the monotonic clock: the time kept with a row is that of a clock that may be set. */
  const missingFor = new Map<string, number>();
  /** Of the last reading from end to end: the difference it was for, and when. */
  const readWhole = new Map<string, { figures: string; atMs: number }>();

  function onSaved(uid: string, saved: readonly SavedTransaction[], pages: number): void {
    const written = saved.filter((row) => row.changed);
    progress.add({ pages, rows: written.length });
    progress.update({ clientUid: uid });
    if (written.length > 0) {
      const state = states.of(uid);
      state.balanceAtMs = null;
      state.addsUp = false;
      const newestMs = written.reduce((ms, { after }) => Math.max(ms, after.createdAtMs), 0);
      state.changedAtMs = complete.has(uid) ? now() : Math.max(state.changedAtMs ?? 0, newestMs);
      progress.touch({ clients: true, transactions: true });
      const news = written.filter(isNewsOfMoney).map(({ after }) => after);
      if (news.length > 0) deps.onRows(uid, news);
    }
    const events = complete.has(uid) ? depositEvents(uid, written) : [];
    if (events.length > 0) deps.onDeposits(events);
    progress.report(false);
  }

  function onMissing(uid: string, tids: readonly string[]): void {
    const known = missed.get(uid) ?? new Set();
    for (const tid of tids) known.add(tid);
    if (known.size > 0) missed.set(uid, known);
  }

  /** What this reading and one some time before it did not show, and Bitpro does not know by its tid, is removed. */
  async function settleMissing(uid: string, signal: AbortSignal): Promise<void> {
    const tids = missed.get(uid);
    if (!tids) return;
    missed.delete(uid);
    const atMs = now();
    const before = listMissing(cache, uid);
    noteMissing(cache, uid, [...tids], atMs);
    const wereMissing = new Set(before.map(({ tid }) => tid));
    for (const tid of tids) {
      const isKnown = wereMissing.has(tid) && missingFor.has(`${uid} ${tid}`);
      if (!isKnown) missingFor.set(`${uid} ${tid}`, monotonicMs());
    }
    for (const { tid, removedAtMs } of before) {
      const sinceMs = missingFor.get(`${uid} ${tid}`) ?? Infinity;
      const isOld = monotonicMs() - sinceMs >= REMOVED_APART_MS;
      if (!tids.has(tid) || removedAtMs !== null || !isOld) continue;
      if (await reader.readRow(uid, tid, signal)) continue;
      if (!markRemoved(cache, uid, tid, now())) continue;
      missingFor.delete(`${uid} ${tid}`);
      Object.assign(states.of(uid), { balanceAtMs: null, addsUp: false });
      progress.touch({ clients: true, transactions: true });
    }
  }

  async function readBalance(uid: string, signal: AbortSignal): Promise<void> {
    const state = states.of(uid);
    const askedAtMs = now();
    state.balanceAtMs = askedAtMs;
    try {
      const turn = { signal, isDepth: false };
      const remote = await slots.use(uid, turn, () => client.getClient(uid, signal));
      signal.throwIfAborted();
      const { balanceSats, unconfirmedSats, depositAddress } = remote;
      const before = getBalance(cache, uid);
      const isSame =
        before?.balanceSats === balanceSats && before.unconfirmedSats === unconfirmedSats;
      const balance = { balanceSats, unconfirmedSats, asOfMs: now() };
      const save = () => saveBalance(cache, uid, balance);
      if (isSame) ages.later(save);
      else save();
      if (!isSame) state.addsUp = false;
      if (!isSame && before) state.changedAtMs = now();
      // Damaged and unchecked records are only read.
      const isOther = records.isWritable && addresses.observe(uid, depositAddress);
      const isNews = !isSame || isOther;
      progress.touch(isNews ? { clients: true } : { ages: true });
    } catch (error) {
      if (state.balanceAtMs === askedAtMs) state.balanceAtMs = null;
      throw error;
    }
  }

  async function readBalanceIfDue(uid: string, signal: AbortSignal): Promise<void> {
    const ageMs = now() - (states.of(uid).balanceAtMs ?? -Infinity);
    // Before now is after a clock that was set back.
    if (ageMs < 0 || ageMs >= BALANCE_MAX_AGE_MS) await readBalance(uid, signal);
  }

  function noteRead(uid: string, atMs: number): void {
    const state = states.of(uid);
    const isNews = state.readAtMs === null || !state.isWhole;
    ages.later(() => noteReading(cache, uid, atMs));
    progress.touch(isNews ? { clients: true } : { ages: true });
    state.readAtMs = atMs;
    // Of a client without a transaction nothing says how quiet it is.
    state.changedAtMs ??= atMs;
  }

  /**
   * The newest page, and the balance where it is due. When that is not the whole news, `isWhole` is false and
   * `readRest` has to follow; `atMs` is the time the history is of.
   */
  async function readHead(
    uid: string,
    signal: AbortSignal,
    { balanceNow = false } = {},
  ): Promise<{ atMs: number; isWhole: boolean }> {
    if (!complete.has(uid) && wasEverComplete(cache, uid)) complete.add(uid);
    const atMs = now();
    states.of(uid).askedAtMs = atMs;
    const joined = await reader.readNewest(uid, signal);
    const isWhole = newestGap(cache, uid) === null;
    if (joined) noteRead(uid, atMs);
    states.of(uid).isWhole = isWhole;
    await (balanceNow ? readBalance : readBalanceIfDue)(uid, signal);
    return { atMs, isWhole };
  }

  /** Older rows still missing, then the settling rows that are due and were on no page read since `atMs`. */
  async function readRest(
    uid: string,
    atMs: number,
    { allSettling }: { allSettling: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    if (!states.of(uid).isWhole) {
      await reader.fillGaps(uid, signal);
      noteRead(uid, atMs);
      states.of(uid).isWhole = newestGap(cache, uid) === null;
    }
    await reader.readSettling(uid, { sinceMs: atMs, all: allSettling }, signal);
    await settleMissing(uid, signal);
    await readBalanceIfDue(uid, signal);
    await explainDifference(uid, { isAsked: allSettling }, signal);
  }

  /** A history that does not add up to the balance is read again from end to end, if that was not done for it yet. */
  async function explainDifference(
    uid: string,
    { isAsked }: { isAsked: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    const state = states.of(uid);
    if (state.addsUp && !isAsked) return;
    let figures = figuresOf(cache, uid);
    state.addsUp = figures.tiesOut;
    state.differs = !figures.tiesOut;
    if (figures.tiesOut) return void readWhole.delete(uid);
    const last = readWhole.get(uid);
    const sinceMs = now() - (last?.atMs ?? -Infinity);
    const isInDoubt = listMissing(cache, uid).some(({ removedAtMs }) => removedAtMs === null);
    const isNew = last?.figures !== figures.key || (isInDoubt && sinceMs >= REMOVED_APART_MS);
    if (!isAsked && !(isNew && sinceMs >= countRows(cache, uid) * WHOLE_AGAIN_PER_ROW_MS)) return;
    // A row may have come in between the two.
    state.balanceAtMs = null;
    await readHead(uid, signal);
    if (newestGap(cache, uid)) await reader.fillGaps(uid, signal);
    figures = figuresOf(cache, uid);
    if (!figures.tiesOut) {
      await reader.readAll(uid, signal);
      await settleMissing(uid, signal);
      await readBalanceIfDue(uid, signal);
      figures = figuresOf(cache, uid);
    }
    readWhole.set(uid, { figures: figures.key, atMs: now() });
    state.addsUp = figures.tiesOut;
    state.differs = !figures.tiesOut;
  }

  /** All of it now. A history that does not add up to the balance is read again from end to end. */
  async function refresh(uid: string, signal: AbortSignal): Promise<void> {
    // Whoever asked is told when it is read: that another reading has asked too is not enough.
    const { atMs } = await readHead(uid, signal, { balanceNow: true });
    await readRest(uid, atMs, { allSettling: true }, signal);
    flush();
  }

  /** To be called when a reading is over. */
  function flush(): void {
    addresses.flush();
    ages.flush();
  }

  return { readHead, readRest, refresh, flush };
}

function isNewsOfMoney({ before, after }: SavedTransaction): boolean {
  if (before === null || isNotExecuted(before) !== isNotExecuted(after)) return true;
  return (['type', 'amountSats', 'address'] as const).some((term) => before[term] !== after[term]);
}

export type ClientSync = ReturnType<typeof createClientSync>;
