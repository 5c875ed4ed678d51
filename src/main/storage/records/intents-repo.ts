import type { Intent } from '#shared/domain/intent.ts';
import type { RecordsDb } from '../open.ts';
import { statements } from '../statements.ts';

/** An intent as journaled: what the screen knows, and when the quoted rate was read and ends. */
export type JournaledIntent = Intent & {
  quoteObservedAtMs: number | null;
  /** On the server's clock. */
  quoteExpiresAtMs: number | null;
  /** When the rate was read, on the guarded time. */
  quoteGuardMs: number | null;
  /** When it was sent, on the guarded time; null before that, and where it was not kept yet. */
  sentGuardMs: number | null;
  /** Why a payment is made again within a day; null where it is not. */
  repeatReason: string | null;
  /** When the baseline was read, on the server's clock; null when nothing was sent, or without one. */
  baselineAtMs: number | null;
  /** The baseline holds every transaction from here on; null for an empty history. */
  baselineFloorMs: number | null;
  /** When its sending was over without an answer; null when it never was unknown. */
  unknownSinceMs: number | null;
  /** The transaction that Bitpro's own answer named, whatever became of it; null when it named none. */
  namedTid: string | null;
  /** What Bitpro said when it refused, where the history could not be read after; null otherwise. */
  refusal: string | null;
  /** When it needed a person again after it was taken for not carried out. */
  reopenedAtMs: number | null;
};

/** What is fixed when an intent is journaled; the rest follows from its states. */
export type NewIntent = Pick<
  JournaledIntent,
  | 'id'
  | 'kind'
  | 'clientUid'
  | 'usdCents'
  | 'amountSats'
  | 'address'
  | 'label'
  | 'quotedPriceCents'
  | 'quoteObservedAtMs'
  | 'quoteExpiresAtMs'
  | 'quoteGuardMs'
  | 'expectedSats'
  | 'repeatReason'
  | 'createdAtMs'
>;

/** What an answer, or its absence, adds to an intent that was sent. */
export type IntentAnswer = Pick<
  JournaledIntent,
  | 'clientUid'
  | 'serverTid'
  | 'receivedSats'
  | 'serverTxId'
  | 'serverState'
  | 'reason'
  | 'namedTid'
  | 'refusal'
> & { state: Exclude<Intent['state'], 'journaled' | 'sent' | 'discarded'> };

const columns = `id, kind, state, client_uid AS clientUid, usd_cents AS usdCents,
  amount_sats AS amountSats, address, label, quoted_price_cents AS quotedPriceCents,
  quote_observed_at_ms AS quoteObservedAtMs, quote_expires_at_ms AS quoteExpiresAtMs,
  quote_guard_ms AS quoteGuardMs, sent_guard_ms AS sentGuardMs,
  expected_sats AS expectedSats, attempts, created_at_ms AS createdAtMs, sent_at_ms AS sentAtMs,
  settled_at_ms AS settledAtMs, server_tid AS serverTid, received_sats AS receivedSats,
  server_tx_id AS serverTxId, server_state AS serverState, reason,
  repeat_reason AS repeatReason,
  settled_by AS settledBy, settle_reason AS settleReason, baseline_at_ms AS baselineAtMs,
  baseline_floor_ms AS baselineFloorMs, unknown_since_ms AS unknownSinceMs,
  named_tid AS namedTid, refusal, reopened_at_ms AS reopenedAtMs`;

/** The open states as the partial index names them, so that it is used. */
const isOpen = `state IN ('journaled', 'sent', 'unknown', 'needs_human')`;

/** By this machine's clock or by the guarded time, whichever is later: one that was set back ends no watch. */
export const endedAtMs = 'max(settled_at_ms, coalesce(sent_guard_ms, sent_at_ms))';

/** What Bitpro named, or said when it refused, stays once it is known. */
const answered = `state = :state, client_uid = :clientUid, server_tid = :serverTid,
  received_sats = :receivedSats, server_tx_id = :serverTxId, server_state = :serverState,
  reason = :reason, settled_at_ms = :settledAtMs, named_tid = coalesce(named_tid, :namedTid),
  refusal = coalesce(refusal, :refusal)`;

type AnswerColumns = IntentAnswer & { id: string; settledAtMs: number | null };

/** Who decided, and why; all null when the history did. */
export type SettledBy = Pick<Intent, 'settledBy' | 'settleReason'> & {
  /** The second person, where one agreed. */
  agreedBy: string | null;
  /** The transaction that the person chose. */
  foundTid: string | null;
};

/** With the transaction that a person named for it. */
export type EndedIntent = JournaledIntent & Pick<SettledBy, 'foundTid'>;

