import { SqliteError } from 'better-sqlite3';
import { AppError } from '#shared/errors.ts';
import { appendAudit, type AuditNote } from '../audit/chain.ts';
import type { RecordsDb } from '../storage/open.ts';
import {
  answerIntent,
  findIntent,
  insertIntent,
  isEqualOpenAgain,
  listIntents,
  markIntentDiscarded,
  markIntentSent,
  noteRefusal,
  reopenIntent,
  settleIntent,
  type IntentAnswer,
  type JournaledIntent,
  type NewIntent,
  type SettledBy,
} from '../storage/records/intents-repo.ts';
import { saveLateAnswer, saveSighting } from '../storage/records/outcomes-repo.ts';
import {
  saveBaselineTids,
  saveReading,
  type Baseline,
  type HistoryReading,
  type Moment,
} from '../storage/records/settling-repo.ts';
import { alreadyMoved, equalIsOpen, stored } from './journal-errors.ts';
import { describeAnswer, INTERRUPTED_REASON, needsPerson, unanswered } from './outcomes.ts';
import { isBeingSent } from './sending.ts';

export type JournalDeps = {
  records: RecordsDb;
  now: () => number;
  /** Who is named in the audit log. */
  actor: () => string;
};

export type Journal = ReturnType<typeof createJournal>;

/**
 * The moves of an intent, each with its audit entry in one transaction (money-safety.md, invariant 8).
 * The transaction is committed, and with `synchronous=FULL` on the disk, when a function returns.
 * Every function throws AppError `disk_full` or `storage_failed` when it could not keep the move.
 */
