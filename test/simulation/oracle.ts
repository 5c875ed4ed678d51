import type { Intent, IntentState } from '#shared/domain/intent.ts';
import { findMisfit } from '../../src/main/audit/fits.ts';
import type { Money } from '../../src/main/money/intents.ts';
import type { HttpRequest } from '../../src/main/bitpro/http.ts';
import type { JournaledIntent } from '../../src/main/storage/records/intents-repo.ts';
import { checkApproved } from './approvers.ts';
import { checkControls } from './controls.ts';
import type { Desk } from './desk.ts';
import { isDone, nameOf, type LedgerEntry } from './service.ts';
import type { Wish } from './wishes.ts';
import { isOwn, numberOf, type World } from './world.ts';

/** A change of environment shows in the next ping only. */
const ENVIRONMENT_GRACE_MS = 3500;
/** The clock's reading may be off by the second of `Date` and the way of an answer. */
const QUOTE_GRACE_MS = 5000;
const DAY_MS = 24 * 3_600_000;
/** All that the second client owns (schedule.ts). */
const WHOLE_SATS = 40_000_000;
/** A review that is older is drawn again. */
const REVIEW_MS = 15 * 60_000;
/** From Confirm to the first byte. */
const SEND_WITHIN_MS = 30_000;
/** What is a day to the second, nobody needs to know. */
const GRACE_MS = 60_000;
/** An answer takes up to so long, and on a slow line longer (network.ts). */
const HOP_MS = 400;
/** Longer than a reading takes on a line that does not fail. */
const READING_MS = 5000;
/** The tolerance of a profile, and what rounding adds. */
const BUY_TOLERANCE = 0.06;

/** Holds a POST against the journal at the moment it leaves; answers whose it is. */
export function observePost(
  world: World,
  desk: Desk,
  { uri, headers, body }: HttpRequest & { body: Buffer },
): string | null {
  const { confirming, report, time, service } = world;
  const call = confirming.getStore();
  if (!call) {
    report('unreviewed', `a POST nobody asked for: ${uri}`);
    return null;
  }
  const { intentId } = call;
  const row = desk.money.get(intentId) as JournaledIntent;
  const posts = (world.posts.get(intentId) ?? 0) + 1;
  world.posts.set(intentId, posts);
  const name = `#${numberOf(world, intentId)}`;
  if (world.tampered && !world.tampered.sent.has(intentId)) {
    report('unsound', `${name} leaves from records that were changed outside`);
  }
  if (world.copy?.mustBeNoticed) {
    if (desk.standing.restored() === null) {
      report('unsound', `${name} leaves from an older copy that was not noticed`);
    }
    if (world.copy.waiting.has(intentId)) {
      report('unsound', `${name} leaves, which waited in an older copy`);
    }
  }
  if (posts > 1 && isToldApart(world, desk, row)) report('duplicates', `${name} is posted again`);
  if ((world.keychain.mark?.entries ?? 0) < sentEntryOf(desk, intentId)) {
    report('unsound', `${name} leaves before the keychain is told`);
  }
  if (desk.records.inTransaction || row.state !== 'sent' || row.attempts !== 1) {
    report('unreviewed', `${name} leaves before \`sent\` is on the disk`);
  }
  if (!call.isHonest)
    report('unreviewed', `${name} leaves though it was not confirmed as reviewed`);
  const form = new URLSearchParams(body.toString('latin1'));
  if (form.toString() !== termsOf(row)) report('unreviewed', `${name} leaves with other terms`);
  if (row.clientUid !== null && !uri.includes(`/clients/${row.clientUid}/`)) {
    report('unreviewed', `${name} leaves for another client`);
  }
  if (world.movedTo !== null && !world.sentBeforeMoved.has(intentId)) {
    report('unsound', `${name} leaves from records that are no longer at their place`);
  }
  if (time.nowMs() - call.atMs > SEND_WITHIN_MS + GRACE_MS / 10) {
    report('unreviewed', `${name} leaves long after it was confirmed`);
  }
  const { mood, moodAtMs } = service.world;
  if (mood === 'listed twice, otherwise' && row.clientUid !== null && moodAtMs < call.atMs) {
    report('unsound', `${name} leaves though the history contradicts itself`);
  }
  const signature = headers['authorization'] ?? '';
  if (world.signatures.has(signature)) report('duplicates', `${name} repeats a signature`);
  world.signatures.add(signature);
  const settledInMs = time.nowMs() - world.environmentChangedAtMs;
  // On a slow line it takes its time until the connection stands.
  const wayMs = HOP_MS * world.rates.slow;
  if (service.world.environment !== 'sandbox' && settledInMs > ENVIRONMENT_GRACE_MS + wayMs) {
    report('unreviewed', `${name} leaves for another environment`);
  }
  if (service.now() > (row.quoteExpiresAtMs ?? Infinity) + QUOTE_GRACE_MS + wayMs) {
    report('unreviewed', `${name} leaves at an expired rate`);
  }
  if (time.nowMs() - (world.drawnAtMs.get(intentId) ?? 0) > REVIEW_MS + GRACE_MS) {
    report('unreviewed', `${name} leaves long after it was looked at`);
  }
  checkAfterEnded(world, desk, row);
  // A window that has read none goes by what the intent was written down with.
  const priceRead = world.marked.get(intentId)?.priceCents ?? row.quotedPriceCents;
  if (row.kind === 'buy' && row.quotedPriceCents !== priceRead) {
    report(
      'unreviewed',
      `${name} leaves at ${row.quotedPriceCents}, and ${priceRead} was read since`,
    );
  }
  if (row.kind === 'withdrawal') {
    checkPayment(world, desk, row);
    checkApproved(world, row);
    checkControls(world, row, (entry) => isKnownToApp(world, desk, entry, row));
  }
  return intentId;
}

