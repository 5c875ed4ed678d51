import { describe, expect, test } from 'vitest';
import { defaultGuardPolicy, type GuardPolicy } from '#shared/domain/guards.ts';
import {
  loweredBy,
  protectionLost,
  refuseChange,
  waitAfter,
  type ChangeFacts,
  type GuardChange,
} from '../../../src/main/money/guard-changes.ts';

const HOUR_MS = 3_600_000;

const change = (before: Partial<GuardPolicy>, after: Partial<GuardPolicy>): GuardChange => ({
  kind: 'policy',
  before: { ...defaultGuardPolicy, ...before },
  after: { ...defaultGuardPolicy, ...after },
});
const loosening = change({ maxDailySats: 5 }, {});
const tightening = change({}, { maxDailySats: 5, addressBookOnly: true });
const addBob = { kind: 'add_approver', name: 'Bob' } as const;
const removeBob = { kind: 'remove_approver', name: 'Bob' } as const;

describe('who may change the guards', () => {
  const alone: ChangeFacts = { actor: 'alice', approvers: [], approvedBy: null };
  const asked: ChangeFacts = { actor: 'alice', approvers: ['Bob', 'Carol'], approvedBy: null };
  test.each<[string, GuardChange, ChangeFacts, string | null]>([
    ['nobody is an approver yet: the operator loosens', loosening, alone, null],
    ['nobody is an approver yet: the operator adds the first', addBob, alone, null],
    ['the first one is not the operator', { ...addBob, name: ' ALICE' }, alone, 'invalid_input'],
    ['tightening, with approvers', tightening, asked, null],
    ['nothing changed, with approvers', change({}, {}), asked, null],
    ['loosening, nobody agrees', loosening, asked, 'approval_needed'],
    ['loosening, Bob agrees', loosening, { ...asked, approvedBy: 'Bob' }, null],
    [
      'loosening by Bob, Bob agrees',
      loosening,
      { ...asked, actor: 'bob ', approvedBy: 'Bob' },
      'forbidden',
    ],
    [
      'loosening by Bob, Carol agrees',
      loosening,
      { ...asked, actor: 'Bob', approvedBy: 'Carol' },
      null,
    ],
    ['another approver, nobody agrees', addBob, asked, 'approval_needed'],
    ['the operator as another approver, Bob agrees', addBob, { ...asked, approvedBy: 'Bob' }, null],
    ['an approver goes, nobody agrees', removeBob, asked, 'approval_needed'],
    ['the one who goes agrees', removeBob, { ...asked, approvedBy: 'Bob' }, null],
    [
      'the one who goes asks for it alone',
      removeBob,
      { actor: 'Bob', approvers: ['Bob'], approvedBy: 'Bob' },
      'forbidden',
    ],
  ])('%s', (_, asks, facts, code) => {
    expect(refuseChange(asks, facts)?.code ?? null).toBe(code);
  });

  test('what is lost is said before somebody agrees to it', () => {
    const { message } = refuseChange(loosening, asked) ?? {};
    expect(message).toBe(
      'The limit for 24 hours would have no end; it is 0.00000005 BTC. A second person has to agree.',
    );
  });
});

test.each<[Partial<GuardPolicy>, Partial<GuardPolicy>, (keyof GuardPolicy)[], string[]]>([
  [{}, {}, [], []],
  [
    {},
    { maxDailySats: 1, maxWithdrawalSats: 1, approvalAboveSats: 1, addressBookOnly: true },
    [],
    [],
  ],
  [
    { maxDailySats: 5 },
    { maxDailySats: 6 },
    ['maxDailySats'],
    ['The limit for 24 hours would rise from 0.00000005 to 0.00000006 BTC.'],
  ],
  [{ maxDailySats: 5 }, { maxDailySats: 4 }, [], []],
  [
    { maxWithdrawalSats: 5 },
    {},
    ['maxWithdrawalSats'],
    ['The limit for one withdrawal would have no end; it is 0.00000005 BTC.'],
  ],
  [
    { approvalAboveSats: 5 },
    {},
    ['approvalAboveSats'],
    ['The amount up to which nobody approves would have no end; it is 0.00000005 BTC.'],
  ],
  [
    { addressBookOnly: true },
    {},
    ['addressBookOnly'],
    ['Addresses outside the address book could be paid.'],
  ],
  [
    { coolingMs: 24 * HOUR_MS },
    { coolingMs: HOUR_MS },
    ['coolingMs'],
    ['A new entry of the address book would wait 1 hour instead of 24 hours.'],
  ],
  [
    {},
    { settleDelayMinutes: 30 },
    ['settleDelayMinutes'],
    [
      'A request of unknown outcome would be taken as not executed after 30 minutes; now a person decides.',
    ],
  ],
  [
    { settleDelayMinutes: 30 },
    { settleDelayMinutes: 1 },
    ['settleDelayMinutes'],
    [
      'A request of unknown outcome would be taken as not executed after 1 minute; now that takes 30 minutes.',
    ],
  ],
  [{ settleDelayMinutes: 30 }, { settleDelayMinutes: 31 }, [], []],
  [{ settleDelayMinutes: 30 }, {}, [], []],
])('from %o to %o lowers %o', (before, after, lowered, lost) => {
  const asked = change(before, after);
  if (asked.kind !== 'policy') throw new Error('no policy');
  expect(loweredBy(asked.before, asked.after)).toEqual(lowered);
  expect(protectionLost(asked)).toEqual(lost);
});

test('each wrong passphrase after the third doubles the wait, up to an hour', () => {
  const waits = Array.from({ length: 13 }, (_, failures) => waitAfter(failures) / 1000);
  expect(waits).toEqual([0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]);
  expect(waitAfter(5000)).toBe(HOUR_MS);
});
