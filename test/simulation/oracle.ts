import type { Intent, IntentState } from '#shared/domain/intent.ts';
import { verifyChain } from '../../src/main/audit/chain.ts';
import type { HttpRequest } from '../../src/main/bitpro/http.ts';
import type { JournaledIntent } from '../../src/main/storage/records/intents-repo.ts';
import type { Desk } from './desk.ts';
import type { Wish } from './wishes.ts';
import { numberOf, type World } from './world.ts';

/** Only the history of a client explains what is unknown; new clients are in none. */
const settlesUnknown: boolean = true;
/** A change of environment shows in the next ping only. */
const ENVIRONMENT_GRACE_MS = 10_000;
/** The clock's reading may be off by the second of `Date` and the way of an answer. */
const QUOTE_GRACE_MS = 5000;

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
  if (posts > 1) report('duplicates', `${name} is posted again`);
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
  const signature = headers['authorization'] ?? '';
  if (world.signatures.has(signature)) report('duplicates', `${name} repeats a signature`);
  world.signatures.add(signature);
  const settledInMs = time.nowMs() - world.environmentChangedAtMs;
  if (service.world.environment !== 'sandbox' && settledInMs > ENVIRONMENT_GRACE_MS) {
    report('unreviewed', `${name} leaves for another environment`);
  }
  if (time.nowMs() > (row.quoteExpiresAtMs ?? Infinity) + QUOTE_GRACE_MS) {
    report('unreviewed', `${name} leaves at an expired rate`);
  }
  return intentId;
}

function termsOf({ kind, usdCents, amountSats, address }: Intent): string {
  const decimal = (units: number | null, places: number) => String((units ?? 0) / 10 ** places);
  if (kind === 'create_client') return '';
  if (kind === 'buy') return `traded_fiat=${decimal(usdCents, 2)}`;
  return `address=${address ?? ''}&amount=${decimal(amountSats, 8)}`;
}

const finalStates: readonly IntentState[] = ['confirmed', 'rejected', 'cleared', 'discarded'];

/** Nothing the operator was told may be gone or have moved back. */
export function checkAcknowledged({ acknowledged, report }: World, { money }: Desk): void {
  if (acknowledged.size === 0) return;
  const rows = new Map(money.list({ openOnly: false }).map((row) => [row.id, row]));
  for (const [id, told] of acknowledged) {
    const row = rows.get(id);
    if (!row) report('lost', `an intent told as ${told.state}`);
    else if (finalStates.includes(told.state) && row.state !== told.state) {
      report('lost', `told as ${told.state}, found as ${row.state}`);
    } else if (told.state !== 'journaled' && row.state === 'journaled') {
      report('lost', `told as ${told.state}, found as journaled`);
    }
  }
}

/** The end of a schedule, all healed: holds what the app says against what the service has done. */
export function checkEnd(world: World, desk: Desk, wishes: readonly Wish[]): void {
  const { report, service } = world;
  checkAcknowledged(world, desk);
  const rows = desk.money.list({ openOnly: false });
  for (const row of rows) {
    const name = `#${numberOf(world, row.id)}`;
    const executed = service.ledger.filter(({ intentId }) => intentId === row.id);
    const [entry] = executed;
    if (executed.length > 1) report('duplicates', `${name} was executed ${executed.length} times`);
    if (row.state === 'confirmed') {
      const seen = row.kind === 'create_client' ? row.clientUid : row.serverTid;
      const done = row.kind === 'create_client' ? entry?.clientUid : entry?.tid;
      if (seen !== done) report('wrongMatches', `${name} names ${seen}, the ledger ${done}`);
      const isMeant = entry?.amountSats === row.amountSats && entry?.address === row.address;
      if (row.kind === 'withdrawal' && !isMeant) {
        report('wrongMatches', `${name} was executed with other terms`);
      }
    } else if (finalStates.includes(row.state) && entry) {
      report('falseRejections', `${name} is ${row.state}, but was executed`);
    }
    if (
      row.state === 'sent' ||
      (row.state === 'unknown' && row.kind !== 'create_client' && settlesUnknown)
    ) {
      report('stuck', `${name} is still ${row.state}`);
    }
  }
  for (const wish of wishes) {
    const ids = new Set(rows.filter((row) => wish.isMeant(row)).map(({ id }) => id));
    const executed = service.ledger.filter(({ intentId }) => intentId && ids.has(intentId));
    if (executed.length > 1) {
      report('duplicates', `one wish was executed ${executed.length} times`);
    }
    if (wish.busyWith === desk) report('stuck', 'a call of the operator never ended');
  }
  if (!verifyChain(desk.records).ok) report('damaged', 'the audit chain does not verify');
  const integrity = String(desk.records.pragma('integrity_check', { simple: true }));
  if (integrity !== 'ok') report('damaged', integrity);
}
