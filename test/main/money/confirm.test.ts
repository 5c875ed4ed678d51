import { expect, test } from 'vitest';
import type { Draft } from '#shared/domain/intent.ts';
import { AppError } from '#shared/errors.ts';
import { verifyChain } from '../../../src/main/audit/chain.ts';
import { openRecords } from '../../../src/main/storage/open.ts';
import {
  getRegisteredClient,
  observeAddress,
} from '../../../src/main/storage/records/clients-repo.ts';
import {
  BUY,
  CLIENT,
  DEPOSIT_ADDRESS,
  DESTINATION,
  NOW_MS,
  openDesk,
  RATE,
  review,
  service,
  states,
  WITHDRAWAL,
  type Desk,
} from './fixture.ts';

function auditActions(desk: Desk): unknown[] {
  return desk.records.prepare('SELECT action FROM audit ORDER BY seq').pluck().all();
}

test('sends what the journal holds, and keeps what came back', async () => {
  const desk = openDesk();
  const confirmation = await review(desk);
  const intent = await desk.money.confirm(confirmation);
  expect(desk.client.posts).toEqual([`withdraw ${CLIENT} 12000000 ${DESTINATION}`]);
  expect(intent).toMatchObject({
    state: 'confirmed',
    attempts: 1,
    serverTid: '39486536',
    serverState: 'pending',
    receivedSats: 12_000_000,
    sentAtMs: NOW_MS,
    settledAtMs: NOW_MS,
  });
  expect(desk.changes.map(({ state }) => state)).toEqual(['journaled', 'sent', 'confirmed']);
  expect(auditActions(desk)).toEqual(['intent.journaled', 'intent.sent', 'intent.confirmed']);
  expect(desk.restart().money.get(confirmation.id)).toEqual(intent);
});

test('a buy keeps what was received beside what was expected, and reads the rate after', async () => {
  const desk = openDesk();
  const intent = await desk.money.confirm(await review(desk, BUY));
  expect(desk.client.posts).toEqual([`buy ${CLIENT} 150000`]);
  expect(intent).toMatchObject({ expectedSats: 122_438_984, receivedSats: 122_779_733 });
  expect(desk.world.refreshes).toEqual(['before_trade', 'after_trade']);
});

test('a created client is in the registry with its label and address, at once', async () => {
  const desk = openDesk();
  const confirmation = await review(desk, { kind: 'create_client', label: ' Bob ' });
  const intent = await desk.money.confirm(confirmation);
  expect(intent).toMatchObject({ state: 'confirmed', clientUid: 'BT-C111111', label: 'Bob' });
  expect(getRegisteredClient(desk.records, 'BT-C111111')).toMatchObject({
    label: 'Bob',
    source: 'created',
    depositAddress: DEPOSIT_ADDRESS,
  });
});

test('`sent` is committed, as another connection sees, before the service is called', async () => {
  let seen: unknown;
  const desk = openDesk(
    service({
      withdraw: async () => {
        const other = openRecords(desk.path);
        seen = other.prepare('SELECT state, attempts FROM intents').get();
        other.close();
        return { kind: 'unknown', reason: 'The connection was lost.' };
      },
    }),
  );
  await desk.money.confirm(await review(desk));
  expect(seen).toEqual({ state: 'sent', attempts: 1 });
});

test('twenty confirms at once are one POST', async () => {
  const desk = openDesk();
  const confirmation = await review(desk);
  const all = Array.from({ length: 20 }, () => desk.money.confirm(confirmation));
  const results = await Promise.allSettled(all);
  expect(desk.client.posts).toHaveLength(1);
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const result of results) {
    if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'conflict' });
  }
  await expect(desk.money.confirm(confirmation)).rejects.toMatchObject({ code: 'conflict' });
  expect(desk.client.posts).toHaveLength(1);
});

test('two windows that confirm at once are one POST', async () => {
  const desk = openDesk();
  const confirmation = await review(desk);
  const windows = [desk, desk.twin(), desk.twin()];
  for (const { money } of windows) money.review(confirmation.id);
  const results = await Promise.allSettled(windows.map(({ money }) => money.confirm(confirmation)));
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
  expect(desk.client.posts).toHaveLength(1);
});

