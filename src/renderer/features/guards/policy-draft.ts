import { MAX_APPROVAL_MS, MAX_COOLING_MS, MIN_APPROVAL_MS } from '#shared/domain/constants.ts';
import type { GuardPolicy, GuardPolicyInput } from '#shared/domain/guards.ts';
import { describeAmountProblem, parseBtc, toDecimal } from '#shared/money.ts';

const HOUR_MS = 3_600_000;

/** The policy as typed, but for the settle delay, which stands with the profile’s connection: limits in BTC, empty for none; waits in hours, the tolerance in percent. */
export type PolicyDraft = {
  maxWithdrawal: string;
  maxDaily: string;
  addressBookOnly: boolean;
  coolingHours: string;
  approvalAbove: string;
  approvalHours: string;
  buyTolerance: string;
};

export type PolicyErrors = Partial<Record<keyof PolicyDraft, string>>;

export function draftOf(policy: GuardPolicy): PolicyDraft {
  return {
    maxWithdrawal: limitText(policy.maxWithdrawalSats),
    maxDaily: limitText(policy.maxDailySats),
    addressBookOnly: policy.addressBookOnly,
    coolingHours: String(policy.coolingMs / HOUR_MS),
    approvalAbove: limitText(policy.approvalAboveSats),
    approvalHours: String(policy.approvalMs / HOUR_MS),
    buyTolerance: String(policy.buyTolerancePercent),
  };
}

/** The policy, or what is wrong beside each field. */
export function readPolicyDraft(draft: PolicyDraft): GuardPolicyInput | PolicyErrors {
  const errors: PolicyErrors = {};
  const limit = (name: 'maxWithdrawal' | 'maxDaily' | 'approvalAbove'): number | null => {
    if (draft[name].trim() === '') return null;
    const reading = parseBtc(draft[name]);
    if (reading.ok) return reading.value;
    errors[name] = describeAmountProblem(reading.problem, 'BTC');
    return null;
  };
  const coolingMs = readHours(draft.coolingHours);
  const approvalMs = readHours(draft.approvalHours);
  if (approvalMs === null || approvalMs < MIN_APPROVAL_MS || approvalMs > MAX_APPROVAL_MS) {
    errors.approvalHours = 'Enter hours, from 0.02 to 720.';
  }
  const percent = draft.buyTolerance.trim();
  if (!/^\d{1,3}$/.test(percent) || Number(percent) > 100) {
    errors.buyTolerance = 'Enter whole percent, from 0 to 100.';
  }
  if (coolingMs === null || coolingMs > MAX_COOLING_MS) {
    errors.coolingHours = 'Enter hours, from 0 to 720.';
  }
  const policy: GuardPolicyInput = {
    maxWithdrawalSats: limit('maxWithdrawal'),
    maxDailySats: limit('maxDaily'),
    addressBookOnly: draft.addressBookOnly,
    coolingMs: coolingMs ?? 0,
    approvalAboveSats: limit('approvalAbove'),
    approvalMs: approvalMs ?? 0,
    buyTolerancePercent: Number(percent),
  };
  return Object.keys(errors).length === 0 ? policy : errors;
}

export function isPolicy(reading: GuardPolicyInput | PolicyErrors): reading is GuardPolicyInput {
  return 'coolingMs' in reading;
}

function readHours(text: string): number | null {
  const hours = text.trim();
  return /^\d{1,3}(\.\d{1,2})?$/.test(hours) ? Math.round(Number(hours) * HOUR_MS) : null;
}

function limitText(sats: number | null): string {
  return sats === null ? '' : toDecimal(sats, 8);
}
