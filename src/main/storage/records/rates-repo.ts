import type { Rate } from '#shared/domain/rate.ts';
import type { RecordsDb } from '../open.ts';
import { statements } from '../statements.ts';

type NewRate = Rate & { intentId: string | null };

const columns = `asset, buy_price_cents AS buyPriceCents, time_expires_ms AS timeExpiresMs,
  observed_at_ms AS observedAtMs, trigger`;

const prepared = statements((db: RecordsDb) => ({
  insert: db.prepare<[NewRate]>(
    `INSERT INTO rates
       (asset, buy_price_cents, time_expires_ms, observed_at_ms, trigger, intent_id)
     VALUES (:asset, :buyPriceCents, :timeExpiresMs, :observedAtMs, :trigger, :intentId)`,
  ),
  latest: db.prepare<[], Rate>(`SELECT ${columns} FROM rates ORDER BY id DESC LIMIT 1`),
}));

/** Keeps an observation. `intentId` names the trade it was made for. */
export function insertRate(db: RecordsDb, rate: Rate, intentId: string | null): void {
  prepared(db).insert.run({ ...rate, intentId });
}

/** The observation made last, or null before the first. */
export function latestRate(db: RecordsDb): Rate | null {
  return prepared(db).latest.get() ?? null;
}
