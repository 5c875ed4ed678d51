import { afterEach, beforeEach, expect, it } from 'vitest';
import { overview } from '../../../src/main/storage/reconciliation.ts';
import { saveBalance } from '../../../src/main/storage/cache/balances-repo.ts';
import { noteReading } from '../../../src/main/storage/cache/coverage-repo.ts';
import { archiveClient, registerClient } from '../../../src/main/storage/records/clients-repo.ts';
import { openDesk, saveHistory, sent, type Desk } from '../reports/desk-fixture.ts';

let desk: Desk;
beforeEach(() => {
  desk = openDesk();
});
afterEach(() => desk.close());

it('reads the figures of every registered client from its own databases', () => {
  for (const [index, uid] of ['BT-C1', 'BT-C2', 'BT-C3'].entries()) {
    registerClient(desk.records, { uid, label: uid, source: 'added', addedAtMs: index });
  }
  const rows = [
    sent({ tid: '4', amountSats: 900, createdAtMs: 4, confirmations: 5 }),
    sent({ tid: '3', type: 'withdrawal', amountSats: 40, createdAtMs: 3, state: 'pending' }),
    sent({ tid: '2', type: 'buy', amountSats: 3, createdAtMs: 2 }),
    sent({ tid: '1', amountSats: 100, createdAtMs: 1 }),
  ];
  saveHistory(desk, 'BT-C1', rows, 10);
  saveHistory(desk, 'BT-C2', [sent({ tid: '1', type: 'unknown', amountSats: 8 })], 10);
  saveBalance(desk.cache, 'BT-C1', { balanceSats: 63, unconfirmedSats: 900, asOfMs: 20 });
  saveBalance(desk.cache, 'BT-C2', { balanceSats: 8, unconfirmedSats: 0, asOfMs: 15 });
  noteReading(desk.cache, 'BT-C1', 10);
  noteReading(desk.cache, 'BT-C2', 12);
  archiveClient(desk.records, 'BT-C3', true);

  const query = { verdict: null, limit: 3 };
  const { rows: found, total, readAtMs } = overview(desk.cache, query);
  // Six confirmations make a deposit part of the balance; a pending withdrawal has left it already.
  expect(found.find(({ clientUid }) => clientUid === 'BT-C1')).toMatchObject({
    depositSats: 100,
    buySats: 3,
    withdrawalSats: 40,
    computedSats: 63,
    unconfirmedSats: 900,
    verdict: 'ties_out',
  });
  // A type the app does not know is not counted by guess: it shows, even where the rest happens to add up.
  expect(found.find(({ clientUid }) => clientUid === 'BT-C2')).toMatchObject({
    computedSats: null,
    differenceSats: null,
    unknownRows: 1,
    verdict: 'differs',
  });
  expect(total).toMatchObject({ clients: 2, reportedSats: 71, differenceSats: null });
  expect(readAtMs).toEqual({ oldest: 10, newest: 20 });
});
