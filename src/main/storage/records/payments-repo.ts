import type { RecordsDb } from '../open.ts';
import { statements } from '../statements.ts';
import type { NewIntent } from './intents-repo.ts';

/** A withdrawal that was sent and of which nobody can say that it did not go. */
export type Payment = {
  id: string;
  clientUid: string;
  address: string;
  amountSats: number;
  /** On the guarded time. */
  sentGuardMs: number;
  /** What the service named; null while it is not known. */
  serverTid: string | null;
};

const mayHaveGone = `state IN ('sent', 'confirmed', 'unknown', 'needs_human')`;
const payment = `kind = 'withdrawal' AND ${mayHaveGone}`;
/** What was sent before its guarded time was kept counts by the time that is shown. */
const sentGuardMs = 'coalesce(sent_guard_ms, sent_at_ms)';

const prepared = statements((db: RecordsDb) => ({
  since: db.prepare<[number], Payment>(
    `SELECT id, client_uid AS clientUid, address, amount_sats AS amountSats,
       ${sentGuardMs} AS sentGuardMs, server_tid AS serverTid
     FROM intents WHERE ${payment} AND ${sentGuardMs} > ? ORDER BY ${sentGuardMs} DESC`,
  ),
  payees: db.prepare<[], string>(`SELECT DISTINCT address FROM intents WHERE ${payment}`).pluck(),
  equalBuy: db
    .prepare<[{ clientUid: string; usdCents: number; id: string; sinceMs: number }], number | null>(
      `SELECT max(${sentGuardMs}) FROM intents
       WHERE kind = 'buy' AND ${mayHaveGone} AND client_uid = :clientUid AND usd_cents = :usdCents
         AND id <> :id AND ${sentGuardMs} > :sinceMs`,
    )
    .pluck(),
  unsettledEqual: db
    .prepare<[Pick<NewIntent, 'id' | 'address' | 'amountSats'>], string>(
      `SELECT client_uid FROM intents
       WHERE kind = 'withdrawal' AND state IN ('sent', 'unknown', 'needs_human') AND id <> :id
         AND address = :address AND amount_sats = :amountSats ORDER BY seq DESC LIMIT 1`,
    )
    .pluck(),
  debited: db
    .prepare<[string, number], number | null>(
      `SELECT sum(amount_sats) FROM intents
       WHERE kind = 'withdrawal' AND client_uid = ? AND server_tid IS NOT NULL
         AND state = 'confirmed' AND settled_at_ms >= ?`,
    )
    .pluck(),
  journaledGuardMs: db
    .prepare<[string], number | null>(
      `SELECT detail ->> '$.guardMs' FROM audit WHERE subject = ? AND action = 'intent.journaled'`,
    )
    .pluck(),
  initiator: db
    .prepare<[string], string>(
      `SELECT actor FROM audit WHERE subject = ? AND action = 'intent.journaled'`,
    )
    .pluck(),
}));

/** Those sent after `sinceMs`, newest first, whichever client paid. */
export function paymentsSince(db: RecordsDb, sinceMs: number): Payment[] {
  return prepared(db).since.all(sinceMs);
}

/** When another buy for as many dollars was last sent for this client after `sinceMs`; null when none was. */
export function equalBuySince(
  db: RecordsDb,
  { id, clientUid, usdCents }: Pick<NewIntent, 'id' | 'clientUid' | 'usdCents'>,
  sinceMs: number,
): number | null {
  if (clientUid === null || usdCents === null) return null;
  return prepared(db).equalBuy.get({ id, clientUid, usdCents, sinceMs }) ?? null;
}

/** Whose equal withdrawal may have gone, or not, however long ago; null when there is none. */
export function unsettledEqual(
  db: RecordsDb,
  { id, address, amountSats }: Pick<NewIntent, 'id' | 'address' | 'amountSats'>,
): string | null {
  return prepared(db).unsettledEqual.get({ id, address, amountSats }) ?? null;
}

/** Satoshis of the client's withdrawals that were confirmed since `sinceMs`, as times are shown. */
export function debitedSince(db: RecordsDb, clientUid: string, sinceMs: number): number {
  return prepared(db).debited.get(clientUid, sinceMs) ?? 0;
}

/** Every address that was paid. */
export function listPayees(db: RecordsDb): string[] {
  return prepared(db).payees.all();
}

/** Who journaled the intent, as the audit log has it; null before that. */
export function initiatorOf(db: RecordsDb, intentId: string): string | null {
  return prepared(db).initiator.get(intentId) ?? null;
}

/** When it was journaled, in guarded time, as the audit log has it; null for those of before that was kept. */
export function journaledGuardMs(db: RecordsDb, intentId: string): number | null {
  return prepared(db).journaledGuardMs.get(intentId) ?? null;
}
