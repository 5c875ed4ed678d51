import { expect, test } from 'vitest';
import { defaultGuardPolicy, type GuardPolicy } from '#shared/domain/guards.ts';
import {
  draftOf,
  isPolicy,
  readPolicyDraft,
  type PolicyDraft,
} from '../../../../src/renderer/features/guards/policy-draft.ts';

const draft = draftOf(defaultGuardPolicy);
const { settleDelayMinutes: _, ...withoutDelay } = defaultGuardPolicy;

test.each<Omit<GuardPolicy, 'settleDelayMinutes'>>([
  withoutDelay,
  {
    maxWithdrawalSats: 1,
    maxDailySats: 2_100_000_000_000_000,
    addressBookOnly: true,
    coolingMs: 1_800_000,
    approvalAboveSats: 123_456_789,
    approvalMs: 5_400_000,
    buyTolerancePercent: 0,
  },
])('what is saved reads back as it was: %o', (policy) => {
  const saved = { ...policy, settleDelayMinutes: 30 };
  expect(readPolicyDraft(draftOf(saved))).toEqual(policy);
});

test.each<[Partial<PolicyDraft>, (keyof PolicyDraft)[]]>([
  [{ maxWithdrawal: '0' }, ['maxWithdrawal']],
  [{ maxDaily: '1,5' }, ['maxDaily']],
  [{ approvalAbove: 'all', maxDaily: '-1' }, ['approvalAbove', 'maxDaily']],
  [{ coolingHours: '' }, ['coolingHours']],
  [{ coolingHours: '721' }, ['coolingHours']],
  [{ coolingHours: '1e2' }, ['coolingHours']],
  [{ approvalHours: '0' }, ['approvalHours']],
  [{ approvalHours: '720.01' }, ['approvalHours']],
  [{ buyTolerance: '' }, ['buyTolerance']],
  [{ buyTolerance: '2.5' }, ['buyTolerance']],
  [{ buyTolerance: '101' }, ['buyTolerance']],
])('%o is said beside its field', (typed, fields) => {
  const reading = readPolicyDraft({ ...draft, ...typed });
  expect(isPolicy(reading)).toBe(false);
  expect(Object.keys(reading).sort()).toEqual([...fields].sort());
});
