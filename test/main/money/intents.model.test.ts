import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { intentStates, type Draft, type Intent, type IntentState } from '#shared/domain/intent.ts';
import type { AuditEntry } from '#shared/domain/audit.ts';
import { verifyChain } from '../../../src/main/audit/chain.ts';
import type { Money } from '../../../src/main/money/intents.ts';
import { iterateAuditEntries } from '../../../src/main/storage/records/audit-repo.ts';
import {
  createRig,
  drafts,
  endOf,
  fates,
  isExecuted,
  QUOTE_MS,
  SETTLE_DELAY_MS,
  turn,
  type Fate,
  type Rig,
} from './intents-rig.ts';

/** What there is to know of an intent. Those of a model are in the order of their journaling. */
type Known = {
  id: string;
  draft: Draft;
  state: IntentState;
  quoteEndsAtMs: number;
  unknownSinceMs: number;
  /** What the service did for it: a tid, or the uid of a new client. */
  executed: string | null;
};
type Model = { intents: Known[] };
type Step = fc.AsyncCommand<Model, Rig>;

const isOpen = ({ state }: Known): boolean =>
  ['journaled', 'sent', 'unknown', 'needs_human'].includes(state);
const isWithoutOutcome = (intent: Known): boolean => isOpen(intent) && intent.state !== 'journaled';
const isUnsettled = ({ state }: Known): boolean => state === 'unknown' || state === 'needs_human';

const draft = fc.constantFrom(...drafts);
const fate = fc.constantFrom(...fates);
/** Which intent: the newest are the most interesting. */
const which = fc.integer({ min: 0, max: 4 });

/** A reading of the history counts from five minutes on, a second one after five more. */
const spansMs = [1000, QUOTE_MS + 1, SETTLE_DELAY_MS + 1, 16 * 60_000];

const steps = [
  draft.map((draft) =>
    step(`prepare ${JSON.stringify(draft)}`, async (model, rig) => {
      const prepared = rig.desk.money.prepare(draft);
      if (model.intents.some((intent) => intent.draft === draft && isOpen(intent))) {
        await expect(prepared).rejects.toMatchObject({ code: 'duplicate_intent' });
        return;
      }
      const { id } = (await prepared).intent;
      const quoteEndsAtMs = draft.kind === 'buy' ? rig.nowMs() + QUOTE_MS : Infinity;
      const nothing = { state: 'journaled', unknownSinceMs: 0, executed: null } as const;
      model.intents.push({ id, draft, quoteEndsAtMs, ...nothing });
    }),
  ),

  fc.tuple(which, fate).map(([n, fate]) =>
    stepWith(n, `confirm: ${fate}`, async (intent, rig) => {
      await confirm(intent, rig, fate, [rig.desk.money]);
    }),
  ),

  fc
    .tuple(which, fate, fc.boolean())
    .map(([n, fate, inTwoWindows]) =>
      stepWith(
        n,
        `confirm twice${inTwoWindows ? ', in two windows' : ''}: ${fate}`,
        (intent, rig) =>
          confirm(intent, rig, fate, [
            rig.desk.money,
            inTwoWindows ? rig.twin().money : rig.desk.money,
          ]),
      ),
    ),

  which.map((n) =>
    stepWith(n, 'confirm something else than was reviewed', async ({ id, state }, rig) => {
      const { typed } = confirmationOf(rig.desk.money, id);
      const confirmed = rig.desk.money.confirm({ id, reviewHash: '0'.repeat(64), typed });
      const code = state === 'journaled' ? 'review_changed' : 'conflict';
      await expect(confirmed).rejects.toMatchObject({ code });
    }),
  ),

  fc.tuple(which, fc.boolean()).map(([n, isLost]) =>
    stepWith(
      n,
      isLost ? 'the answer is lost' : 'the answer arrives',
      async (intent, rig) => {
        const told = isLost ? 'lost after' : intent.executed ? 'confirmed' : 'refused';
        expect(rig.tell(intent.draft, told)).toBe(true);
        await turn();
        end(intent, rig, endOf[told]);
      },
      ({ state }) => state === 'sent',
    ),
  ),

  which.map((n) =>
    stepWith(n, 'discard', async (intent, rig) => {
      const discard = () => rig.desk.money.discard(intent.id);
      if (intent.state !== 'journaled') expect(discard).toThrow('already sent');
      else {
        discard();
        intent.state = 'discarded';
      }
    }),
  ),

  which.map((n) =>
    stepWith(n, 'a person settles it, as it was', async (intent, rig) => {
      const { id, executed } = intent;
      const decision = executed
        ? { decision: 'went' as const, found: executed }
        : { decision: 'did_not_go' as const };
      const settle = (typed?: string) =>
        rig.desk.money.settle({ id, reason: 'Asked Bitpro', ...decision, ...(typed && { typed }) });
      // A row of another that waits for its answer may be this one, and is asked about.
      const settled = settle(executed?.slice(-6)).catch((error: unknown) => {
        const word = error instanceof AppError ? /Type “(.+)” to settle/.exec(error.message) : null;
        if (word === null || executed) throw error;
        return settle(word[1]);
      });
      if (!isUnsettled(intent)) {
        await expect(settled).rejects.toMatchObject({ code: 'conflict' });
        return;
      }
      await settled;
      intent.state = executed ? 'confirmed' : 'cleared';
    }),
  ),

  which.map((n) =>
    stepWith(n, 'look again', async (intent, rig, model) => {
      await rig.desk.money.lookAgain(intent.id);
      seeWhatWasFound(model, [intent], rig);
    }),
  ),

  fc
    .constantFrom(...spansMs)
    .map((ms) => step(`${ms} ms pass`, async (_, rig) => rig.passTime(ms))),

  fc.constant(
    step('crash and restart', async (model, rig) => {
      await rig.crash();
      rig.desk.money.recover();
      for (const intent of model.intents) {
        if (intent.state === 'sent') end(intent, rig, 'unknown');
      }
      verify(model, rig);
      await rig.desk.money.startSettling();
      seeWhatWasFound(model, model.intents, rig);
    }),
  ),
];

