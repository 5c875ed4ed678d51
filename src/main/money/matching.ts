import { mayBeNotExecuted, type TransactionType } from '#shared/domain/transaction.ts';
import { formatBtc } from '#shared/money.ts';
import type { RemoteTransaction } from '../bitpro/wire.ts';
import type { JournaledIntent } from '../storage/records/intents-repo.ts';
import type { Baseline } from '../storage/records/settling-repo.ts';

/**
 * A buy is ordered in dollars and listed in BTC, at a rate that binds nobody (api-readings.md, 18). The
 * reference's own example lies 0.3 % off its rate; a buy within 5 % of what was expected may be ours.
 */
const BUY_TOLERANCE = 0.05;
/** The server's clock is known to a second, and its dates have whole seconds; how far it is off is measured. */
const EARLY_MS = 10_000;
/** A request is executed at once or within the timeouts on its way; later it is more likely someone else's. */
const LATE_MS = 15 * 60_000;

export type Verdict =
  | { kind: 'match'; transaction: RemoteTransaction }
  | { kind: 'needs_human'; reason: string; matches: number }
  /** This reading says nothing: it is not whole, or what came may be of another request that is still open. */
  | { kind: 'wait'; reason: string }
  /** Nothing fits, and something new is not explained: as long as that is so, silence proves nothing. */
  | { kind: 'unexplained'; reason: string; matches: number }
  | { kind: 'none' };

export type Judged = Pick<
  JournaledIntent,
  'kind' | 'state' | 'address' | 'amountSats' | 'expectedSats' | 'baselineAtMs'
>;

/** What a row of the history has to look like to fit. */
export type Terms = {
  type: TransactionType;
  amountSats: number;
  /** How far the amount may be off. */
  toleranceSats: number;
  /** Null: no address is told of such rows. */
  address: string | null;
};

/** What else is known of the client: it keeps one transaction from settling two intents. */
export type Others = {
  /** Has this transaction settled another intent? */
  isSettled: (tid: string) => boolean;
  /** Other intents of the client whose outcome is open. */
  open: readonly Judged[];
  /** May it be what became of a request that was taken for not carried out? */
  mayBeEnded: (row: RemoteTransaction) => boolean;
};

export function termsOf({
  kind,
  amountSats,
  expectedSats,
  address,
}: Omit<Judged, 'state' | 'baselineAtMs'>): Terms {
  if (kind !== 'buy') {
    return { type: 'withdrawal', amountSats: amountSats ?? 0, toleranceSats: 0, address };
  }
  const expected = expectedSats ?? 0;
  const toleranceSats = Math.floor(expected * BUY_TOLERANCE);
  return { type: 'buy', amountSats: expected, toleranceSats, address: null };
}

export function rangeThatFits({ amountSats, toleranceSats }: Terms): {
  minSats: number;
  maxSats: number;
} {
  return { minSats: amountSats - toleranceSats, maxSats: amountSats + toleranceSats };
}

/** Amount and address fit, as far as they are told. */
export function mayBe(intent: Judged, { amountSats, address }: RemoteTransaction): boolean {
  const terms = termsOf(intent);
  const { minSats, maxSats } = rangeThatFits(terms);
  const isSameAddress = terms.address === null || address === null || address === terms.address;
  return isSameAddress && amountSats >= minSats && amountSats <= maxSats;
}

/**
 * Invariant 5 of money-safety.md: newness is told by tid, never by date alone. Below what the baseline names, only
 * what fits can be told, and that only where all that fits was named; else it is `doubtful`.
 */
export function newnessOf(
  { floorMs, tids, older, isWhole }: Baseline,
  { tid, createdAtMs }: Pick<RemoteTransaction, 'tid' | 'createdAtMs'>,
  fits: boolean,
): 'old' | 'new' | 'doubtful' {
  if (tids.has(tid) || older.has(tid)) return 'old';
  if (floorMs === null || createdAtMs >= floorMs) return 'new';
  return isWhole && fits ? 'new' : 'doubtful';
}

/**
 * Rows that came after the baseline and settled nothing else. One below what the baseline covers is among them if it
 * fits; that others down there are old is likelier, and if not, the balance shows it.
 */
export function newsOf(
  intent: Judged,
  baseline: Baseline,
  rows: readonly RemoteTransaction[],
  isSettled: Others['isSettled'],
): RemoteTransaction[] {
  return rows.filter((row) => {
    if (isSettled(row.tid)) return false;
    const fits = row.type === intent.kind && mayBe(intent, row);
    const newness = newnessOf(baseline, row, fits);
    return newness === 'new' || (newness === 'doubtful' && fits);
  });
}

/** Transactions of the intent's type, or of none that is known, that came after its baseline. */
export function candidatesFor(
  intent: Judged,
  baseline: Baseline,
  rows: readonly RemoteTransaction[],
  isSettled: Others['isSettled'],
): RemoteTransaction[] {
  return newsOf(intent, baseline, rows, isSettled).filter((row) => isOfKind(intent, row));
}

function isOfKind({ kind }: Pick<Judged, 'kind'>, { type }: RemoteTransaction): boolean {
  return type === kind || type === 'unknown';
}

/** Money that comes in from outside is ordered by nobody here: deposits, and they alone, explain themselves. */
export function explainsItself({ type }: RemoteTransaction): boolean {
  return type === 'deposit';
}

/**
 * What a complete reading of the history says about an intent. One transaction that fits in all points is
 * the match; as soon as anything is open to doubt, a person decides.
 */
