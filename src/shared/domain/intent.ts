import * as z from 'zod/mini';
import { plainText, textSchema } from '../text-schema.ts';
import { clientLabelSchema } from './client.ts';
import { secondPersonSchema, type ApprovalView } from './guards.ts';
import type { Environment } from './profile.ts';

export const intentKindSchema = z.enum(['buy', 'withdrawal', 'create_client']);
export type IntentKind = z.infer<typeof intentKindSchema>;

/**
 * money-safety.md, The state machine of an intent. `discarded` is a journaled intent the operator decided
 * against; like `rejected` it ends the story with no request sent or none accepted.
 */
export const intentStates = [
  'journaled',
  'sent',
  'confirmed',
  'rejected',
  'unknown',
  'cleared',
  'needs_human',
  'discarded',
] as const;
export type IntentState = (typeof intentStates)[number];

/** States in which an equal intent is refused. */
export const openIntentStates = ['journaled', 'sent', 'unknown', 'needs_human'] as const;

export type Intent = {
  id: string;
  kind: IntentKind;
  state: IntentState;
  /** Null only for create_client before its answer. */
  clientUid: string | null;
  /** Buy: dollars to spend. */
  usdCents: number | null;
  /** Withdrawal: satoshis to send. */
  amountSats: number | null;
  address: string | null;
  /** create_client: the label the new client will carry. */
  label: string | null;
  /** Buy: price seen when reviewed, and what it promised. */
  quotedPriceCents: number | null;
  expectedSats: number | null;
  attempts: number;
  createdAtMs: number;
  sentAtMs: number | null;
  settledAtMs: number | null;
  /** What the service answered. */
  serverTid: string | null;
  receivedSats: number | null;
  serverTxId: string | null;
  serverState: string | null;
  /** Why it was rejected or is not known, in words for the operator. */
  reason: string | null;
  /** Who settled it by hand, and why; null when nobody had to. */
  settledBy: string | null;
  settleReason: string | null;
  /** Why someone has to look at it although it is settled; null, or left out, where nobody has to. */
  attention?: string | null;
};

/** A transaction that may be what became of an intent: of its client and type, and newer than its baseline. */
export type SettlingCandidate = {
  tid: string;
  amountSats: number;
  createdAtMs: number;
  address: string | null;
  state: string | null;
};

/** What is known of an intent whose outcome is open, and what is being done about it. */
export type Settling = {
  isLooking: boolean;
  /** Null: nothing is looked up by itself any more; a person settles it. */
  nextLookAtMs: number | null;
  lastLookAtMs: number | null;
  /** Why the last reading of the history counts for nothing; null when it counts, or before the first. */
  problem: string | null;
  /** Complete readings of the history since it was sent. */
  completeReadings: number;
  /** Of the profile: minutes after which two complete readings without a match clear it; null: a person does. */
  settleDelayMinutes: number | null;
  /** As last read. */
  candidates: SettlingCandidate[];
  /** What Bitpro said when it refused; the history is read before that counts. Null where it did not. */
  refusal: string | null;
  /** What came of Bitpro when the outcome was taken for lost, oldest first. */
  lateAnswers: string[];
};

export const settleDecisionSchema = z.strictObject({
  id: plainText(60),
  decision: z.enum(['went', 'did_not_go']),
  reason: textSchema({ what: 'The reason', max: 1000, required: true, lines: true }),
  /** Went: the transaction it became; for a new client its uid. */
  found: z.optional(plainText(500, 1)),
  /** The word that is asked for where what was found is not what was asked, or nothing could be read. */
  typed: z.optional(plainText(40)),
  /** Who agrees, where that takes two. */
  second: z.optional(secondPersonSchema),
});
/** What a person found out about an intent that could not be settled otherwise. */
export type SettleDecision = z.infer<typeof settleDecisionSchema>;

export const weighSchema = z.strictObject({
  id: plainText(60),
  decision: z.enum(['went', 'did_not_go']),
  found: z.optional(plainText(500, 1)),
});
export type WeighRequest = z.infer<typeof weighSchema>;

/** What stands in the way of a person's decision, before it is made. */
export type Weighing = {
  /** Term by term, what was asked for beside what is found; empty where nothing is compared. */
  comparison: { term: string; asked: string; found: string; differs: boolean }[];
  /** What to know first, in whole sentences. */
  notes: string[];
  /** To be typed; null where nothing is. */
  word: string | null;
  /** Does somebody else have to agree? */
  second: boolean;
  /** What the intent becomes. */
  becomes: 'confirmed' | 'cleared';
};

/** An address the operator may have in mind, and what it is to them: `“Cold wallet”`, `the deposit address of …`. */
export type KnownAddress = { address: string; what: string };

/** What the operator decides on: drawn by main from the journaled row. */
export type IntentReview = {
  intent: Intent;
  /** SHA-256 over the journaled fields and the environment; the confirm call returns it. */
  reviewHash: string;
  profileName: string;
  environment: Environment;
  clientLabel: string;
  balanceSats: number | null;
  /** When the balance was read. */
  balanceAsOfMs: number | null;
  /** Value of a withdrawal at the last rate; null without one. */
  fiatCents: number | null;
  rateObservedAtMs: number | null;
  /** Buy: end of the quoted rate on the server's clock. */
  rateExpiresAtMs: number | null;
  clockOffsetMs: number;
  warnings: string[];
  /** Characters the operator must repeat: the last six of the address; null when nothing is typed. */
  typedConfirmation: 'last_six' | null;
  /** The address book's label of the address; null when it is not in it. */
  bookLabel: string | null;
  /** What the address could be mistaken for, to be compared with it; null without such a one. */
  lookAlike: KnownAddress | null;
  /** Why the same payment is made again within a day; null where it is not. */
  repeatReason: string | null;
  /** Null where no second person is needed. */
  approval: ApprovalView | null;
};

/** An address, however it is grouped, or a bitcoin: link with all that a shop writes into it. */
export const MAX_ADDRESS_TEXT = 4000;

/** Why the same payment is made again within a day. */
const repeatReason = z.optional(textSchema({ what: 'The reason', max: 500, lines: true }));

export const draftSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('buy'),
    clientUid: plainText(200),
    amountUsd: plainText(60),
    reason: repeatReason,
  }),
  z.strictObject({
    kind: z.literal('withdrawal'),
    clientUid: plainText(200),
    address: plainText(MAX_ADDRESS_TEXT),
    amountBtc: plainText(60),
    reason: repeatReason,
  }),
  z.strictObject({
    kind: z.literal('create_client'),
    label: clientLabelSchema,
  }),
]);
/** What the operator typed, as text; main reads it. */
export type Draft = z.infer<typeof draftSchema>;