test('whatever happens to them, intents keep the promises of money-safety.md', async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(steps, { maxCommands: 60, size: 'max' }), async (commands) => {
      const rig = createRig();
      try {
        await rig.desk.money.startSettling();
        await fc.asyncModelRun(() => ({ model: { intents: [] }, real: rig }), commands);
      } finally {
        rig.close();
      }
    }),
    // Each opens its databases anew. On a machine that is busy otherwise there are fewer of them.
    { numRuns: 60, interruptAfterTimeLimit: 40_000 },
  );
}, 60_000);

function step(name: string, run: (model: Model, rig: Rig) => Promise<void>): Step {
  return {
    check: () => true,
    run: async (model, rig) => {
      await run(model, rig);
      verify(model, rig);
    },
    toString: () => name,
  };
}

/** A step with the n-th newest intent. */
function stepWith(
  n: number,
  name: string,
  run: (intent: Known, rig: Rig, model: Model) => Promise<void>,
  can: (intent: Known) => boolean = () => true,
): Step {
  const intentOf = ({ intents }: Model) => intents.at(-1 - n);
  return {
    ...step(`${name}, of the newest but ${n}`, async (model, rig) => {
      const intent = intentOf(model);
      if (intent) await run(intent, rig, model);
    }),
    check: (model) => {
      const intent = intentOf(model);
      return intent !== undefined && can(intent);
    },
  };
}

/** In one or several windows at once: it is sent once, and all others are told so. */
async function confirm(intent: Known, rig: Rig, fate: Fate, moneys: Money[]): Promise<void> {
  const { id, draft, state, quoteEndsAtMs } = intent;
  const posts = rig.posts.length;
  rig.decide(fate);
  const isKeptWaiting = rig.nextWaiting();
  const errors: unknown[] = [];
  const calls = moneys.map(async (money) => {
    await money.confirm(confirmationOf(money, id)).catch((error: unknown) => errors.push(error));
  });
  await Promise.race([isKeptWaiting, Promise.all(calls)]);
  await turn();
  const isExpired = state === 'journaled' && rig.nowMs() >= quoteEndsAtMs;
  const isSent = state === 'journaled' && !isExpired;
  const refusal = { code: isExpired ? 'rate_expired' : 'conflict' };
  expect(errors).toMatchObject(moneys.slice(isSent ? 1 : 0).map(() => refusal));
  if (!isSent) return;
  expect(rig.posts.slice(posts)).toEqual([draft]);
  if (isExecuted(fate)) intent.executed = rig.executed.get(draft) ?? null;
  end(intent, rig, endOf[fate]);
}

