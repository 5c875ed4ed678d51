import type { RecordsDb } from '../open.ts';
import { statements } from '../statements.ts';
import { endedAtMs, type NewIntent } from './intents-repo.ts';

/** A payment that left and was taken for not carried out: cleared, or refused by an answer. */
export type ClearedPayment = {
  id: string;
  sentAtMs: number;
  clearedAtMs: number;
  /** Bitpro's own answer had named a transaction for it. */
  wasNamed: boolean;
};

type Terms = Pick<NewIntent, 'kind' | 'clientUid' | 'address' | 'amountSats' | 'usdCents'>;

/** An answer that came when its intent had moved on. */
export type LateAnswer = {
  intentId: string;
  atMs: number;
  state: string;
  serverTid: string | null;
  said: string;
};

/** A confirmed intent whose transaction no reading showed yet; `misses` complete ones did not. */
export type Unseen = { id: string; clientUid: string; tid: string; misses: number };

const unseen = `SELECT i.id, i.client_uid AS clientUid, i.server_tid AS tid,
    (SELECT count(*) FROM intent_sightings s WHERE s.intent_id = i.id) AS misses
  FROM intents i
  WHERE i.state = 'confirmed' AND i.server_tid IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM intent_sightings s WHERE s.intent_id = i.id AND s.seen = 1)`;

const prepared = statements((db: RecordsDb) => ({
  cleared: db.prepare<
    [Terms & { sinceMs: number; namedSinceMs: number }],
    Omit<ClearedPayment, 'wasNamed'> & { wasNamed: number }
  >(
    `SELECT id, sent_at_ms AS sentAtMs, settled_at_ms AS clearedAtMs, named_tid IS NOT NULL AS wasNamed
     FROM intents
     WHERE (state = 'cleared' OR (state = 'rejected' AND refusal IS NOT NULL)) AND kind = :kind AND address IS :address AND amount_sats IS :amountSats
       AND usd_cents IS :usdCents AND (kind = 'withdrawal' OR client_uid IS :clientUid)
       AND ${endedAtMs} > iif(named_tid IS NULL, :sinceMs, :namedSinceMs)
     ORDER BY settled_at_ms DESC LIMIT 1`,
  ),
  insertSighting: db.prepare<[string, number, number]>(
    'INSERT INTO intent_sightings (intent_id, at_ms, seen) VALUES (?, ?, ?)',
  ),
  insertAnswer: db.prepare<[LateAnswer]>(
    `INSERT INTO intent_answers (intent_id, at_ms, state, server_tid, said)
     VALUES (:intentId, :atMs, :state, :serverTid, :said)`,
  ),
  unseen: db.prepare<[number], Unseen>(`${unseen} AND ${endedAtMs} > ?`),
  unseenOf: db.prepare<[string, number], Unseen>(
    `${unseen} AND i.client_uid = ? AND ${endedAtMs} > ?`,
  ),
  contradicted: db.prepare<[], { id: string; said: string }>(
    `SELECT i.id, a.said FROM intent_answers a JOIN intents i ON i.id = a.intent_id
     WHERE i.state = 'confirmed' AND a.server_tid IS NOT NULL AND a.server_tid IS NOT i.server_tid
     ORDER BY a.seq`,
  ),
  answers: db
    .prepare<[string], string>('SELECT said FROM intent_answers WHERE intent_id = ? ORDER BY seq')
    .pluck(),
}));

/**
 * The payment on these terms that was last taken for not carried out, if that was after `sinceMs`, or after
 * `namedSinceMs` where Bitpro itself had named a transaction for it. Paying again then wants a reason.
 */
export function clearedEqual(
  db: RecordsDb,
  { kind, clientUid, address, amountSats, usdCents }: Terms,
  since: { sinceMs: number; namedSinceMs: number },
): ClearedPayment | null {
  const terms = { kind, clientUid, address, amountSats, usdCents };
  const found = prepared(db).cleared.get({ ...terms, ...since });
  return found ? { ...found, wasNamed: found.wasNamed === 1 } : null;
}

/** A complete reading showed, or did not show, the transaction of a confirmed intent. */
export function saveSighting(db: RecordsDb, intentId: string, atMs: number, seen: boolean): void {
  prepared(db).insertSighting.run(intentId, atMs, seen ? 1 : 0);
}

/** Confirmed after `sinceMs` and not seen yet, of all clients. */
export function listUnseen(db: RecordsDb, sinceMs: number): Unseen[] {
  return prepared(db).unseen.all(sinceMs);
}

export function listUnseenOf(db: RecordsDb, clientUid: string, sinceMs: number): Unseen[] {
  return prepared(db).unseenOf.all(clientUid, sinceMs);
}

/** In the transaction of its audit entry, `intent.answered`. */
export function saveLateAnswer(db: RecordsDb, answer: LateAnswer): void {
  prepared(db).insertAnswer.run(answer);
}

/** Answers that name another transaction than the one their intent is confirmed with, by the intent's id. */
export function contradictedAnswers(db: RecordsDb): Map<string, string> {
  return new Map(
    prepared(db)
      .contradicted.all()
      .map(({ id, said }) => [id, said]),
  );
}

/** What came when the intent had moved on, oldest first. */
export function lateAnswers(db: RecordsDb, intentId: string): string[] {
  return prepared(db).answers.all(intentId);
}