/** Where the audit log says that it was sent. */
function sentEntryOf({ records }: Desk, intentId: string): number {
  const entry = records.prepare<[string], number>(
    `SELECT max(seq) FROM audit WHERE subject = ? AND action = 'intent.sent'`,
  );
  return entry.pluck().get(intentId) ?? 0;
}

/** Of a machine that was set back as a whole, only the history can show what it has sent since. */
function isToldApart(world: World, desk: Desk, row: JournaledIntent): boolean {
  if (!isUnseenTwice(world, row)) return true;
  return world.service.ledger.some(
    (entry) =>
      entry.intentId === row.id &&
      entry.kind === 'withdrawal' &&
      wasRead(world, desk, entry, row) &&
      isDone(entry) &&
      entry.listedAs === undefined &&
      entry.amountSats === row.amountSats &&
      entry.createdAtMs === entry.executedAtMs,
  );
}

function isUnseenTwice({ isSetBack, forgotten }: World, { id }: JournaledIntent): boolean {
  return isSetBack && forgotten.has(id);
}

/**
 * A reading showed it to this process, and was kept. On a line that fails, a run that breaks off drops what its last
 * answers held; else what is not quite new is in the reading before the sending, too.
 */
function wasRead(
  { service, rates, time, marked }: World,
  desk: Desk,
  entry: LedgerEntry,
  { id }: JournaledIntent,
): boolean {
  const shownAtMs = service.shownFirst.get(nameOf(entry)) ?? Infinity;
  const wayMs = HOP_MS * (1 + rates.slow);
  if (shownAtMs + wayMs > (marked.get(id)?.atMs ?? time.nowMs())) return false;
  const isOlder = time.nowMs() - entry.executedAtMs > READING_MS;
  return desk.isKept(entry) || (rates.network === 0 && isOlder);
}

/** What the app could know must have kept this payment, or been asked about, before it leaves. */
function checkPayment(world: World, desk: Desk, row: JournaledIntent): void {
  const { report, service, time } = world;
  const { money } = desk;
  const name = `#${numberOf(world, row.id)}`;
  const equal = service.ledger.find(
    (entry) =>
      entry.kind === 'withdrawal' &&
      entry.address === row.address &&
      entry.amountSats === row.amountSats &&
      entry.failed !== true &&
      isKnownToApp(world, desk, entry, row) &&
      time.nowMs() - entry.executedAtMs < DAY_MS - GRACE_MS,
  );
  if (equal && row.repeatReason === null) {
    report('unasked', `${name} equals ${equal.tid} of the last day, and nobody was asked why`);
  }
  const open = money.list({ openOnly: true }).filter(({ id, clientUid, kind, state }) => {
    const mayHaveGone = state === 'sent' || state === 'unknown' || state === 'needs_human';
    return id !== row.id && clientUid === row.clientUid && kind === 'withdrawal' && mayHaveGone;
  });
  // Smaller ones may meet a balance that somebody else has just lessened.
  if (open.length === 0 || (row.amountSats ?? 0) < WHOLE_SATS) return;
  const ids = new Set(open.map(({ id }) => id));
  const outSats = open.reduce((sum, { amountSats }) => sum + (amountSats ?? 0), 0);
  const goneSats = service.ledger
    .filter((entry) => entry.intentId !== null && ids.has(entry.intentId) && isDone(entry))
    .reduce((sum, { amountSats }) => sum + amountSats, 0);
  const { balanceSats = 0 } = service.accounts.get(row.clientUid ?? '') ?? {};
  if (outSats + (row.amountSats ?? 0) > balanceSats + goneSats) {
    report('overspent', `${name} leaves while ${open.length} others may have taken the balance`);
  }
}

