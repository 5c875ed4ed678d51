import type { RateSeries } from '#shared/domain/rate.ts';
import { impliedPriceCents } from '#shared/money.ts';
import type { CacheDb } from '../open.ts';
import { statements } from '../statements.ts';
import { typeToId } from './ids.ts';

type Trade = { atMs: number; clientUid: string; amountSats: number; usdCents: number };

const prepared = statements((db: CacheDb) => ({
  trades: db.prepare<[{ fromMs: number; toMs: number; limit: number }], Trade>(
    `SELECT t.created_at_ms AS atMs, c.uid AS clientUid, t.amount_sats AS amountSats,
       i.usd_cents AS usdCents
     FROM records.intents i
     CROSS JOIN clients c ON c.uid = i.client_uid
     CROSS JOIN transactions t ON t.client_id = c.id AND t.tid = i.server_tid
     WHERE i.kind = 'buy' AND i.state = 'confirmed' AND t.type = ${typeToId('buy')}
       AND t.amount_sats > 0 AND t.created_at_ms >= :fromMs AND t.created_at_ms < :toMs
     ORDER BY i.seq DESC LIMIT :limit`,
  ),
}));

/**
 * Buys made with this app, at the price they came to (dollars spent by bitcoin received), oldest first. What a buy
 * made elsewhere cost is not in the history, so it is left out. Times are half-open [fromMs, toMs).
 */
export function ownTrades(
  db: CacheDb,
  range: { fromMs: number; toMs: number },
  limit: number,
): RateSeries['trades'] {
  const trades = prepared(db).trades.all({ ...range, limit });
  return trades
    .map(({ atMs, clientUid, amountSats, usdCents }) => {
      const priceCents = impliedPriceCents(usdCents, amountSats);
      return { atMs, clientUid, amountSats, priceCents };
    })
    .toSorted((a, b) => a.atMs - b.atMs);
}