function end(intent: Known, rig: Rig, state: IntentState): void {
  intent.state = state;
  if (state === 'unknown') intent.unknownSinceMs = rig.nowMs();
}

function confirmationOf(money: Money, id: string) {
  const { intent, reviewHash } = money.review(id);
  return { id, reviewHash, typed: intent.address?.slice(-6) ?? null };
}

/** After a look at the history for some: the app may have found out what is so, and nothing else. */
function seeWhatWasFound(model: Model, lookedFor: readonly Known[], rig: Rig): void {
  const found = lookedFor.map((intent) => {
    const row = rig.desk.money.get(intent.id);
    if (intent.state === 'unknown') checkFound(model, intent, row, rig.nowMs());
    return row.state;
  });
  lookedFor.forEach((intent, n) => (intent.state = found[n] ?? intent.state));
}

function checkFound({ intents }: Model, unknown: Known, found: Intent, nowMs: number): void {
  const { executed, draft, unknownSinceMs } = unknown;
  const sent = intents.filter((other) => other !== unknown && isWithoutOutcome(other));
  /** Others whose transaction could be taken for this one's. */
  const alike = sent.filter((other) => other.draft.kind === draft.kind);
  expect(['unknown', 'confirmed', 'cleared', 'needs_human']).toContain(found.state);
  if (found.state === 'confirmed') expect(found.serverTid).toBe(executed);
  if (found.state === 'needs_human') expect(alike).not.toEqual([]);
  if (found.state === 'cleared') {
    expect(executed).toBeNull();
    expect(nowMs - unknownSinceMs).toBeGreaterThan(2 * SETTLE_DELAY_MS);
  }
  // No history shows new clients, and none counts while another payment is on its way.
  const canBeSeen = draft.kind !== 'create_client' && sent.every((other) => other.state !== 'sent');
  if (found.state === 'unknown' && canBeSeen && alike.length === 0) expect(executed).toBeNull();
}

/** money-safety.md, The state machine of an intent. */
const arrows: Record<IntentState, readonly IntentState[]> = {
  journaled: ['sent', 'discarded'],
  sent: ['confirmed', 'rejected', 'unknown', 'needs_human'],
  unknown: ['confirmed', 'cleared', 'needs_human'],
  needs_human: ['confirmed', 'cleared'],
  confirmed: [],
  rejected: [],
  cleared: [],
  discarded: [],
};

/** What holds after every step. */
function verify({ intents }: Model, { desk, posts }: Rig): void {
  const rows = desk.money.list({ openOnly: false }).toReversed();
  expect(rows.map(({ id, state }) => ({ id, state }))).toEqual(
    intents.map(({ id, state }) => ({ id, state })),
  );
  const sent = rows.filter(({ state }) => state !== 'journaled' && state !== 'discarded');
  expect(rows.map(({ attempts }) => attempts)).toEqual(
    rows.map((row) => (sent.includes(row) ? 1 : 0)),
  );
  expect(posts).toHaveLength(sent.length);
  const tids = rows.flatMap(({ serverTid }) => serverTid ?? []);
  expect(new Set(tids).size).toBe(tids.length);
  const open = intents.filter(isOpen).map((intent) => intent.draft);
  expect(new Set(open).size).toBe(open.length);
  expect(verifyChain(desk.records).ok).toBe(true);
  const stories = Map.groupBy(iterateAuditEntries(desk.records), ({ subject }) => subject);
  for (const row of rows) verifyStory(row, stories.get(row.id) ?? []);
}

/** The audit log tells of every move: each along an arrow, from `journaled` to where the intent is. */
function verifyStory({ state }: Intent, entries: readonly AuditEntry[]): void {
  const story = entries.map(({ action }) =>
    intentStates.find((each) => action === `intent.${each}`),
  );
  expect(story[0]).toBe('journaled');
  expect(story.at(-1)).toBe(state);
  story.slice(1).forEach((to, index) => {
    const from = story[index];
    expect(from && arrows[from]).toContain(to);
  });
}
