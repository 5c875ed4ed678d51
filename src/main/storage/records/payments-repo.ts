import type { RecordsDb } from '../open.ts';
import { statements } from '../statements.ts';

/** A withdrawal that was sent and of which nobody can say that it did not go. */
export type Payment = { id: string; address: string; amountSats: number; sentAtMs: number };

const mayHaveGone = `kind = 'withdrawal' AND state IN ('sent', 'confirmed', 'unknown', 'needs_human')`;

const prepared = statements((db: RecordsDb) => ({
  since: db.prepare<[number], Payment>(
    `SELECT id, address, amount_sats AS amountSats, sent_at_ms AS sentAtMs
     FROM intents WHERE ${mayHaveGone} AND sent_at_ms > ? ORDER BY sent_at_ms DESC`,
  ),
  payees: db
    .prepare<[], string>(`SELECT DISTINCT address FROM intents WHERE ${mayHaveGone}`)
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

/** Every address that was paid. */
export function listPayees(db: RecordsDb): string[] {
  return prepared(db).payees.all();
}

/** Who journaled the intent, as the audit log has it; null before that. */
export function initiatorOf(db: RecordsDb, intentId: string): string | null {
  return prepared(db).initiator.get(intentId) ?? null;
}
