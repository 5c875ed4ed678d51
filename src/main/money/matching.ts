import type { Transaction } from '#shared/domain/transaction.ts';
import { formatBtc } from '#shared/money.ts';
import type { RemoteTransaction } from '../bitpro/wire.ts';
import type { JournaledIntent } from '../storage/records/intents-repo.ts';
import type { Baseline } from '../storage/records/settling-repo.ts';

/**
 * A buy is ordered in dollars and listed in BTC, at a rate that binds nobody (api-readings.md, 18). The
 * reference's own example lies 0.3 % off its rate; a buy within 5 % of what was expected may be ours.
 */
const BUY_TOLERANCE = 0.05;
/** No rate moves this far in minutes, yet to take such a buy for someone else's could mean to buy twice. */
const BUY_DOUBT_FACTOR = 2;
/** The server's clock is known to a second, and its dates have whole seconds. */
const EARLY_MS = 10_000;
/** A request is executed at once or within the timeouts on its way; later it is more likely someone else's. */
const LATE_MS = 15 * 60_000;

export type Verdict =
  | { kind: 'match'; transaction: RemoteTransaction }
  | { kind: 'needs_human'; reason: string; matches: number }
  /** This reading says nothing: it is not whole, or what came may be of another request that is still open. */
  | { kind: 'wait'; reason: string }
  | { kind: 'none' };

export type Judged = Pick<
  JournaledIntent,
  'kind' | 'state' | 'address' | 'amountSats' | 'expectedSats' | 'baselineAtMs'
>;

/** What else is known of the client: it keeps one transaction from settling two intents. */
export type Others = {
  /** Has this transaction settled another intent? */
  isSettled: (tid: string) => boolean;
  /** Other intents of the client whose outcome is open. */
  open: readonly Judged[];
};

/** Invariant 5 of money-safety.md: neither of the baseline nor older than what it covers. */
export function isNewerThan(
  { floorMs, tids }: Baseline,
  { tid, createdAtMs }: Pick<Transaction, 'tid' | 'createdAtMs'>,
): boolean {
  return !tids.has(tid) && (floorMs === null || createdAtMs >= floorMs);
}

/** Transactions of the intent's type that came after its baseline and settled nothing else. */
export function candidatesFor(
  { kind }: Pick<Judged, 'kind'>,
  baseline: Baseline,
  rows: readonly RemoteTransaction[],
  isSettled: Others['isSettled'],
): RemoteTransaction[] {
  return rows.filter(
    (row) => row.type === kind && isNewerThan(baseline, row) && !isSettled(row.tid),
  );
}

/**
 * What a complete reading of the history says about an intent. One transaction that fits in all points is
 * the match; as soon as anything is open to doubt, a person decides.
 */
export function judge(
  intent: Judged,
  baseline: Baseline,
  rows: readonly RemoteTransaction[],
  { isSettled, open }: Others,
): Verdict {
  const candidates = candidatesFor(intent, baseline, rows, isSettled);
  const matches = candidates.filter((row) => mayBe(intent, row));
  const [only, ...more] = matches;
  if (!only) return judgeUnexplained(intent, baseline, candidates, open);
  const doubt =
    more.length > 0
      ? `${matches.length} transactions fit, and one request was sent.`
      : doubtAbout(intent, baseline, only, { candidates, open });
  return doubt === null
    ? { kind: 'match', transaction: only }
    : { kind: 'needs_human', reason: doubt, matches: matches.length };
}

/**
 * Nothing fits, yet something happened: a transaction of the right time that nothing explains may be what
 * became of the request, executed otherwise than asked. It is for a person to recognise; calling the outcome
 * cleared could mean to pay twice. While another open request explains all of it, that one is to be settled first.
 */
