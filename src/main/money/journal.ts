import { SqliteError } from 'better-sqlite3';
import { AppError } from '#shared/errors.ts';
import { appendAudit, type AuditNote } from '../audit/chain.ts';
import type { RecordsDb } from '../storage/open.ts';
import {
  answerIntent,
  findIntent,
  insertIntent,
  listIntents,
  markIntentDiscarded,
  markIntentSent,
  settleIntent,
  type IntentAnswer,
  type JournaledIntent,
  type NewIntent,
  type SettledBy,
} from '../storage/records/intents-repo.ts';
import {
  saveBaselineTids,
  saveReading,
  type Baseline,
  type HistoryReading,
} from '../storage/records/settling-repo.ts';
import { storageError } from '../storage/storage-error.ts';
import { INTERRUPTED_REASON, unanswered } from './outcomes.ts';

export type JournalDeps = {
  records: RecordsDb;
  now: () => number;
  /** Who is named in the audit log. */
  actor: () => string;
};

export type Journal = ReturnType<typeof createJournal>;

/**
 * The moves of an intent, each with its audit entry in one transaction (money-safety.md, invariant 7).
 * The transaction is committed, and with `synchronous=FULL` on the disk, when a function returns.
 * Every function throws AppError `disk_full` or `storage_failed` when it could not keep the move.
 */
export function createJournal({ records, now, actor }: JournalDeps) {
  if (records.pragma('synchronous', { simple: true }) !== 2) {
    throw new Error('Intents need synchronous=FULL: `sent` must be on the disk before it is sent');
  }

  function move(
    id: string,
    action: `intent.${JournaledIntent['state']}`,
    detail: AuditNote['detail'],
    write: (atMs: number) => boolean,
  ): JournaledIntent {
    const moveOnce = records.transaction(() => {
      const atMs = now();
      appendAudit(records, { atMs, actor: actor(), action, subject: id, detail });
      if (!write(atMs)) throw alreadyMoved();
      return mustGet(id);
    });
    // A transaction inside another would end in a savepoint, which is not on the disk yet.
    if (records.inTransaction) throw new Error('A move of an intent is a transaction of its own');
    return moveOnce.immediate();
  }

  function mustGet(id: string): JournaledIntent {
    const intent = findIntent(records, id);
    if (intent) return intent;
    throw new AppError('not_found', 'This intent is not in the journal of this profile.');
  }

  function answer(id: string, reply: IntentAnswer, alongside?: () => void): JournaledIntent {
    const { state, ...detail } = reply;
    const isFinal = state !== 'unknown' && state !== 'needs_human';
    return stored(
      'Bitpro may have executed the request, but its outcome could not be kept. Do not send it again: ' +
        'after a restart it is shown as not known.',
      () =>
        move(id, `intent.${state}`, detail, (atMs) => {
          alongside?.();
          const settledAtMs = isFinal ? atMs : null;
          const unknownSinceMs = state === 'unknown' ? atMs : null;
          return answerIntent(records, { id, ...reply, settledAtMs, unknownSinceMs });
        }),
    );
  }

  return {
    get: mustGet,

    /** @throws AppError `duplicate_intent` while an equal one is open */
    journal(intent: NewIntent): JournaledIntent {
      const { id, createdAtMs: _, ...detail } = intent;
      return stored('Nothing was sent.', () =>
        move(id, 'intent.journaled', detail, () => {
          insertOnce(records, intent);
          return true;
        }),
      );
    },

    /**
     * `lastCheck` throws when it must not be sent after all. It runs inside the transaction, so that two that
     * are sent at once cannot both fit into what one limit leaves.
     * @throws AppError `conflict` when the intent was sent or discarded before: then it must not be sent
     */
    markSent(
      id: string,
      reviewHash: string,
      baseline: Baseline | null,
      lastCheck: () => void = () => {},
    ): JournaledIntent {
      const { atMs: baselineAtMs = null, floorMs: baselineFloorMs = null } = baseline ?? {};
      const tids = baseline?.tids ?? new Set<string>();
      const detail = { reviewHash, baselineAtMs, baselineRows: tids.size };
      return stored('Nothing was sent.', () =>
        move(id, 'intent.sent', detail, (sentAtMs) => {
          lastCheck();
          // Another window may have been quicker; then the baseline is not for this sending.
          if (mustGet(id).state !== 'journaled') return false;
          saveBaselineTids(records, id, tids);
          return markIntentSent(records, { id, sentAtMs, baselineAtMs, baselineFloorMs });
        }),
      );
    },

    /** Keeps what became of a sent intent; `alongside` writes in the same transaction what that brings with it. */
    answer,

    /**
     * Moves what was unknown, or needs a person, to what was found out, and keeps the reading that showed it.
     * `alongside` as with `answer`.
     * @throws AppError `conflict` when it was settled meanwhile
     */
    settle(
      id: string,
      found: IntentAnswer,
      by: SettledBy & { readings: number; settleDelayMinutes: number | null },
      reading: HistoryReading | null = null,
      alongside?: () => void,
    ): JournaledIntent {
      const { state, ...detail } = found;
      const { settledBy, settleReason } = by;
      return stored('The intent is unchanged.', () =>
        move(id, `intent.${state}`, { ...detail, ...by }, (atMs) => {
          // Before the move: the database counts the readings, and lets only what is open be read for.
          if (reading) saveReading(records, reading);
          alongside?.();
          const settledAtMs = state === 'needs_human' ? null : atMs;
          return settleIntent(records, { id, ...found, settledBy, settleReason, settledAtMs });
        }),
      );
    },

    /** A reading that settled nothing. */
    keepReading(reading: HistoryReading): void {
      stored('The reading counts for nothing.', () =>
        records.transaction(() => saveReading(records, reading)).immediate(),
      );
    },

    /** @throws AppError `conflict` once it was sent */
    discard(id: string): JournaledIntent {
      return stored('The intent is unchanged.', () =>
        move(id, 'intent.discarded', {}, (atMs) => markIntentDiscarded(records, id, atMs)),
      );
    },

    /** At start: what was `sent` when the app stopped is unknown. Journaled intents stay as they are. */
    recover(): JournaledIntent[] {
      const interrupted = listIntents(records, { openOnly: true }).filter(
        ({ state }) => state === 'sent',
      );
      return interrupted.map((intent) => answer(intent.id, unanswered(intent, INTERRUPTED_REASON)));
    },
  };
}

function insertOnce(records: RecordsDb, intent: NewIntent): void {
  try {
    insertIntent(records, intent);
  } catch (error) {
    if (!(error instanceof SqliteError) || error.code !== 'SQLITE_CONSTRAINT_UNIQUE') throw error;
    throw equalIsOpen(error);
  }
}

export function equalIsOpen(cause?: unknown): AppError {
  return new AppError(
    'duplicate_intent',
    'An equal request is already open. Decide on that one first; until its outcome is known, ' +
      'nothing equal can be sent.',
    { cause },
  );
}

export function alreadyMoved(): AppError {
  return new AppError(
    'conflict',
    'This intent was already sent or discarded. Nothing more was sent.',
  );
}

/** Runs a write of the journal and says, in the operator's words, what a failing disk means for it. */
function stored<T>(consequence: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (!(error instanceof SqliteError)) throw error;
    const { code } = storageError(error);
    const what = code === 'disk_full' ? 'The disk is full.' : 'The records could not be written.';
    throw new AppError(code, `${what} ${consequence}`, { cause: error });
  }
}