export function createJournal({
  records,
  now,
  actor,
  moment,
  keepClock,
}: JournalDeps & { moment: () => Moment; keepClock?: () => void }) {
  if (records.pragma('synchronous', { simple: true }) !== 2) {
    throw new Error('Intents need synchronous=FULL: `sent` must be on the disk before it is sent');
  }

  function move(
    id: string,
    action: `intent.${JournaledIntent['state']}`,
    detail: AuditNote['detail'],
    write: (atMs: number) => boolean,
  ): JournaledIntent {
    return onDisk(() => {
      const atMs = now();
      appendAudit(records, { atMs, actor: actor(), action, subject: id, detail });
      if (!write(atMs)) throw alreadyMoved();
      return mustGet(id);
    });
  }

  function onDisk<T>(write: () => T): T {
    // A transaction inside another would end in a savepoint, which is not on the disk yet.
    if (records.inTransaction) throw new Error('A move of an intent is a transaction of its own');
    return records.transaction(write).immediate();
  }

  function mustGet(id: string): JournaledIntent {
    const intent = findIntent(records, id);
    if (intent) return intent;
    throw new AppError('not_found', 'This request is not in the records of this profile.');
  }

  function answer(id: string, reply: IntentAnswer, alongside?: () => void): JournaledIntent {
    const { state, ...detail } = reply;
    return stored(
      'Bitpro may have executed the request, but its outcome could not be kept. Do not send it again: ' +
        'after a restart it is shown as not known.',
      () => {
        if (mustGet(id).state !== 'sent') return answerLate(id, reply, alongside);
        return move(id, `intent.${state}`, detail, (atMs) => {
          alongside?.();
          const settledAtMs = isFinal(state) ? atMs : null;
          const isUnknown = state === 'unknown';
          const since = isUnknown ? moment() : NO_MOMENT;
          const unknownSinceMs = isUnknown ? atMs : null;
          return answerIntent(records, { id, ...reply, settledAtMs, unknownSinceMs, ...since });
        });
      },
    );
  }

  /**
   * An answer to what was taken for interrupted meanwhile is kept under its intent, whatever state that is in, and
   * moves it as far as it may: what was taken for not carried out needs a person again when the answer says otherwise.
   */
  function answerLate(id: string, reply: IntentAnswer, alongside?: () => void): JournaledIntent {
    return onDisk(() => {
      const atMs = now();
      const { state, serverTid, namedTid } = reply;
      const said = describeAnswer(reply);
      const note = (action: string, detail: AuditNote['detail']): void =>
        void appendAudit(records, { atMs, actor: actor(), action, subject: id, detail });
      note('intent.answered', { state, serverTid, said });
      saveLateAnswer(records, {
        intentId: id,
        atMs,
        state,
        serverTid: serverTid ?? namedTid,
        said,
      });
      const before = mustGet(id).state;
      const isUnknown = before === 'unknown';
      const tellsMore = state === 'confirmed' || state === 'needs_human';
      if (isUnknown && tellsMore) {
        const { state: _, ...detail } = reply;
        note(`intent.${state}`, detail);
        alongside?.();
        const settledAtMs = isFinal(state) ? atMs : null;
        settleIntent(records, { id, ...reply, ...BY_HISTORY, settledAtMs });
      } else if (isUnknown && state === 'rejected') {
        noteRefusal(records, id, reply.refusal ?? said);
      } else if ((before === 'cleared' || before === 'rejected') && tellsMore) {
        const reason = needsPerson(
          `It was taken as not carried out. Then Bitpro’s answer came: ${said}`,
        );
        note('intent.needs_human', { reason, namedTid });
        reopenIntent(records, { id, reason, namedTid, atMs });
      }
      return mustGet(id);
    });
  }

  return {
    get: mustGet,

    /** @throws AppError `duplicate_intent` while an equal one is open */
    journal(intent: NewIntent): JournaledIntent {
      const { id, createdAtMs: _, ...detail } = intent;
      const { guardMs } = moment();
      return stored('Nothing was sent.', () =>
        move(id, 'intent.journaled', { ...detail, guardMs }, () => {
          keepClock?.();
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
      const baselineWhole = baseline?.isWhole === true ? 1 : 0;
      const clockSlackMs = baseline?.slackMs ?? 0;
      const detail = { reviewHash, baselineAtMs, baselineRows: baseline?.tids.size ?? 0 };
      return stored('Nothing was sent.', () =>
        move(id, 'intent.sent', detail, (sentAtMs) => {
          lastCheck();
          // Another window may have been quicker; then the baseline is not for this sending.
          if (mustGet(id).state !== 'journaled') return false;
          if (isEqualOpenAgain(records, id)) throw equalIsOpen();
          if (baseline) saveBaselineTids(records, id, baseline);
          // In this transaction, so that after it the guarded time never begins before what was sent.
          keepClock?.();
          const sentGuardMs = moment().guardMs;
          const kept = { baselineAtMs, baselineFloorMs, baselineWhole, clockSlackMs };
          return markIntentSent(records, { id, sentAtMs, sentGuardMs, ...kept });
        }),
      );
    },

    /** Keeps what became of a sent intent; `alongside` writes in the same transaction what that brings with it. */
    answer,

    /**
     * Moves what was unknown, or needs a person, to what was found out, and keeps the reading that showed it.
     * `alongside` as with `answer`; `facts` are for the audit log.
     * @throws AppError `conflict` when it was settled meanwhile
     */
    settle(
      id: string,
      found: IntentAnswer,
      by: SettledBy & { readings: number; settleDelayMinutes: number | null },
      reading: HistoryReading | null = null,
      alongside?: () => void,
      facts: AuditNote['detail'] = {},
    ): JournaledIntent {
      const { state, ...detail } = found;
      const { settledBy, settleReason, agreedBy, foundTid } = by;
      const settled = { settledBy, settleReason, agreedBy, foundTid };
      return stored('The intent is unchanged.', () =>
        move(id, `intent.${state}`, { ...detail, ...by, ...facts }, (atMs) => {
          // Before the move: the database counts the readings, and lets only what is open be read for.
          if (reading) saveReading(records, reading);
          alongside?.();
          const settledAtMs = state === 'needs_human' ? null : atMs;
          const isMoved = settleIntent(records, { id, ...found, ...settled, settledAtMs });
          // The history was read for it, so nothing remains to be looked for.
          if (isMoved && state === 'confirmed') saveSighting(records, id, atMs, true);
          return isMoved;
        }),
      );
    },

    /** What was taken for not carried out, and the history shows after all, needs a person again. */
    reopen(id: string, reason: string): JournaledIntent {
      return stored('The intent is unchanged.', () =>
        move(id, 'intent.needs_human', { reason }, (atMs) =>
          reopenIntent(records, { id, reason, namedTid: null, atMs }),
        ),
      );
    },

    /** A complete reading showed, or did not show, the transaction of a confirmed intent. */
    keepSighting(id: string, isSeen: boolean): void {
      stored('The reading counts for nothing.', () =>
        records.transaction(() => saveSighting(records, id, now(), isSeen)).immediate(),
      );
    },

    /** A reading that settled nothing. */
    keepReading(reading: HistoryReading): void {
      stored('The reading counts for nothing.', () =>
        records.transaction(() => saveReading(records, reading)).immediate(),
      );
    },

    /** `reason` where nobody decided it. @throws AppError `conflict` once it was sent */
    discard(id: string, reason: string | null = null): JournaledIntent {
      const detail = reason === null ? {} : { reason };
      return stored('The intent is unchanged.', () =>
        move(id, 'intent.discarded', detail, (atMs) =>
          markIntentDiscarded(records, id, atMs, reason),
        ),
      );
    },

    /**
     * At start: what was `sent` when the app stopped is unknown. Journaled intents stay as they are, and so does what
     * this process is still sending: its answer is on the way.
     */
    recover(): JournaledIntent[] {
      const interrupted = listIntents(records, { openOnly: true }).filter(
        ({ id, state }) => state === 'sent' && !isBeingSent(records, id),
      );
      return interrupted.map((intent) => answer(intent.id, unanswered(intent, INTERRUPTED_REASON)));
    },
  };
}

const NO_MOMENT = { guardMs: null, monotonicMs: null, run: null, era: null };

/** The history, or Bitpro's answer, settled it: no person did. */
export const BY_HISTORY = { settledBy: null, settleReason: null, agreedBy: null, foundTid: null };

function isFinal(state: IntentAnswer['state']): boolean {
  return state !== 'unknown' && state !== 'needs_human';
}

function insertOnce(records: RecordsDb, intent: NewIntent): void {
  try {
    insertIntent(records, intent);
  } catch (error) {
    if (!(error instanceof SqliteError)) throw error;
    const isOpenAgain = error.message.includes('an equal one is open again');
    if (error.code !== 'SQLITE_CONSTRAINT_UNIQUE' && !isOpenAgain) throw error;
    throw equalIsOpen(error);
  }
}