function judgeUnexplained(
  intent: Judged,
  { atMs }: Baseline,
  candidates: readonly RemoteTransaction[],
  open: readonly Judged[],
): Verdict {
  const near = candidates.filter((row) => isInTime(row, atMs) && isPlausible(intent, row));
  if (near.length === 0) return { kind: 'none' };
  // Only one that is still looked up, and will come upon this row, can be waited for.
  const awaited = (row: RemoteTransaction) =>
    open.filter((other) => other.state === 'unknown' && isInTime(row, other.baselineAtMs ?? 0));
  const [first] = near.filter((row) => !isOfAnother(intent, row, awaited(row)));
  if (!first) {
    return { kind: 'wait', reason: 'Another request of this client has to be settled first.' };
  }
  const asked = intent.kind === 'buy' ? intent.expectedSats : intent.amountSats;
  const to = first.address === null ? '' : ` to ${first.address}`;
  const reason =
    `Transaction ${first.tid} over ${formatBtc(first.amountSats)} BTC${to} has the right time, but is not ` +
    `what was asked for (${formatBtc(asked ?? 0)} BTC${intent.address === null ? '' : ` to ${intent.address}`}).`;
  return { kind: 'needs_human', reason, matches: near.length };
}

function isPlausible({ kind, expectedSats }: Judged, { amountSats }: RemoteTransaction): boolean {
  if (kind !== 'buy') return true;
  const expected = expectedSats ?? 0;
  return amountSats * BUY_DOUBT_FACTOR >= expected && amountSats <= expected * BUY_DOUBT_FACTOR;
}

function isInTime({ createdAtMs }: RemoteTransaction, sentAtMs: number): boolean {
  return createdAtMs >= sentAtMs - EARLY_MS && createdAtMs <= sentAtMs + LATE_MS;
}

/** `withdrawal 7 over 0.12000000 BTC to …, failed`: a row of the history, for a sentence. */
export function describeRow({ tid, type, amountSats, address, state }: RemoteTransaction): string {
  const to = address === null ? '' : ` to ${address}`;
  const kind = type === 'unknown' ? 'transaction' : type;
  return `${kind} ${tid} over ${formatBtc(amountSats)} BTC${to}${state === null ? '' : ` (${state})`}`;
}

/** Amount and address fit, as far as they are told. */
export function mayBe(intent: Judged, { amountSats, address }: RemoteTransaction): boolean {
  if (intent.kind === 'withdrawal') {
    const isSameAddress = address === null || address === intent.address;
    return isSameAddress && amountSats === intent.amountSats;
  }
  const expectedSats = intent.expectedSats ?? 0;
  return Math.abs(amountSats - expectedSats) <= expectedSats * BUY_TOLERANCE;
}

function isOfAnother({ kind }: Judged, row: RemoteTransaction, open: readonly Judged[]): boolean {
  return open.some((other) => other.kind === kind && mayBe(other, row));
}

/** To the same address, or over the same amount: of a withdrawal that may have been executed otherwise than asked. */
function isNearMiss(intent: Judged, { amountSats, address }: RemoteTransaction): boolean {
  const isAlike = amountSats === intent.amountSats || address === intent.address;
  return intent.kind === 'withdrawal' && isAlike;
}

function doubtAbout(
  intent: Judged,
  { atMs }: Baseline,
  row: RemoteTransaction,
  { candidates, open }: { candidates: readonly RemoteTransaction[]; open: readonly Judged[] },
): string | null {
  const what = `Transaction ${row.tid} over ${formatBtc(row.amountSats)} BTC fits`;
  if (intent.kind === 'withdrawal' && row.address === null) {
    return `${what}, but the history does not say to which address it went.`;
  }
  if (!isInTime(row, atMs)) {
    return `${what}, but not the time at which the request was sent.`;
  }
  if (isOfAnother(intent, row, open)) {
    return `${what}, but it also fits another request whose outcome is open.`;
  }
  const twin = candidates.find(
    (other) =>
      other !== row &&
      isNearMiss(intent, other) &&
      isInTime(other, atMs) &&
      !isOfAnother(intent, other, open),
  );
  if (twin) {
    return `${what}, but transaction ${twin.tid} over ${formatBtc(twin.amountSats)} BTC came at the same time.`;
  }
  return null;
}

/**
 * Invariant 6 of money-safety.md: two complete readings without a match, both more than the settle delay after
 * the sending was over, and that far apart. `readings` are all that were made, in any order.
 */
export function isCleared(
  sendingOverMs: number,
  readings: readonly { atMs: number; complete: boolean; matches: number }[],
  settleDelayMs: number,
): boolean {
  const counted = readings
    .filter(({ complete, matches }) => complete && matches === 0)
    .map(({ atMs }) => atMs)
    .filter((atMs) => atMs > sendingOverMs + settleDelayMs);
  // Apart by more than the delay, so they are two.
  return Math.max(...counted) - Math.min(...counted) > settleDelayMs;
}
