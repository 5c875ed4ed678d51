import type { CacheDb } from '../storage/open.ts';

export type SettledIntent = {
  id: string;
  /** Dollars spent, of a buy. */
  usdCents: number | null;
  requestedBy: string | null;
  /** The second person; of the audit log, since an approval goes with its approver. */
  approvedBy: string | null;
};

type IntentRow = SettledIntent & { clientUid: string; serverTid: string };

/** The intents that transactions of the server settled, by client uid and tid. */
export function loadSettledIntents(
  db: CacheDb,
): ReadonlyMap<string, ReadonlyMap<string, SettledIntent>> {
  const rows = db
    .prepare<[], IntentRow>(
      `SELECT i.client_uid AS clientUid, i.server_tid AS serverTid, i.id,
         i.usd_cents AS usdCents, a.actor AS requestedBy,
         (SELECT json_extract(detail, '$.approver') FROM records.audit
          WHERE subject = i.id AND action = 'intent.approved'
          ORDER BY seq DESC LIMIT 1) AS approvedBy
       FROM records.intents i
       LEFT JOIN records.audit a ON a.subject = i.id AND a.action = 'intent.journaled'
       WHERE i.state = 'confirmed' AND i.server_tid IS NOT NULL`,
    )
    .all();
  const byClient = new Map<string, Map<string, SettledIntent>>();
  for (const { clientUid, serverTid, ...intent } of rows) {
    const ofClient = byClient.get(clientUid);
    if (ofClient) ofClient.set(serverTid, intent);
    else byClient.set(clientUid, new Map([[serverTid, intent]]));
  }
  return byClient;
}
