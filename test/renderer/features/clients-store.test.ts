import { expect, test } from 'vitest';
import type { ClientView } from '#shared/domain/client.ts';
import { findClients } from '../../../src/renderer/features/clients/clients-store.ts';

function client(uid: string, label: string, archived = false): ClientView {
  return {
    uid,
    label,
    archived,
    addedAtMs: 1,
    depositAddress: `tb1q${uid.toLowerCase()}`,
    conflictingAddress: null,
    balance: null,
    history: { rows: 0, completeToPage: 0, complete: false, asOfMs: null },
    openIntents: 0,
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
