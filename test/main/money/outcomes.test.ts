import { describe, expect, test } from 'vitest';
import type { Draft, IntentState } from '#shared/domain/intent.ts';
import { AppError } from '#shared/errors.ts';
import { verifyChain } from '../../../src/main/audit/chain.ts';
import { registerClient } from '../../../src/main/storage/records/clients-repo.ts';
import {
  BUY,
  CLIENT,
  DEPOSIT_ADDRESS,
  DESTINATION,
  NOW_MS,
  openDesk,
  review,
  service,
  WITHDRAWAL,
  type Service,
} from './fixture.ts';

const NEW_CLIENT = { kind: 'create_client', label: 'Bob' } as const;
const OTHER_ADDRESS = 'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn';

function withdrawn(answer: { amountSats?: number; address?: string; state?: string }) {
  return service({
    withdraw: async (_, payment) => ({
      kind: 'accepted',
      value: { tid: '7', createdAtMs: NOW_MS, txId: 'ab', state: 'pending', ...payment, ...answer },
    }),
  });
}

const unknown = { kind: 'unknown', reason: 'The connection was lost.' } as const;
const rejected = {
  kind: 'rejected',
  error: { code: 'remote_rejected', message: 'Not found.', retryable: false },
} as const;

const cases: [string, Draft, Service, IntentState, RegExp | null][] = [
  ['echoed withdrawal', WITHDRAWAL, withdrawn({}), 'confirmed', null],
  [
    'another amount',
    WITHDRAWAL,
    withdrawn({ amountSats: 12_000_001 }),
    'needs_human',
    /0\.12000001/,
  ],
  ['another address', WITHDRAWAL, withdrawn({ address: OTHER_ADDRESS }), 'needs_human', /mipcBb/],
  ...['failed', 'Refused', 'cancelled', 'rejected', 'payment_failed'].map(
    (state): (typeof cases)[number] => [
      `a withdrawal that is ${state}`,
      WITHDRAWAL,
      withdrawn({ state }),
      'needs_human',
      new RegExp(state),
    ],
  ),
  ['lost withdrawal', WITHDRAWAL, service({ withdraw: async () => unknown }), 'unknown', /lost/],
  [
    'refused withdrawal',
    WITHDRAWAL,
    service({ withdraw: async () => rejected }),
    'rejected',
    /Not/,
  ],
  ['buy', BUY, service(), 'confirmed', null],
  [
    'buy of 0 BTC',
    BUY,
    service({
      buy: async () => ({
        kind: 'accepted',
        value: { tid: '7', amountSats: 0, createdAtMs: NOW_MS },
      }),
    }),
    'needs_human',
    /0 BTC/,
  ],
  ['lost buy', BUY, service({ buy: async () => unknown }), 'unknown', /lost/],
  ['refused buy', BUY, service({ buy: async () => rejected }), 'rejected', /Not/],
  ['new client', NEW_CLIENT, service(), 'confirmed', null],
  ...(
    [
      ['remote_rejected', 'unknown'],
      ['not_found', 'unknown'],
      ['unauthorized', 'rejected'],
      ['clock_skew', 'rejected'],
    ] as const
  ).map(([code, state]): (typeof cases)[number] => [
    `a new client answered with ${code}`,
    NEW_CLIENT,
    service({
      createClient: async () => ({ ...rejected, error: { ...rejected.error, code } }),
    }),
    state,
    /Not found/,
  ]),
  ['lost client', NEW_CLIENT, service({ createClient: async () => unknown }), 'unknown', /lost/],
  [
    'a new client that is listed already',
    NEW_CLIENT,
    service({
      createClient: async () => ({
        kind: 'accepted',
        value: {
          uid: CLIENT,
          depositAddress: DEPOSIT_ADDRESS,
          balanceSats: 0,
          unconfirmedSats: 0,
        },
      }),
    }),
    'needs_human',
    /already listed/,
  ],
];

test.each(cases)('%s', async (_, draft, client, state, reason) => {
  const desk = openDesk(client);
  const intent = await desk.money.confirm(await review(desk, draft));
  expect(intent.state).toBe(state);
  if (reason === null) expect(intent.reason).toBeNull();
  else expect(intent.reason).toMatch(reason);
  if (state === 'unknown') expect(intent.reason).toContain('We don’t know yet whether it went.');
  expect(desk.client.posts).toHaveLength(1);
  expect(verifyChain(desk.records)).toMatchObject({ ok: true, entries: 3 });

  const isOpen = state === 'unknown' || state === 'needs_human';
  const repeated = { reason: 'A second instalment' };
  const again = desk.money.prepare(
    draft.kind === 'create_client' ? draft : { ...draft, ...repeated },
  );
  if (isOpen) await expect(again).rejects.toMatchObject({ code: 'duplicate_intent' });
  else await expect(again).resolves.toMatchObject({ intent: { state: 'journaled' } });
});

describe('an answer that repeats a transaction', () => {
  test('of the same client needs a person', async () => {
    const desk = openDesk();
    await desk.money.confirm(await review(desk, BUY));
    const second = await desk.money.confirm(await review(desk, BUY));
    expect(second).toMatchObject({ state: 'needs_human', serverTid: null });
    expect(second.reason).toContain('transaction 39486536');
  });

  test('of another client does not, since tids are looked up within a client', async () => {
    const desk = openDesk();
    registerClient(desk.records, { uid: 'BT-2', label: '', source: 'added', addedAtMs: 0 });
    await desk.money.confirm(await review(desk, BUY));
    const second = await desk.money.confirm(await review(desk, { ...BUY, clientUid: 'BT-2' }));
    expect(second.state).toBe('confirmed');
  });
});

test.each([new Error('bug'), new AppError('internal', 'bug')])(
  'a fault inside the client leaves the outcome unknown and is not swallowed: %s',
  async (fault) => {
    const desk = openDesk(
      service({
        withdraw: async () => {
          throw fault;
        },
      }),
    );
    const confirmation = await review(desk);
    await expect(desk.money.confirm(confirmation)).rejects.toBe(fault);
    expect(desk.money.get(confirmation.id).state).toBe('unknown');
    expect(desk.changes.at(-1)?.state).toBe('unknown');
  },
);

test('an unknown withdrawal is named in the review of any other of that client', async () => {
  const desk = openDesk(service({ withdraw: async () => unknown }));
  await desk.money.confirm(await review(desk));
  const { warnings } = await desk.money.prepare({ ...WITHDRAWAL, amountBtc: '0.2' });
  expect(warnings).toEqual([
    `Another withdrawal of this client has no known outcome yet: 0.12000000 BTC to …${DESTINATION.slice(-6)}.`,
  ]);
});
