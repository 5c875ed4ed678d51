import { randomUUID } from 'node:crypto';
import type {
  Draft,
  Intent,
  IntentReview,
  SettleDecision,
  Settling,
  Weighing,
  WeighRequest,
} from '#shared/domain/intent.ts';
import { AppError } from '#shared/errors.ts';
import type { RemoteTransaction } from '../bitpro/wire.ts';
import { listIntents } from '../storage/records/intents-repo.ts';
import { contradictedAnswers, listUnseen } from '../storage/records/outcomes-repo.ts';
import type { Moment } from '../storage/records/settling-repo.ts';
import { objectionsIn, observeKept, observeRows } from './afterwards.ts';
import { watchedSinceMs } from './ended.ts';
import { approveIntent, type Approving } from './approvals.ts';
import { settleByHand, weigh } from './by-hand.ts';
import { confirmIntent, type Confirmation } from './confirm.ts';
import type { MoneyContext, MoneyDeps } from './context.ts';
import { createJournal } from './journal.ts';
import { INTERRUPTED_REASON } from './outcomes.ts';
import { prepareIntent } from './prepare.ts';
import { drawReview } from './review.ts';
import { endOfSending, isBeingSent, noteSending } from './sending.ts';
import { createSettling } from './settling.ts';

export type Money = ReturnType<typeof createMoney>;

/**
 * Buys, withdrawals and new clients of one profile, as journaled intents (money-safety.md): a draft is
 * journaled, reviewed, and sent at most once. Nothing here ever sends by itself.
 */
