import { MAX_COOLING_MS } from '#shared/domain/constants.ts';
import type { GuardPolicy } from '#shared/domain/guards.ts';
import { describeAmountProblem, parseBtc, toDecimal } from '#shared/money.ts';

const HOUR_MS = 3_600_000;

/** The policy as typed: limits in BTC, empty for none; the wait in hours. */
export type PolicyDraft = {
  maxWithdrawal: string;
  maxDaily: string;
  addressBookOnly: boolean;
  coolingHours: string;
  approvalAbove: string;
};

export type PolicyErrors = Partial<Record<keyof PolicyDraft, string>>;

export function draftOf(policy: GuardPolicy): PolicyDraft {
  return {
    maxWithdrawal: limitText(policy.maxWithdrawalSats),
    maxDaily: limitText(policy.maxDailySats),
    addressBookOnly: policy.addressBookOnly,
    coolingHours: String(policy.coolingMs / HOUR_MS),
    approvalAbove: limitText(policy.approvalAboveSats),
  };
}

/** The policy, or what is wrong beside each field. */
export function readPolicyDraft(draft: PolicyDraft): GuardPolicy | PolicyErrors {
  const errors: PolicyErrors = {};
  const limit = (name: 'maxWithdrawal' | 'maxDaily' | 'approvalAbove'): number | null => {
    if (draft[name].trim() === '') return null;
    const reading = parseBtc(draft[name]);
    if (reading.ok) return reading.value;
    errors[name] = describeAmountProblem(reading.problem, 'BTC');
    return null;
  };
  const hours = draft.coolingHours.trim();
  const coolingMs = /^\d{1,3}(\.\d{1,2})?$/.test(hours)
    ? Math.round(Number(hours) * HOUR_MS)
    : null;
  if (coolingMs === null || coolingMs > MAX_COOLING_MS) {
    errors.coolingHours = 'Enter hours, from 0 to 720.';
  }
  const policy: GuardPolicy = {
    maxWithdrawalSats: limit('maxWithdrawal'),
    maxDailySats: limit('maxDaily'),
    addressBookOnly: draft.addressBookOnly,
    coolingMs: coolingMs ?? 0,
    approvalAboveSats: limit('approvalAbove'),
  };
  return Object.keys(errors).length === 0 ? policy : errors;
}

export function isPolicy(reading: GuardPolicy | PolicyErrors): reading is GuardPolicy {
  return 'coolingMs' in reading;
}

function limitText(sats: number | null): string {
  return sats === null ? '' : toDecimal(sats, 8);
}
