import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  arrangeRows,
  reconcile,
  type ClientFigures,
} from '../../../src/main/storage/reconciliation.ts';

function figures(changes: Partial<ClientFigures> = {}): ClientFigures {
  return {
    clientUid: 'BT-C1',
    clientLabel: 'One',
    archived: false,
    depositSats: 10_000_000,
    buySats: 128_949_065,
    withdrawalSats: 1_000_000,
    balance: { balanceSats: 137_949_065, unconfirmedSats: 500, asOfMs: 1000 },
    unknownRows: 0,
    historyComplete: true,
    isNotKnown: false,
    historyAsOfMs: 1000,
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
    ['a row of a type that nobody knows how to count', { unknownRows: 1 }, null, 'differs'],
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
  it('knows how old its figures are once all of them were read, archived clients aside', () => {
    const clients = [
      figures({ historyAsOfMs: 900 }),
      figures({ clientUid: 'BT-C2', balance: balanceOf(0, 500), historyAsOfMs: 700 }),
      figures({ clientUid: 'BT-C4', archived: true, balance: balanceOf(137_949_065, 5) }),
    ];
    expect(reconcile(clients).readAtMs).toEqual({ oldest: 500, newest: 1000 });
    const unread = figures({ clientUid: 'BT-C3', balance: null });
    expect(reconcile([...clients, unread]).readAtMs).toBeNull();
    const unlisted = figures({ clientUid: 'BT-C3', historyAsOfMs: null, historyComplete: false });
    expect(reconcile([...clients, unlisted]).readAtMs).toBeNull();
  });

  it.each([
    ['a balance', { balance: null }, ['reportedSats', 'unconfirmedSats', 'differenceSats']],
    [
      'a history',
      { historyComplete: false },
      ['depositSats', 'buySats', 'withdrawalSats', 'computedSats', 'differenceSats'],
    ],
    ['the meaning of a row', { unknownRows: 2 }, ['computedSats', 'differenceSats']],
  ] as const)('has no sum where %s is not known', (_name, changes, unknown) => {
    const { rows, total } = reconcile([figures(), figures({ clientUid: 'BT-C2', ...changes })]);
    for (const figuresOf of [total, rows[1] ?? {}]) {
      const empty = Object.entries(figuresOf).filter(([, sats]) => sats === null);
      expect(empty.map(([name]) => name).toSorted()).toEqual(unknown.toSorted());
    }
  });

  it('counts verdicts, and names who differs', () => {
    const overview = reconcile([
      figures(),
      figures({ clientUid: 'BT-C2', balance: balanceOf(0, 500) }),
      figures({ clientUid: 'BT-C3', balance: null }),
      figures({ clientUid: 'BT-C4', archived: true, balance: balanceOf(137_949_065, 5) }),
    ]);
    expect(overview.total).toMatchObject({ clients: 4, tiesOut: 2, differs: 1, checking: 1 });
    expect(overview.differing.map(({ clientUid }) => clientUid)).toEqual(['BT-C2']);
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
    expect(reconcile([])).toMatchObject({ rows: [], readAtMs: null });
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
      unknownRows: fc.constant(0),
      historyComplete: fc.constant(true),
      isNotKnown: fc.constant(false),
      historyAsOfMs: fc.constant(1),
    });
    fc.assert(
      fc.property(fc.array(client, { maxLength: 20 }), (clients) => {
        const { rows, total } = reconcile(clients);
        const { depositSats, buySats, withdrawalSats, ...sums } = total;
        const { reportedSats, computedSats, differenceSats } = sums;
        const known = (units: number | null): number => units ?? NaN;
        expect(differenceSats).toBe(known(reportedSats) - known(computedSats));
        const computed = known(depositSats) + known(buySats) - known(withdrawalSats);
        expect(computedSats).toBe(computed);
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

describe('a client that Bitpro does not know', () => {
  const unknown = { clientUid: 'BT-C9', balance: null, historyComplete: false, isNotKnown: true };

  it('is named, and keeps no sum and no verdict waiting', () => {
    const { rows, total, notKnown, readAtMs } = reconcile([
      figures(),
      figures({ ...unknown, depositSats: 0, buySats: 0, withdrawalSats: 0, historyAsOfMs: null }),
    ]);
    expect(rows.map(({ verdict }) => verdict)).toEqual(['ties_out', 'not_known']);
    expect(notKnown.map(({ clientUid }) => clientUid)).toEqual(['BT-C9']);
    expect(total).toMatchObject({
      clients: 2,
      tiesOut: 1,
      checking: 0,
      notKnown: 1,
      differenceSats: 0,
    });
    expect(readAtMs).toEqual({ oldest: 1000, newest: 1000 });
  });
});
