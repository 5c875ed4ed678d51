import * as z from 'zod/mini';
import { plainText, textSchema } from '../text-schema.ts';
import { MAX_APPROVAL_MS, MAX_COOLING_MS, MIN_APPROVAL_MS } from './constants.ts';
import type { Network } from './profile.ts';

/** All bitcoin there will ever be, in satoshis. */
const MAX_SATS = 2_100_000_000_000_000;
const limitSchema = z.nullable(z.int().check(z.minimum(1), z.maximum(MAX_SATS)));

const limits = {
  maxWithdrawalSats: limitSchema,
  /** Over any 24 hours, whatever was sent and may have gone. */
  maxDailySats: limitSchema,
  addressBookOnly: z.boolean(),
  /** How long a new entry waits in address-book-only mode. */
  coolingMs: z.int().check(z.minimum(0), z.maximum(MAX_COOLING_MS)),
  /** Above it a second person approves; the limit itself may still go without. */
  approvalAboveSats: limitSchema,
};
/** How long an approval holds. */
const approvalMsSchema = z.int().check(z.minimum(MIN_APPROVAL_MS), z.maximum(MAX_APPROVAL_MS));
/** How far what a buy brought may be from what was expected before a person has to look. */
const buyToleranceSchema = z.int().check(z.minimum(0), z.maximum(100));

/**
 * Minutes after which a request of unknown outcome that the history still does not show is taken as not
 * executed (money-safety.md, invariant 7). Null, since the reference names no such time: a person decides.
 */
export const settleDelaySchema = z.nullable(z.int().check(z.minimum(1), z.maximum(10_080)));

/** What a profile demands of a payment beyond what the service does. Null is "no limit". */
const guardPolicySchema = z.strictObject({
  ...limits,
  approvalMs: approvalMsSchema,
  buyTolerancePercent: buyToleranceSchema,
  settleDelayMinutes: settleDelaySchema,
});
export type GuardPolicy = z.infer<typeof guardPolicySchema>;

/** As it is saved: what is left out stays as it is. */
export const guardPolicyInputSchema = z.strictObject({
  ...limits,
  approvalMs: z.optional(approvalMsSchema),
  buyTolerancePercent: z.optional(buyToleranceSchema),
  settleDelayMinutes: z.optional(settleDelaySchema),
});
export type GuardPolicyInput = z.infer<typeof guardPolicyInputSchema>;

export const defaultGuardPolicy: GuardPolicy = {
  maxWithdrawalSats: null,
  maxDailySats: null,
  addressBookOnly: false,
  coolingMs: 24 * 3_600_000,
  approvalAboveSats: null,
  approvalMs: 24 * 3_600_000,
  buyTolerancePercent: 5,
  settleDelayMinutes: null,
};

export const bookLabelSchema = textSchema({ what: 'The label', max: 80, required: true });

export type BookEntry = {
  /** Canonical, as checked for the network. */
  address: string;
  label: string;
  network: Network;
  addedAtMs: number;
  /** When address-book-only mode lets it be paid. */
  usableAtMs: number;
  /** A sentence about a known address that this one could be mistaken for; null without one. */
  lookAlike: string | null;
};

export const approverNameSchema = textSchema({
  what: 'The name',
  max: 60,
  required: true,
  name: true,
});
export const passphraseSchema = plainText(1000);

/** Who agrees to a payment or to a change of the guards, and the passphrase that proves it. */
export const secondPersonSchema = z.strictObject({
  approver: approverNameSchema,
  passphrase: passphraseSchema,
});
export type SecondPerson = z.infer<typeof secondPersonSchema>;

export type ApproverView = {
  name: string;
  addedAtMs: number;
  /** Bears the operator's name, and so cannot be the second person now. */
  isOperator: boolean;
};

/** What the review says of the second person; the intent waits until `approvedBy` is set. */
export type ApprovalView = {
  aboveSats: number;
  /** Who prepared the intent, and so cannot approve it. */
  initiator: string;
  /** Who sits at the desk and would confirm it, and so cannot approve it either. */
  operator: string;
  /** Names that may approve this intent. */
  approvers: string[];
  approvedBy: string | null;
  approvedAtMs: number | null;
  /** Until when it holds by this machine's clock. */
  endsAtMs: number | null;
};