/** An equal one that was taken for not carried out within the day must have been asked about. */
function checkAfterEnded(world: World, { money }: Desk, row: JournaledIntent): void {
  const { acknowledged, report, time } = world;
  if (row.kind === 'create_client' || row.repeatReason !== null) return;
  const rows = money.list({ openOnly: false }) as JournaledIntent[];
  const equal = rows.find(({ id, kind, state, clientUid, usdCents, ...other }) => {
    const hasEnded = state === 'cleared' || (state === 'rejected' && other.refusal !== null);
    const { atMs = -Infinity } = acknowledged.get(id) ?? {};
    if (!hasEnded || kind !== row.kind || time.nowMs() - atMs > DAY_MS - GRACE_MS) return false;
    return kind === 'buy'
      ? clientUid === row.clientUid && usdCents === row.usdCents
      : other.address === row.address && other.amountSats === row.amountSats;
  });
  if (!equal) return;
  const names = [row, equal].map(({ id }) => `#${numberOf(world, id)}`);
  report('unasked', `${names.join(' equals ')}, which is ${equal.state}, and nobody was asked why`);
}

/** Cleared by one person without a word: then the history was read for it, and showed nothing that may be it. */
export function checkCleared(
  world: World,
  money: Money,
  { id, clientUid }: Intent,
  askedAtMs: number,
): void {
  const { report, service } = world;
  const name = `#${numberOf(world, id)}`;
  if ((service.toldAtMs.get(clientUid ?? '') ?? -1) < askedAtMs) {
    report('unasked', `${name} is cleared without a word, and the history was not read`);
  }
  const ofClient = money.list({ openOnly: false }).filter((row) => row.clientUid === clientUid);
  const explained = new Set(ofClient.map(({ serverTid }) => serverTid));
  const entry = service.ledger.find(
    (done) =>
      done.intentId === id &&
      !explained.has(done.tid) &&
      (service.shownNow.get(nameOf(done)) ?? -1) >= askedAtMs,
  );
  if (entry && isDone(entry)) {
    report('unasked', `${name} is cleared without a word, and ${entry.tid} may be it`);
  }
}

/** One's own requests are known; of others what a reading has shown to this process. */
function isKnownToApp(world: World, desk: Desk, entry: LedgerEntry, row: JournaledIntent): boolean {
  const { posts } = world;
  const { intentId, executedAtMs } = entry;
  if (isOwn(world, entry)) return posts.has(intentId ?? '');
  // How the service dated what was before its first answer, nobody can tell once a clock was set.
  if (world.hasSetClocks && executedAtMs < world.startedAtMs) return false;
  // What was shown may not have been kept.
  if (world.hasDiskFaults) return false;
  return wasRead(world, desk, entry, row);
}

function termsOf({ kind, usdCents, amountSats, address }: Intent): string {
  const decimal = (units: number | null, places: number) => String((units ?? 0) / 10 ** places);
  if (kind === 'create_client') return '';
  if (kind === 'buy') return `traded_fiat=${decimal(usdCents, 2)}`;
  return `address=${address ?? ''}&amount=${decimal(amountSats, 8)}`;
}

/** The moment it is told: later readings may mend what was believed too early. */
export function checkRejected(world: World, id: string, state: IntentState): void {
  if (state !== 'rejected' || !world.posts.has(id) || world.refused.has(id)) return;
  // Of the life before, a machine that was set back as a whole knows nothing.
  if (world.forgotten.has(id)) return;
  world.report(
    'falseRejections',
    `#${numberOf(world, id)} is told as rejected, and nobody said so`,
  );
}

const finalStates: readonly IntentState[] = ['confirmed', 'rejected', 'cleared', 'discarded'];

/** Nothing the operator was told may be gone or have moved back. */
export function checkAcknowledged({ acknowledged, report }: World, { money }: Desk): void {
  if (acknowledged.size === 0) return;
  const list = money.list({ openOnly: false }) as JournaledIntent[];
  const rows = new Map(list.map((row) => [row.id, row]));
  for (const [id, told] of acknowledged) {
    const row = rows.get(id);
    if (!row) report('lost', `an intent told as ${told.state}`);
    else if (isOpenedAgain(told, row)) {
      // The process died between the writing and the telling: the next one shows what is written.
      acknowledged.set(id, { ...told, state: row.state, serverTid: row.serverTid });
    } else if (finalStates.includes(told.state) && row.state !== told.state) {
      report('lost', `told as ${told.state}, found as ${row.state}`);
    } else if (told.state !== 'journaled' && row.state === 'journaled') {
      report('lost', `told as ${told.state}, found as journaled`);
    }
  }
}

