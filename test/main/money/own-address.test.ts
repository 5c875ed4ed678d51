import { expect, test } from 'vitest';
import { observeAddress, registerClient } from '../../../src/main/storage/records/clients-repo.ts';
import { CLIENT, DEPOSIT_ADDRESS, openDesk, WITHDRAWAL } from './fixture.ts';

const BECH32 = 'tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx';

/** Further clients of the account, at these addresses. */
function deskWith(clients: readonly { uid: string; label?: string; address: string }[]) {
  const desk = openDesk();
  for (const { uid, label = '', address } of clients) {
    const entry = { uid, label, source: 'imported', addedAtMs: 1 } as const;
    registerClient(desk.records, { ...entry, depositAddress: address });
  }
  return desk;
}

const warningsAt = async (desk: ReturnType<typeof openDesk>, address: string) =>
  (await desk.money.prepare({ ...WITHDRAWAL, address })).warnings.join('\n');

test.each([
  ['by its label', { uid: 'BT-2', label: 'Birch', address: BECH32 }, '“Birch” (BT-2)'],
  ['by its uid, without one', { uid: 'BT-2', address: BECH32 }, 'your own client BT-2:'],
  ['written in capitals', { uid: 'BT-2', address: BECH32.toUpperCase() }, 'your own client BT-2:'],
])(
  'a withdrawal to another own client’s deposit address names it %s',
  async (_how, client, says) => {
    expect(await warningsAt(deskWith([client]), BECH32)).toContain(says);
  },
);

test('every own client whose address it is, or is reported to be, is named', async () => {
  const desk = deskWith([
    { uid: 'BT-2', address: BECH32 },
    { uid: 'BT-3', address: 'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn' },
  ]);
  observeAddress(desk.records, 'BT-3', BECH32);
  const warnings = await warningsAt(desk, BECH32);
  expect(warnings).toContain('BT-2');
  expect(warnings).toContain('BT-3');
});

test('anybody else’s address and the client’s own draw no such warning', async () => {
  const desk = deskWith([{ uid: 'BT-2', address: BECH32 }]);
  expect(await warningsAt(desk, 'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn')).not.toContain('own client');
  const own = await warningsAt(desk, DEPOSIT_ADDRESS);
  expect(own).toContain('the client’s own deposit address');
  expect(own).not.toContain(`own client ${CLIENT}`);
});
