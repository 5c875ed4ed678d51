import type { CacheDb } from '../storage/open.ts';

export type SettledIntent = {
  id: string;
  /** Dollars spent, of a buy. */
  usdCents: number | null;
  requestedBy: string | null;
};

type IntentRow = SettledIntent & { clientUid: string; serverTid: string };

/** @returns the intent that a transaction of the server settled, if it was made here */
export function loadSettledIntents(
  db: CacheDb,
): (clientUid: string, tid: string) => SettledIntent | undefined {
  const rows = db
    .prepare<[], IntentRow>(
      `SELECT i.client_uid AS clientUid, i.server_tid AS serverTid, i.id,
         i.usd_cents AS usdCents, a.actor AS requestedBy
       FROM records.intents i
       LEFT JOIN records.audit a ON a.subject = i.id AND a.action = 'intent.journaled'
       WHERE i.state = 'confirmed' AND i.server_tid IS NOT NULL`,
    )
    .all();
  const byTransaction = new Map(rows.map((row) => [`${row.clientUid} ${row.serverTid}`, row]));
  return (clientUid, tid) => byTransaction.get(`${clientUid} ${tid}`);
}