/** The history showed what was taken for not carried out. */
function isOpenedAgain(told: Pick<Intent, 'state'>, row: JournaledIntent): boolean {
  const hadEnded = told.state === 'cleared' || told.state === 'rejected';
  return hadEnded && row.state === 'needs_human' && row.reopenedAtMs !== null;
}

/** The end of a schedule, all healed: holds what the app says against what the service has done. */
export function checkEnd(world: World, desk: Desk, wishes: readonly Wish[]): void {
  const { report, service } = world;
  checkAcknowledged(world, desk);
  const rows = desk.money.list({ openOnly: false }) as JournaledIntent[];
  for (const row of rows) checkRow(world, rows, row);
  for (const wish of wishes) {
    const unasked = rows.filter(
      (row) =>
        wish.isMeant(row) &&
        row.repeatReason === null &&
        !world.warned.has(row.id) &&
        !world.forgotten.has(row.id),
    );
    const ids = new Set(unasked.map(({ id }) => id));
    const executed = service.ledger.filter(
      (entry) => entry.intentId !== null && ids.has(entry.intentId) && isDone(entry),
    );
    if (executed.length > 1) {
      report('duplicates', `one wish was executed ${executed.length} times`);
    }
    if (wish.busyWith === desk) report('stuck', 'a call of the operator never ended');
  }
  const misfit = findMisfit(desk.records);
  if (misfit !== null) report('damaged', misfit);
  const isTaken = desk.standing.restored() !== null;
  const isOlder = world.copy?.mustBeNoticed === true;
  if (isOlder && !isTaken) report('unsound', 'an older copy of the records was not noticed');
  if (isTaken && !isOlder) {
    report('damaged', 'the records are taken for an older copy, and are none');
  }
  const integrity = String(desk.records.pragma('integrity_check', { simple: true }));
  if (integrity !== 'ok') report('damaged', integrity);
}

/** A balance that is kept is one that this client has had. */
export function checkBalances(
  { report, service }: World,
  desk: Desk,
  uids: readonly string[],
): void {
  for (const uid of uids) {
    const balanceSats = desk.balanceOf(uid);
    const { balancesHad } = service.accounts.get(uid) ?? {};
    if (balanceSats === null || balancesHad?.has(balanceSats)) continue;
    report('wrongMatches', `${uid} is shown with ${balanceSats} satoshis, which it never had`);
  }
}

/** Before anybody has helped: nothing is stuck that the history explains, and nothing undone is still believed. */
export function checkExplained(world: World, desk: Desk): void {
  const { report, service } = world;
  const { money } = desk;
  for (const entry of service.ledger) {
    if (entry.vanished === true && desk.isKept(entry) && !desk.isRemoved(entry)) {
      report('untold', `${nameOf(entry)} was undone, and is still listed`);
    }
  }
  for (const row of money.list({ openOnly: false })) {
    const name = `#${numberOf(world, row.id)}`;
    const entry = service.ledger.find(({ intentId }) => intentId === row.id);
    if (row.state === 'sent') report('stuck', `${name} is still sent`);
    if (row.state === 'unknown' && row.kind !== 'create_client' && entry && isDone(entry)) {
      report('stuck', `${name} is still unknown, and ${entry.tid} is in the history`);
    }
    const wasSeen = entry !== undefined && service.shown.has(nameOf(entry));
    const isTold = (row.attention ?? null) !== null;
    if (row.state === 'confirmed' && entry?.vanished === true && !wasSeen && !isTold) {
      report('untold', `${name} is confirmed by ${entry.tid}, which was undone and never listed`);
    }
  }
}

