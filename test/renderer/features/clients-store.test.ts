import { expect, test } from 'vitest';
import type { ClientView } from '#shared/domain/client.ts';
import { findClients, sortClients } from '../../../src/renderer/features/clients/clients-store.ts';
import { coverageWords } from '../../../src/renderer/components/wording.ts';

function client(uid: string, label: string, archived = false): ClientView {
  return {
    uid,
    label,
    archived,
    addedAtMs: 1,
    depositAddress: `tb1q${uid.toLowerCase()}`,
    conflictingAddress: null,
    addressProblem: null,
    conflictProblem: null,
    balance: null,
    history: { rows: 0, completeToPage: 0, complete: false, asOfMs: null },
    openIntents: 0,
    reconciliation: {
      computedSats: null,
      differenceSats: null,
      unknownRows: 0,
      verdict: 'checking',
    },
    problem: null,
    unusableRows: [],
    removedRows: 0,
  };
}

const clients = [
  client('BT-C1', 'Nordwind Energie'),
  client('BT-C2', 'Wind & Sons'),
  client('BT-C3', 'Old Wind', true),
];

test.each([
  ['', 'active', ['BT-C1', 'BT-C2']],
  ['WIND', 'active', ['BT-C1', 'BT-C2']],
  ['energie nord', 'active', ['BT-C1']],
  ['bt-c2', 'active', ['BT-C2']],
  ['tb1qbt-c1', 'active', ['BT-C1']],
  ['wind', 'archived', ['BT-C3']],
  ['zebra', 'active', []],
] as const)('“%s” among the %s', (text, archive, uids) => {
  expect(findClients(clients, text, archive).map(({ uid }) => uid)).toEqual(uids);
});

function withBalance(
  one: ClientView,
  balanceSats: number,
  unconfirmedSats: number,
  asOfMs: number,
) {
  return { ...one, balance: { balanceSats, unconfirmedSats, asOfMs } };
}

const mixed = [
  client('BT-C5', ''),
  withBalance(client('BT-C4', 'zebra 10'), 7, 0, 3),
  withBalance(client('BT-C3', 'Zebra 9'), 7, 5, 1),
  client('BT-C2', 'ärger'),
  withBalance(client('BT-C1', 'Beta'), 9, 1, 2),
];

test.each([
  ['label', false, 'BT-C2 BT-C1 BT-C3 BT-C4 BT-C5'],
  ['label', true, 'BT-C5 BT-C4 BT-C3 BT-C1 BT-C2'],
  ['balance', true, 'BT-C1 BT-C3 BT-C4 BT-C2 BT-C5'],
  ['balance', false, 'BT-C2 BT-C5 BT-C3 BT-C4 BT-C1'],
  ['unconfirmed', true, 'BT-C3 BT-C1 BT-C4 BT-C2 BT-C5'],
  ['read', false, 'BT-C2 BT-C5 BT-C3 BT-C1 BT-C4'],
] as const)('sorted by %s, descending %s', (by, descending, uids) => {
  const sorted = sortClients(mixed, { by, descending });
  expect(sorted.map(({ uid }) => uid).join(' ')).toBe(uids);
});

test.each([
  [{ complete: true, completeToPage: 4, asOfMs: 1 }, 'Complete'],
  [{ complete: false, completeToPage: 1200, asOfMs: 1 }, 'Complete to page 1,200'],
  [{ complete: false, completeToPage: 0, asOfMs: 1 }, 'Has gaps'],
  [{ complete: false, completeToPage: 0, asOfMs: null }, 'Not read yet'],
] as const)('%o is called “%s”', (history, words) => {
  expect(coverageWords({ rows: 0, ...history })).toBe(words);
});
