import type { ClientBalance } from '#shared/domain/client.ts';
import type { CacheDb } from '../open.ts';
import { statements } from '../statements.ts';
import { ensureClientId } from './ids.ts';

/** No answer is on its way for longer. */
const LATEST_MS = 60_000;

const columns = `b.balance_sats AS balanceSats, b.unconfirmed_sats AS unconfirmedSats,
  b.as_of_ms AS asOfMs`;

const prepared = statements((db: CacheDb) => ({
  get: db.prepare<[string], ClientBalance>(
    `SELECT ${columns} FROM balances b JOIN clients c ON c.id = b.client_id WHERE c.uid = ?`,
  ),
  all: db.prepare<[], ClientBalance & { clientUid: string }>(
    `SELECT c.uid AS clientUid, ${columns} FROM balances b JOIN clients c ON c.id = b.client_id`,
  ),
  save: db.prepare<[number, number, number, number]>(
    `INSERT INTO balances (client_id, balance_sats, unconfirmed_sats, as_of_ms) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET balance_sats = excluded.balance_sats,
       unconfirmed_sats = excluded.unconfirmed_sats, as_of_ms = excluded.as_of_ms
     WHERE excluded.as_of_ms >= as_of_ms OR as_of_ms - excluded.as_of_ms > ${LATEST_MS}`,
  ),
}));

/** The balance as last read, or null before the first reading. Satoshis. */
export function getBalance(db: CacheDb, clientUid: string): ClientBalance | null {
  return prepared(db).get.get(clientUid) ?? null;
}

/** By client uid. */
export function listBalances(db: CacheDb): Map<string, ClientBalance> {
  const rows = prepared(db).all.all();
  return new Map(rows.map(({ clientUid, ...balance }) => [clientUid, balance]));
}

/** Keeps a reading, unless a later one is known; one of long after it is of a clock that was set back. */
export function saveBalance(db: CacheDb, clientUid: string, balance: ClientBalance): void {
  const save = db.transaction(() => {
    const { balanceSats, unconfirmedSats, asOfMs } = balance;
    prepared(db).save.run(ensureClientId(db, clientUid), balanceSats, unconfirmedSats, asOfMs);
  });
  save.immediate();
}