function checkRow(world: World, rows: readonly JournaledIntent[], row: JournaledIntent): void {
  const { report, service } = world;
  const name = `#${numberOf(world, row.id)}`;
  const executed = service.ledger.filter(({ intentId }) => intentId === row.id);
  const entry = executed.at(-1);
  if (executed.length > 1 && !isUnseenTwice(world, row)) {
    report('duplicates', `${name} was executed ${executed.length} times`);
  }
  if (row.state === 'confirmed') {
    const seen = row.kind === 'create_client' ? row.clientUid : row.serverTid;
    const done = row.kind === 'create_client' ? entry?.clientUid : entry?.tid;
    if (seen !== done && !isTwin(world, row) && !isSwapped(world, rows, row)) {
      report('wrongMatches', `${name} names ${seen}, the ledger ${done}`);
    }
    if (seen === done && entry?.failed === true) {
      report('wrongMatches', `${name} names ${seen}, which failed`);
    }
    if (row.settledBy === null && entry) checkTerms(world, row, entry);
  } else if (
    finalStates.includes(row.state) &&
    entry &&
    isDone(entry) &&
    isOwn(world, entry) &&
    !isLateAtOtherPrice(world, row, entry) &&
    !rows.some((other) => isConfirmedBy(other, entry) && isSwapped(world, rows, other))
  ) {
    report('falseRejections', `${name} is ${row.state}, but was executed`);
  }
  const heard = world.heard.get(row.id);
  if (
    heard?.kind === 'create_client' &&
    isOwn(world, heard) &&
    world.crashes === 0 &&
    !world.hasDiskFaults
  ) {
    const isKept = row.clientUid === heard.clientUid || row.reason?.includes(heard.clientUid);
    if (isKept !== true) report('lost', `${name} was answered with ${heard.clientUid}`);
  }
  const isOpen = row.state === 'unknown' || row.state === 'sent' || row.state === 'needs_human';
  if (isOpen && !world.needsTwo.has(row.id)) {
    report('stuck', `${name} is ${row.state}, and the truth was told`);
  }
}

/** A buy that brought something else, after it had ended: nothing tells it from one of somebody else. */
function isLateAtOtherPrice(
  { acknowledged }: World,
  { id, kind, expectedSats }: JournaledIntent,
  { amountSats, executedAtMs }: LedgerEntry,
): boolean {
  const endedAtMs = acknowledged.get(id)?.atMs ?? Infinity;
  return kind === 'buy' && !isNear(amountSats, expectedSats) && executedAtMs > endedAtMs;
}

/** Somebody else's payment of the same terms, made when this one was out: nothing tells the two apart. */
function isTwin(world: World, row: JournaledIntent): boolean {
  const twin = world.service.ledger.find(
    ({ tid, clientUid }) => tid === row.serverTid && clientUid === row.clientUid,
  );
  if (twin === undefined) return false;
  // Of an equal one that was settled too early, and is executed while this one is out, it is the same.
  const isLater = twin.executedAtMs > (world.drawnAtMs.get(row.id) ?? Infinity);
  if (isOwn(world, twin) && (!isLater || twin.usdCents !== (row.usdCents ?? 0))) return false;
  if (row.kind === 'buy') return twin.kind === 'buy' && isNear(twin.amountSats, row.expectedSats);
  return twin.amountSats === row.amountSats && twin.address === row.address;
}

/**
 * Confirmed by the transaction of another of one's own, which was taken for not carried out too early, or is confirmed
 * by somebody else's: nothing tells them apart, as long as no transaction is left over.
 */
function isSwapped(world: World, rows: readonly JournaledIntent[], row: JournaledIntent): boolean {
  const { ledger } = world.service;
  const entry = ledger.find((each) => isConfirmedBy(row, each));
  const asked = rows.find(({ id }) => id === entry?.intentId);
  if (!entry || !asked || asked.id === row.id || asked.kind !== row.kind) return false;
  const fits =
    row.kind === 'buy'
      ? isNear(entry.amountSats, row.expectedSats)
      : entry.amountSats === row.amountSats && entry.address === row.address;
  const hasEnded = asked.state === 'cleared' || asked.state === 'rejected';
  const isExplained =
    asked.state === 'confirmed' && !isConfirmedBy(asked, entry) && isTwin(world, asked);
  const isLeftOver = ledger.some((each) => each.intentId === row.id && isDone(each));
  return fits && (hasEnded || isExplained) && !isLeftOver;
}

function isConfirmedBy(row: JournaledIntent, { tid, clientUid }: LedgerEntry): boolean {
  return row.state === 'confirmed' && row.serverTid === tid && row.clientUid === clientUid;
}

function isNear(sats: number, expectedSats: number | null): boolean {
  const expected = expectedSats ?? 0;
  return Math.abs(sats - expected) <= expected * BUY_TOLERANCE;
}

function checkTerms(world: World, row: JournaledIntent, entry: LedgerEntry): void {
  const { report } = world;
  const name = `#${numberOf(world, row.id)}`;
  const isMeant = entry.amountSats === row.amountSats && entry.address === row.address;
  if (row.kind === 'withdrawal' && !isMeant) {
    report('wrongMatches', `${name} was executed with other terms`);
  }
  if (row.kind === 'buy' && !isNear(entry.amountSats, row.expectedSats)) {
    report('wrongMatches', `${name} brought ${entry.amountSats} in place of ${row.expectedSats}`);
  }
}
