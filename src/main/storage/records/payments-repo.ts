import type { RecordsDb } from '../open.ts';
import { statements } from '../statements.ts';
import type { NewIntent } from './intents-repo.ts';

/** A withdrawal that was sent and of which nobody can say that it did not go. */
export type Payment = { id: string; address: string; amountSats: number; sentAtMs: number };

const mayHaveGone = `state IN ('sent', 'confirmed', 'unknown', 'needs_human')`;
const payment = `kind = 'withdrawal' AND ${mayHaveGone}`;

const prepared = statements((db: RecordsDb) => ({
  since: db.prepare<[number], Payment>(
    `SELECT id, address, amount_sats AS amountSats, sent_at_ms AS sentAtMs
     FROM intents WHERE ${payment} AND sent_at_ms > ? ORDER BY sent_at_ms DESC`,
  ),
  payees: db.prepare<[], string>(`SELECT DISTINCT address FROM intents WHERE ${payment}`).pluck(),
  equalBuy: db
    .prepare<[{ clientUid: string; usdCents: number; id: string; sinceMs: number }], number | null>(
      `SELECT max(sent_at_ms) FROM intents
       WHERE kind = 'buy' AND ${mayHaveGone} AND client_uid = :clientUid AND usd_cents = :usdCents
         AND id <> :id AND sent_at_ms > :sinceMs`,
    )
    .pluck(),
  initiator: db
    .prepare<[string], string>(
      `SELECT actor FROM audit WHERE subject = ? AND action = 'intent.journaled'`,
    )
    .pluck(),
}));

/** Those sent after `sinceMs`, newest first. */
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

/** Every address that was paid. */
export function listPayees(db: RecordsDb): string[] {
  return prepared(db).payees.all();
}

/** Who journaled the intent, as the audit log has it; null before that. */
export function initiatorOf(db: RecordsDb, intentId: string): string | null {
  return prepared(db).initiator.get(intentId) ?? null;
}