type SentColumns = Pick<JournaledIntent, 'id' | 'baselineAtMs' | 'baselineFloorMs'> & {
  sentAtMs: number;
  sentGuardMs: number;
  baselineWhole: number;
  clockSlackMs: number;
};

/** The moment the sending was over: null for every answer that is not "unknown". */
export type UnknownColumns = Pick<JournaledIntent, 'unknownSinceMs'> & {
  guardMs: number | null;
  monotonicMs: number | null;
  run: string | null;
  era: number | null;
};

const prepared = statements((db: RecordsDb) => ({
  get: db.prepare<[string], JournaledIntent>(`SELECT ${columns} FROM intents WHERE id = ?`),
  list: db.prepare<[], JournaledIntent>(`SELECT ${columns} FROM intents ORDER BY seq DESC`),
  listOpen: db.prepare<[], JournaledIntent>(
    `SELECT ${columns} FROM intents WHERE ${isOpen} ORDER BY seq DESC`,
  ),
  states: db.prepare<[], Pick<JournaledIntent, 'id' | 'state'>>('SELECT id, state FROM intents'),
  withTid: db
    .prepare<[string, string], 1>('SELECT 1 FROM intents WHERE client_uid = ? AND server_tid = ?')
    .pluck(),
  insert: db.prepare<[NewIntent]>(
    `INSERT INTO intents (id, kind, state, client_uid, usd_cents, amount_sats, address, label,
       quoted_price_cents, quote_observed_at_ms, quote_expires_at_ms, expected_sats, created_at_ms,
       quote_guard_ms, repeat_reason)
     VALUES (:id, :kind, 'journaled', :clientUid, :usdCents, :amountSats, :address, :label,
       :quotedPriceCents, :quoteObservedAtMs, :quoteExpiresAtMs, :expectedSats, :createdAtMs,
       :quoteGuardMs, :repeatReason)`,
  ),
  markSent: db.prepare<[SentColumns]>(
    `UPDATE intents SET state = 'sent', attempts = 1, sent_at_ms = :sentAtMs,
       sent_guard_ms = :sentGuardMs,
       baseline_at_ms = :baselineAtMs, baseline_floor_ms = :baselineFloorMs,
       baseline_whole = :baselineWhole, clock_slack_ms = :clockSlackMs
     WHERE id = :id AND state = 'journaled' AND attempts = 0`,
  ),
  markDiscarded: db.prepare<[number, string | null, string]>(
    `UPDATE intents SET state = 'discarded', settled_at_ms = ?, reason = ? WHERE id = ? AND state = 'journaled'`,
  ),
  answer: db.prepare<[AnswerColumns & UnknownColumns]>(
    `UPDATE intents SET ${answered}, unknown_since_ms = :unknownSinceMs,
       unknown_guard_ms = :guardMs, unknown_monotonic_ms = :monotonicMs, unknown_run = :run,
       unknown_era = :era
     WHERE id = :id AND state = 'sent'`,
  ),
  settle: db.prepare<[AnswerColumns & SettledBy]>(
    `UPDATE intents SET ${answered}, settled_by = :settledBy, settle_reason = :settleReason,
       agreed_by = :agreedBy, found_tid = :foundTid
     WHERE id = :id AND state IN ('unknown', 'needs_human')`,
  ),
  reopen: db.prepare<[{ id: string; reason: string; namedTid: string | null; atMs: number }]>(
    `UPDATE intents SET state = 'needs_human', reason = :reason, reopened_at_ms = :atMs,
       named_tid = coalesce(named_tid, :namedTid), settled_at_ms = NULL, settled_by = NULL,
       settle_reason = NULL, agreed_by = NULL, found_tid = NULL
     WHERE id = :id AND state IN ('cleared', 'rejected')`,
  ),
  noteRefusal: db.prepare<[{ id: string; refusal: string }]>(
    `UPDATE intents SET refusal = :refusal WHERE id = :id AND state = 'unknown' AND refusal IS NULL`,
  ),
  endedSince: db.prepare<[{ clientUid: string; sinceMs: number }], EndedIntent>(
    `SELECT ${columns}, found_tid AS foundTid FROM intents WHERE client_uid = :clientUid AND attempts = 1
       AND state IN ('cleared', 'rejected') AND settled_at_ms IS NOT NULL
       AND ${endedAtMs} > :sinceMs ORDER BY seq`,
  ),
  confirmedSince: db.prepare<[{ clientUid: string; sinceMs: number }], JournaledIntent>(
    `SELECT ${columns} FROM intents WHERE client_uid = :clientUid AND state = 'confirmed'
       AND server_tid IS NOT NULL AND ${endedAtMs} > :sinceMs ORDER BY seq`,
  ),
  confirmedClients: db.prepare<[number], { clientUid: string; fromMs: number }>(
    `SELECT client_uid AS clientUid, min(baseline_at_ms) AS fromMs FROM intents
     WHERE state = 'confirmed' AND server_tid IS NOT NULL AND baseline_at_ms IS NOT NULL
       AND ${endedAtMs} > ? GROUP BY client_uid`,
  ),
  equalOpenAgain: db.prepare<[string], 1>(
    `SELECT 1 FROM intents AS other JOIN intents AS own ON own.id = ?
     WHERE other.id <> own.id AND other.reopened_at_ms IS NOT NULL
       AND other.state IN ('unknown', 'needs_human') AND other.kind = own.kind
       AND other.client_uid IS own.client_uid AND other.address IS own.address
       AND other.label IS own.label AND other.amount_sats IS own.amount_sats
       AND other.usd_cents IS own.usd_cents`,
  ),
}));