const refusals: [string, string, (desk: Desk) => void, Draft?][] = [
  [
    'profile_locked',
    'the profile was locked',
    ({ world }) => {
      world.profile = { ...world.profile, locked: true };
    },
  ],
  [
    'keychain_locked',
    'the keychain is locked',
    ({ world }) => {
      world.profile = { ...world.profile, secret: 'locked' };
    },
  ],
  [
    'keychain_hung',
    'the keychain has not answered, whatever it said before',
    ({ world }) => {
      world.secretProblem = new AppError('keychain_hung', 'The keychain does not answer.');
    },
    { kind: 'create_client', label: 'Ada' },
  ],
  [
    'review_changed',
    'another profile is behind it',
    ({ world }) => {
      world.profile = { ...world.profile, id: 'other' };
    },
  ],
  [
    'invalid_input',
    'the balance fell',
    ({ world }) => {
      world.balanceSats = 11_999_999;
    },
  ],
  [
    'conflict',
    'the client shows another deposit address',
    ({ records }) => {
      observeAddress(records, CLIENT, DESTINATION);
    },
  ],
  [
    'rate_expired',
    'the rate has ended on the server',
    ({ world }) => {
      world.nowMs = RATE.timeExpiresMs;
    },
    BUY,
  ],
];

test.each(refusals)('%s: nothing is sent when %s', async (code, _, change, draft = WITHDRAWAL) => {
  const desk = openDesk();
  const confirmation = await review(desk, draft);
  change(desk);
  await expect(desk.money.confirm(confirmation)).rejects.toMatchObject({ code });
  expect(desk.client.posts).toEqual([]);
  expect(states(desk)).toEqual(['journaled']);
});

test.each(refusals)(
  '%s: nor when %s during the ping',
  async (code, _, change, draft = WITHDRAWAL) => {
    const desk = openDesk(
      service({
        ping: async () => {
          change(desk);
          return { status: 'ok', environment: 'sandbox' };
        },
      }),
    );
    await expect(desk.money.confirm(await review(desk, draft))).rejects.toMatchObject({ code });
    expect(desk.client.posts).toEqual([]);
    expect(states(desk)).toEqual(['journaled']);
  },
);

test.each([null, '', 'zsUR', 'pgAGzsUr', DESTINATION])(
  'typing %s is not typing the end',
  async (typed) => {
    const desk = openDesk();
    const confirmation = await review(desk);
    await expect(desk.money.confirm({ ...confirmation, typed })).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'typed',
    });
    expect(desk.client.posts).toEqual([]);
  },
);

test('the hash of another review confirms nothing', async () => {
  const desk = openDesk();
  const confirmation = await review(desk);
  const other = await desk.money.prepare({ ...WITHDRAWAL, amountBtc: '0.13' });
  const mixed = { ...confirmation, reviewHash: other.reviewHash };
  await expect(desk.money.confirm(mixed)).rejects.toMatchObject({ code: 'review_changed' });
  expect(desk.client.posts).toEqual([]);
});

test('a server of another environment gets no money request', async () => {
  const desk = openDesk(
    service({ ping: async () => ({ status: 'ok', environment: 'production' }) }),
  );
  await expect(desk.money.confirm(await review(desk))).rejects.toMatchObject({
    code: 'wrong_environment',
  });
  expect(desk.client.posts).toEqual([]);
  expect(states(desk)).toEqual(['journaled']);
});

test('idle waits for what is being sent', async () => {
  let answer = () => {};
  const desk = openDesk(
    service({
      withdraw: () =>
        new Promise((resolve) => {
          answer = () => resolve({ kind: 'unknown', reason: 'Timed out.' });
        }),
    }),
  );
  const confirmation = await review(desk);
  const confirmed = desk.money.confirm(confirmation);
  await expect.poll(() => desk.client.posts.length).toBe(1);
  const idle = desk.money.idle().then(() => desk.money.get(confirmation.id).state);
  answer();
  expect(await idle).toBe('unknown');
  await confirmed;
});

test('a day of every kind of end leaves an audit log that verifies', async () => {
  const desk = openDesk();
  await desk.money.confirm(await review(desk));
  await desk.money.confirm(await review(desk, { kind: 'create_client', label: '' }));
  desk.money.discard((await review(desk, BUY)).id);
  expect(verifyChain(desk.records)).toEqual({ ok: true, entries: 8, firstBadSeq: null });
});