export function judge(
  intent: Judged,
  baseline: Baseline,
  rows: readonly RemoteTransaction[],
  { isSettled, open, mayBeEnded }: Others,
): Verdict {
  const news = newsOf(intent, baseline, rows, isSettled);
  const matches = news.filter((row) => row.type === intent.kind && mayBe(intent, row));
  const [only, ...more] = matches;
  if (!only) return judgeUnexplained(intent, baseline, news, open);
  const doubt =
    more.length > 0
      ? `${matches.length} transactions fit, and one request was sent.`
      : doubtAbout(intent, baseline, only, { news, open, mayBeEnded });
  return doubt === null
    ? { kind: 'match', transaction: only }
    : { kind: 'needs_human', reason: doubt, matches: matches.length };
}

/**
 * Nothing fits, yet something happened, and nothing explains it: it may be what became of the request, executed
 * otherwise than asked. Of its kind, or of none that is known, and of the right time it is for a person to recognise
 * at once; anything else stops clearing. What another open request explains waits for that one.
 */
function judgeUnexplained(
  intent: Judged,
  baseline: Baseline,
  news: readonly RemoteTransaction[],
  open: readonly Judged[],
): Verdict {
  const unexplained = news.filter((row) => !explainsItself(row));
  if (unexplained.length === 0) return { kind: 'none' };
  // Only one that is still looked up, and will come upon this row, can be waited for.
  const awaited = (row: RemoteTransaction): boolean =>
    open.some(
      (other) =>
        other.state === 'unknown' &&
        isInTime(row, other.baselineAtMs ?? 0, baseline.slackMs) &&
        isOfAnother(row, [other]),
    );
  const left = unexplained.filter((row) => !awaited(row));
  if (left.length === 0) {
    return { kind: 'wait', reason: 'Another request of this client has to be settled first.' };
  }
  const near = left.filter(
    (row) => isOfKind(intent, row) && isInTime(row, baseline.atMs, baseline.slackMs),
  );
  const [first] = near.length > 0 ? near : left;
  if (first === undefined) return { kind: 'none' };
  if (near.length === 0) {
    const reason = `Nothing explains ${describeRow(first)}, which is new for this client.`;
    return { kind: 'unexplained', reason, matches: left.length };
  }
  const asked = intent.kind === 'buy' ? intent.expectedSats : intent.amountSats;
  const to = intent.address === null ? '' : ` to ${intent.address}`;
  const reason =
    `${capital(describeRow(first))} has the right time, but is not what was asked for ` +
    `(${formatBtc(asked ?? 0)} BTC${to}).`;
  return { kind: 'needs_human', reason, matches: near.length };
}

function isInTime({ createdAtMs }: RemoteTransaction, sentAtMs: number, slackMs: number): boolean {
  const earlyMs = EARLY_MS + slackMs;
  return createdAtMs >= sentAtMs - earlyMs && createdAtMs <= sentAtMs + LATE_MS + slackMs;
}

/** Is the row dated as what was sent at `baseline.atMs` would be? */
export function isDatedRight(row: RemoteTransaction, { atMs, slackMs }: Baseline): boolean {
  return isInTime(row, atMs, slackMs);
}

/** `withdrawal 7 over 0.12000000 BTC to … (failed)`: a row of the history, for a sentence. */
export function describeRow({ tid, type, amountSats, address, state }: RemoteTransaction): string {
  const to = address === null ? '' : ` to ${address}`;
  const kind = type === 'unknown' ? 'transaction' : type;
  return `${kind} ${tid} over ${formatBtc(amountSats)} BTC${to}${state === null ? '' : ` (${state})`}`;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function isOfAnother(row: RemoteTransaction, open: readonly Judged[]): boolean {
  return open.some((other) => other.kind === row.type && mayBe(other, row));
}

/** To the same address, or over the same amount: of a withdrawal that may have been executed otherwise than asked. */
function isNearMiss(intent: Judged, { type, amountSats, address }: RemoteTransaction): boolean {
  const isAlike = amountSats === intent.amountSats || address === intent.address;
  return intent.kind === 'withdrawal' && type !== 'deposit' && isAlike;
}

/** May it be the intent's, executed otherwise than asked? The price of a buy binds nobody. */
export function mayBeOtherwise(intent: Judged, row: RemoteTransaction): boolean {
  return intent.kind === 'buy' ? isOfKind(intent, row) : isNearMiss(intent, row);
}

function doubtAbout(
  intent: Judged,
  baseline: Baseline,
  row: RemoteTransaction,
  { news, open, mayBeEnded }: Omit<Others, 'isSettled'> & { news: readonly RemoteTransaction[] },
): string | null {
  const what = `Transaction ${row.tid} over ${formatBtc(row.amountSats)} BTC fits`;
  if (mayBeNotExecuted(row)) return `${what}, but Bitpro calls it “${row.state ?? ''}”.`;
  if (intent.kind === 'withdrawal' && row.address === null) {
    return `${what}, but the history does not say to which address it went.`;
  }
  if (!isDatedRight(row, baseline)) {
    return `${what}, but not the time at which the request was sent.`;
  }
  if (isOfAnother(row, open)) {
    return `${what}, but it also fits another request whose outcome is open.`;
  }
  if (mayBeEnded(row)) {
    return `${what}, but it also fits a request that was taken as not carried out.`;
  }
  const twin = news.find(
    (other) =>
      other !== row &&
      isNearMiss(intent, other) &&
      isDatedRight(other, baseline) &&
      !isOfAnother(other, open),
  );
  if (twin) {
    return `${what}, but transaction ${twin.tid} over ${formatBtc(twin.amountSats)} BTC came at the same time.`;
  }
  return null;
}