export function findIntent(db: RecordsDb, id: string): JournaledIntent | null {
  return prepared(db).get.get(id) ?? null;
}

/** Of every intent; for the check of the whole records. */
export function intentStatesIn(db: RecordsDb): Pick<JournaledIntent, 'id' | 'state'>[] {
  return prepared(db).states.all();
}

/** Newest first. */
export function listIntents(db: RecordsDb, filter: { openOnly: boolean }): JournaledIntent[] {
  const { list, listOpen } = prepared(db);
  return (filter.openOnly ? listOpen : list).all();
}

/** Has an intent of this client been answered with this tid already? */
export function isTidSettled(db: RecordsDb, clientUid: string, tid: string): boolean {
  return prepared(db).withTid.get(clientUid, tid) !== undefined;
}

/** @throws SqliteError SQLITE_CONSTRAINT_UNIQUE while an equal intent is open */
export function insertIntent(db: RecordsDb, intent: NewIntent): void {
  prepared(db).insert.run(intent);
}

/** False when the intent is not, or no longer, waiting to be sent: then nobody may send it. */
export function markIntentSent(db: RecordsDb, row: SentColumns): boolean {
  return prepared(db).markSent.run(row).changes === 1;
}

/** False when the intent is no longer waiting for a decision. */
export function markIntentDiscarded(
  db: RecordsDb,
  id: string,
  settledAtMs: number,
  reason: string | null,
): boolean {
  return prepared(db).markDiscarded.run(settledAtMs, reason, id).changes === 1;
}

/** Moves a sent intent to what became of it; `settledAtMs` is null while that still waits. False when it is not `sent`. */
export function answerIntent(db: RecordsDb, row: AnswerColumns & UnknownColumns): boolean {
  return prepared(db).answer.run(row).changes === 1;
}

/** Moves an intent that is unknown or needs a person to what was found. False when it is neither. */
export function settleIntent(db: RecordsDb, row: AnswerColumns & SettledBy): boolean {
  return prepared(db).settle.run(row).changes === 1;
}

/** What was taken for not carried out needs a person again. False when it is not settled so. */
export function reopenIntent(
  db: RecordsDb,
  row: { id: string; reason: string; namedTid: string | null; atMs: number },
): boolean {
  return prepared(db).reopen.run(row).changes === 1;
}

/** A refusal that came when the intent was unknown already. */
export function noteRefusal(db: RecordsDb, id: string, refusal: string): void {
  prepared(db).noteRefusal.run({ id, refusal });
}

/** Sent intents of the client that were taken for not carried out after `sinceMs`. */
export function endedSince(db: RecordsDb, clientUid: string, sinceMs: number): EndedIntent[] {
  return prepared(db).endedSince.all({ clientUid, sinceMs });
}

/** Intents of the client that were confirmed as a transaction after `sinceMs`. */
export function confirmedSince(
  db: RecordsDb,
  clientUid: string,
  sinceMs: number,
): JournaledIntent[] {
  return prepared(db).confirmedSince.all({ clientUid, sinceMs });
}

/** Clients that have such, and the date from which on their history matters. */
export function confirmedClients(
  db: RecordsDb,
  sinceMs: number,
): { clientUid: string; fromMs: number }[] {
  return prepared(db).confirmedClients.all(sinceMs);
}

/** Does an equal one need a person again, after it was taken for not carried out? */
export function isEqualOpenAgain(db: RecordsDb, id: string): boolean {
  return prepared(db).equalOpenAgain.get(id) !== undefined;
}