export function createMoney(deps: MoneyDeps) {
  const { clock, records } = deps;
  const run = randomUUID();
  const moment = (): Moment => ({
    guardMs: Math.floor(clock.nowMs()),
    monotonicMs: Math.floor(clock.monotonicMs()),
    run,
    era: clock.era(),
  });
  const journal = createJournal({ ...deps, moment, keepClock: () => clock.keep() });
  const onChanged = (intent: Intent): void => {
    settling.observe(intent);
    deps.onChanged(intent);
    // What one of them became no longer explains another.
    if (intent.settledAtMs !== null && intent.clientUid !== null) {
      observeKept(context, intent.clientUid);
    }
  };
  const { onSettling = () => {}, schedule = scheduleTimeout } = deps;
  const context: MoneyContext = {
    ...deps,
    journal,
    moment,
    schedule,
    onChanged,
    onSettling,
    reviewed: new Map(),
    unkept: new Map(),
    checking: new Map(),
    objections: new Map(),
  };
  const settling = createSettling(context);
  const sending = new Set<Promise<unknown>>();
  let isLeft = false;

  /** One that is `sent` although nobody waits for its answer any more says why; the next start makes it unknown. */
  function explained<I extends Intent>(intent: I): I {
    if (intent.state !== 'sent' || isBeingSent(records, intent.id)) return intent;
    return { ...intent, reason: context.unkept.get(intent.id) ?? INTERRUPTED_REASON };
  }

  /** Confirmed, and still for someone to look at. */
  function attentions(): Map<string, string> {
    const unseen = listUnseen(records, watchedSinceMs(deps))
      .filter(({ misses }) => misses >= MISSES_TO_TELL)
      .map(({ id, tid }) => [id, notSeen(tid)] as const);
    const gone = deps.known.removedPayments().map(({ id, tid }) => [id, takenOff(tid)] as const);
    const others = contradictedAnswers(records);
    return new Map([...unseen, ...gone, ...objectionsIn(context), ...others]);
  }

  function shown<I extends Intent>(intent: I, attention = attentions().get(intent.id)): I {
    return attention === undefined ? explained(intent) : { ...explained(intent), attention };
  }

  /** What an earlier opening of these records is still sending is told here, too, once its answer is kept. */
  async function toldElsewhere(id: string): Promise<void> {
    await endOfSending(records, id)?.catch(() => undefined);
    if (records.open && journal.get(id).state !== 'sent') onChanged(journal.get(id));
  }

  return {
    /**
     * Journals a draft and draws its review. Nothing is sent.
     * @throws AppError `invalid_input` with the field at fault, `duplicate_intent`, `profile_locked`,
     * `not_found` for an unlisted client, or what reading the rate failed with
     */
    async prepare(draft: Draft): Promise<IntentReview> {
      const intent = await prepareIntent(context, draft);
      onChanged(intent);
      return drawReview(context, intent);
    },

    review(id: string): IntentReview {
      return drawReview(context, shown(journal.get(id)));
    },

    /**
     * Sends a journaled intent once and answers with what became of it: confirmed, rejected, unknown or
     * needs_human. When it throws before sending, the intent is still journaled.
     * @throws AppError `conflict` when it was sent or discarded before, `review_changed`, `invalid_input`
     * (field `typed`), a refusal of the policy, `wrong_environment`, what ping failed with, `disk_full`
     */
    async confirm(confirmation: Confirmation): Promise<Intent> {
      // Nobody would wait for it, and its answer could no longer be kept.
      if (isLeft) throw new AppError('cancelled', 'The profile was left. Nothing was sent.');
      const sent = confirmIntent(context, confirmation);
      sending.add(sent);
      noteSending(records, confirmation.id, sent);
      try {
        return await sent;
      } finally {
        sending.delete(sent);
      }
    },

    /**
     * Keeps a second person's approval of what the review shows.
     * @throws AppError `forbidden` for who prepared or confirms it, `invalid_input` (field `approver` or `passphrase`),
     * `rate_limited` after wrong passphrases, `review_changed`, `conflict` once it was sent
     */
    async approve(approving: Approving): Promise<IntentReview> {
      const intent = await approveIntent(context, approving);
      deps.onChanged(intent);
      return drawReview(context, intent);
    },

    /** @throws AppError `conflict` once it was sent */
    discard(id: string): Intent {
      const intent = journal.discard(id);
      context.reviewed.delete(id);
      onChanged(intent);
      return intent;
    },

    /** Of `ids` what still waits to be confirmed, since another copy of these records may have sent it. */
    discardWaiting(reason: string, ids: ReadonlySet<string>): number {
      const waiting = listIntents(deps.records, { openOnly: true }).filter(
        ({ id, state }) => state === 'journaled' && ids.has(id),
      );
      for (const { id } of waiting) onChanged(journal.discard(id, reason));
      return waiting.length;
    },

    /** What is known of an open outcome, what is being done and when; null for any other intent. */
    settling: (id: string): Settling | null => settling.status(id),

    /** Looks now at the history for an open outcome. */
    lookAgain: (id: string): Promise<Settling | null> => settling.lookAgain(id),

    /** Looks now at all that is unknown: at start after `recover`, on reconnect and on waking up. */
    lookAtAll: (): Promise<void> => settling.lookAtAll(),

    /** From now on what is unknown is looked up by itself. */
    startSettling: (): Promise<void> => settling.start(),

    /** What a person's decision would take; see `weigh` for its errors. */
    weigh: (request: WeighRequest): Promise<Weighing> => weigh(context, request),

    /**
     * Rows that any reading of a client's history brought: call it after each page, with what was new on it. They are
     * held against what has ended in the last 30 days, and against what is still looked for.
     */
    observeRows(clientUid: string, rows: readonly RemoteTransaction[]): void {
      observeRows(context, clientUid, rows);
      settling.lookSoon(clientUid, rows);
    },

    /** A person's decision on an intent that is unknown or needs one; see `settleByHand` for its errors. */
    async settle(decision: SettleDecision): Promise<Intent> {
      const intent = await settleByHand(context, decision);
      onChanged(intent);
      return intent;
    },

    get(id: string): Intent {
      return shown(journal.get(id));
    },

    /** Newest first. What is open includes what is settled and needs someone all the same. */
    list(filter: { openOnly: boolean }): Intent[] {
      const known = attentions();
      const listed = listIntents(records, filter);
      const ids = new Set(listed.map(({ id }) => id));
      const also = filter.openOnly ? [...known.keys()].filter((id) => !ids.has(id)) : [];
      return [...listed, ...also.map((id) => journal.get(id))].map((intent) =>
        shown(intent, known.get(intent.id)),
      );
    },

    /** Once at start, before anything else: what was being sent when the app stopped becomes unknown. */
    recover(): Intent[] {
      for (const { id, state } of listIntents(records, { openOnly: true })) {
        if (state === 'sent') void toldElsewhere(id);
      }
      return journal.recover();
    },

    /** From now on nothing is sent; resolves when nothing is on its way any more. Await it before the records are closed. */
    async idle(): Promise<void> {
      isLeft = true;
      await Promise.allSettled(sending);
      await settling.close();
    },
  };
}

/** Complete readings that do not show a confirmed transaction, after which someone has to look. */
const MISSES_TO_TELL = 2;

function notSeen(tid: string): string {
  return (
    `Bitpro confirmed it as transaction ${tid}, and no reading of the history has shown that since. ` +
    'Ask Bitpro what became of it.'
  );
}

function takenOff(tid: string): string {
  return `Bitpro confirmed it as transaction ${tid}, and no longer lists that. Ask Bitpro what became of it.`;
}

function scheduleTimeout(run: () => void, delayMs: number): () => void {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
}
