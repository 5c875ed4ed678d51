import type {
  Draft,
  Intent,
  IntentReview,
  SettleDecision,
  Settling,
} from '#shared/domain/intent.ts';
import { AppError } from '#shared/errors.ts';
import { listIntents } from '../storage/records/intents-repo.ts';
import { approveIntent, type Approving } from './approvals.ts';
import { confirmIntent, type Confirmation } from './confirm.ts';
import type { MoneyContext, MoneyDeps } from './context.ts';
import { createJournal } from './journal.ts';
import { INTERRUPTED_REASON } from './outcomes.ts';
import { prepareIntent } from './prepare.ts';
import { drawReview } from './review.ts';
import { settleByHand } from './settle.ts';
import { createSettling } from './settling.ts';

export type Money = ReturnType<typeof createMoney>;

/**
 * Buys, withdrawals and new clients of one profile, as journaled intents (money-safety.md): a draft is
 * journaled, reviewed, and sent at most once. Nothing here ever sends by itself.
 */
export function createMoney(deps: MoneyDeps) {
  const journal = createJournal(deps);
  const onChanged = (intent: Intent): void => {
    settling.observe(intent);
    deps.onChanged(intent);
  };
  const { onSettling = () => {}, schedule = scheduleTimeout } = deps;
  const context: MoneyContext = { ...deps, journal, schedule, onChanged, unkept: new Map() };
  const settling = createSettling({ ...context, onSettling });
  const sending = new Map<Promise<unknown>, string>();
  let isLeft = false;

  /** One that is `sent` although nobody waits for its answer any more says why; the next start makes it unknown. */
  function explained<I extends Intent>(intent: I): I {
    if (intent.state !== 'sent' || [...sending.values()].includes(intent.id)) return intent;
    return { ...intent, reason: context.unkept.get(intent.id) ?? INTERRUPTED_REASON };
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
      return drawReview(context, explained(journal.get(id)));
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
      sending.set(sent, confirmation.id);
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
      onChanged(intent);
      return intent;
    },

    /** What is known of an open outcome, what is being done and when; null for any other intent. */
    settling: (id: string): Settling | null => settling.status(id),

    /** Looks now at the history for an open outcome. */
    lookAgain: (id: string): Promise<Settling | null> => settling.lookAgain(id),

    /** Looks now at all that is unknown: at start after `recover`, on reconnect and on waking up. */
    lookAtAll: (): Promise<void> => settling.lookAtAll(),

    /** From now on what is unknown is looked up by itself. */
    startSettling: (): Promise<void> => settling.start(),

    /** A person's decision on an intent that is unknown or needs one; see `settleByHand` for its errors. */
    async settle(decision: SettleDecision): Promise<Intent> {
      const intent = await settleByHand(context, decision);
      onChanged(intent);
      return intent;
    },

    get(id: string): Intent {
      return explained(journal.get(id));
    },

    /** Newest first. */
    list(filter: { openOnly: boolean }): Intent[] {
      return listIntents(deps.records, filter).map(explained);
    },

    /** Once at start, before anything else: what was being sent when the app stopped becomes unknown. */
    recover(): Intent[] {
      return journal.recover();
    },

    /** From now on nothing is sent; resolves when nothing is on its way any more. Await it before the records are closed. */
    async idle(): Promise<void> {
      isLeft = true;
      await Promise.allSettled(sending.keys());
      await settling.close();
    },
  };
}

function scheduleTimeout(run: () => void, delayMs: number): () => void {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
}
