import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  arrangeRows,
  reconcile,
  type ClientFigures,
} from '../../../src/main/money/reconciliation.ts';

function figures(changes: Partial<ClientFigures> = {}): ClientFigures {
  return {
    clientUid: 'BT-C1',
    clientLabel: 'One',
    archived: false,
    depositSats: 10_000_000,
    buySats: 128_949_065,
    withdrawalSats: 1_000_000,
    balance: { balanceSats: 137_949_065, unconfirmedSats: 500, asOfMs: 1000 },
    historyComplete: true,
    ...changes,
  };
}
const balanceOf = (balanceSats: number, asOfMs = 1000) => ({
  balanceSats,
  unconfirmedSats: 0,
  asOfMs,
});

describe('one client', () => {
  it('ties out when deposits + buys − withdrawals is the reported balance', () => {
    expect(reconcile([figures()]).rows[0]).toMatchObject({
      openingSats: 0,
      computedSats: 137_949_065,
      reportedSats: 137_949_065,
      unconfirmedSats: 500,
      differenceSats: 0,
      verdict: 'ties_out',
    });
  });

  it.each([
    ['one satoshi too many', { balance: balanceOf(137_949_066) }, 1, 'differs'],
    ['one satoshi missing', { balance: balanceOf(137_949_064) }, -1, 'differs'],
    ['history incomplete', { historyComplete: false }, null, 'checking'],
    ['balance never read', { balance: null }, null, 'checking'],
  ] as const)('%s', (_name, changes, differenceSats, verdict) => {
    expect(reconcile([figures(changes)]).rows[0]).toMatchObject({ differenceSats, verdict });
  });

  it('refuses a sum that would lose a satoshi', () => {
    const depositSats = Number.MAX_SAFE_INTEGER;
    expect(() => reconcile([figures({ depositSats })])).toThrow(RangeError);
  });
});

describe('all clients', () => {
  it('counts verdicts, and the oldest balance among the active', () => {
    const overview = reconcile([
      figures(),
      figures({ clientUid: 'BT-C2', balance: balanceOf(0, 500) }),
      figures({ clientUid: 'BT-C3', balance: null }),
      figures({ clientUid: 'BT-C4', archived: true, balance: balanceOf(137_949_065, 5) }),
    ]);
    expect(overview.total).toMatchObject({ clients: 4, tiesOut: 2, differs: 1, checking: 1 });
    expect(overview.oldestBalanceAtMs).toBe(500);
  });

  it('hides an archived client only when nothing of it is left to account for', () => {
    const empty = { depositSats: 0, buySats: 0, withdrawalSats: 0, archived: true };
    const overview = reconcile([
      figures({ ...empty, clientUid: 'empty', balance: balanceOf(0) }),
      figures({ ...empty, clientUid: 'odd', balance: balanceOf(1) }),
      figures({ archived: true, clientUid: 'full' }),
    ]);
    expect(overview.rows.map(({ clientUid }) => clientUid)).toEqual(['odd', 'full']);
  });

  it('is empty without clients', () => {
    expect(reconcile([])).toMatchObject({ rows: [], oldestBalanceAtMs: null });
  });

  it('adds up: the total is the sum of the rows, and reported − computed where all is known', () => {
    const sats = fc.nat({ max: 10 ** 12 });
    const client = fc.record({
      clientUid: fc.string(),
      clientLabel: fc.string(),
      archived: fc.boolean(),
      depositSats: sats,
      buySats: sats,
      withdrawalSats: sats,
      balance: sats.map((value) => balanceOf(value)),
      historyComplete: fc.constant(true),
    });
    fc.assert(
      fc.property(fc.array(client, { maxLength: 20 }), (clients) => {
        const { rows, total } = reconcile(clients);
        expect(total.differenceSats).toBe(total.reportedSats - total.computedSats);
        expect(total.computedSats).toBe(total.depositSats + total.buySats - total.withdrawalSats);
        expect(total.tiesOut + total.differs).toBe(rows.length);
      }),
    );
  });
});

describe('rows', () => {
  const ofBalance = (clientLabel: string, differenceSats: number | null): ClientFigures =>
    figures({
      clientLabel,
      balance: differenceSats === null ? null : balanceOf(137_949_065 + differenceSats),
    });
  const { rows } = reconcile([
    ofBalance('Beta', 0),
    ofBalance('Alpha', 0),
    ofBalance('Small', 5),
    ofBalance('Open', null),
    ofBalance('Large', -90),
  ]);

  it.each([
    ['all of them', { verdict: null, limit: 9 }, ['Large', 'Small', 'Open', 'Alpha', 'Beta']],
    ['the first', { verdict: null, limit: 2 }, ['Large', 'Small']],
    ['of one verdict', { verdict: 'ties_out', limit: 1 }, ['Alpha']],
    ['of fewer than asked for', { verdict: 'checking', limit: 5 }, ['Open']],
  ] as const)('what needs a look first, larger before smaller: %s', (_name, query, labels) => {
    expect(arrangeRows(rows, query).map((row) => row.clientLabel)).toEqual(labels);
    expect(rows[0]?.clientLabel).toBe('Beta');
  });
});
