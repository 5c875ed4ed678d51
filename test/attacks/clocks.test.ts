import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { defaultGuardPolicy } from '#shared/domain/guards.ts';
import { attack, ONE_BTC, openDesk, PAYEE, startAttackServer } from './attacked-desk.ts';
import type { Answer } from './server.ts';

const HOUR_MS = 3_600_000;

test('a computer clock set forward takes no reason away over a restart either', async () => {
  const { server, account, desk } = await attack();
  await desk.pay(account, '0.25');
  await desk.quit();
  const later = await openDesk(server, desk.userData);
  await later.setMachineClock(25 * HOUR_MS);
  const again = await later.refusal('intents.prepare', later.withdrawal(account, '0.25'));
  expect(again.field).toBe('reason');
});

test('a computer clock set forward takes no limit of a day away', async () => {
  const { account, desk } = await attack();
  await desk.ask('policy.save', { policy: { ...defaultGuardPolicy, maxDailySats: 30_000_000 } });
  await desk.pay(account, '0.25');
  await desk.setMachineClock(25 * HOUR_MS);
  const more = await desk.refusal('intents.prepare', desk.withdrawal(account, '0.1'));
  expect(more.field).toBe('amountBtc');
});

test('a computer clock set forward shortens no cooling period', async () => {
  const { account, desk } = await attack();
  await desk.ask('addressBook.add', { address: PAYEE, label: 'Payee' });
  await desk.ask('policy.save', { policy: { ...defaultGuardPolicy, addressBookOnly: true } });
  await desk.setMachineClock(25 * HOUR_MS);
  const refused = await desk.refusal('intents.prepare', desk.withdrawal(account, '0.25'));
  expect(refused.field).toBe('address');
});

test('nothing is sent while no answer has told the time', async () => {
  const server = await startAttackServer();
  const account = server.createAccount(ONE_BTC);
  const desk = await openDesk(server);
  await desk.connect();
  await desk.know(account);
  await desk.quit();
  server.world.tellsTime = false;
  const later = await openDesk(server, desk.userData);
  const prepared = await later.result('intents.prepare', later.withdrawal(account, '0.25'));
  if (prepared.ok) expect((await later.confirm(prepared.value)).ok).toBe(false);
  expect(server.posts).toEqual([]);
});

test('a server clock that jumps clears nothing in no time', async () => {
  const { server, account, desk } = await attack({ settleDelayMinutes: 10 });
  let late: (() => Answer) | null = null;
  server.meddle((call) => {
    if (call.action !== 'withdrawal') return undefined;
    late = call.carryOut;
    return 'drop';
  });
  const { id } = await desk.pay(account, '0.25');
  for (const aheadMs of [0, 10 * HOUR_MS, 20 * HOUR_MS, 0, 0]) {
    server.world.aheadMs = aheadMs;
    await desk.look(id);
  }
  expect((await desk.get(id)).state).not.toBe('cleared');
  (late as unknown as () => Answer)();
  expect(['confirmed', 'needs_human']).toContain((await desk.look(id)).state);
});

test('a slow computer clock that is set right clears nothing in no time', async () => {
  const { server, account, desk } = await attack({ settleDelayMinutes: 10 });
  await desk.setMachineClock(-10 * HOUR_MS);
  await desk.readAll();
  server.meddle((call) => (call.action === 'withdrawal' ? 'drop' : undefined));
  const { id } = await desk.pay(account, '0.25');
  for (const aheadMs of [-10 * HOUR_MS, -5 * HOUR_MS, 0, 5 * HOUR_MS, 10 * HOUR_MS]) {
    await desk.setMachineClock(aheadMs);
    await desk.look(id);
  }
  expect((await desk.get(id)).state).not.toBe('cleared');
});

test.each([-20, 20])(
  'a server clock %i min off lets a lost answer be found by itself',
  async (minutes) => {
    const server = await startAttackServer();
    server.world.aheadMs = minutes * 60_000;
    const account = server.createAccount(ONE_BTC);
    const desk = await openDesk(server);
    await desk.connect();
    await desk.know(account);
    server.meddle((call) => {
      if (call.action !== 'withdrawal') return undefined;
      call.carryOut();
      return 'drop';
    });
    const { id } = await desk.pay(account, '0.25');
    expect((await desk.look(id)).state).toBe('confirmed');
  },
);

test('an environment that changes while the history is read stops the payment', async () => {
  const { server, account, desk } = await attack();
  server.meddle(async (call) => {
    if (call.action !== 'list') return undefined;
    server.world.environment = 'production';
    await sleep(3000);
    return undefined;
  });
  const review = await desk.prepare(account, '0.25');
  expect((await desk.confirm(review)).ok).toBe(false);
  expect(server.posts).toEqual([]);
});

test('a rate that says it holds for a year is not bought at twenty minutes later', async () => {
  const { server, account, desk } = await attack();
  server.meddle((call) => {
    if (call.action !== 'rates') return undefined;
    const answer = call.carryOut();
    return {
      ...answer,
      body: { ...(answer.body as object), time_expires: server.nowMs() / 1000 + 31_536_000 },
    };
  });
  const draft = { kind: 'buy', clientUid: account.uid, amountUsd: '100' } as const;
  const review = await desk.ask('intents.prepare', draft);
  await desk.pass(20);
  expect((await desk.confirm(review)).ok).toBe(false);
  expect(server.posts).toEqual([]);
});

test('an expiry in milliseconds is not read as one in thousands of years', async () => {
  const { server, account, desk } = await attack();
  server.meddle((call) => {
    if (call.action !== 'rates') return undefined;
    const answer = call.carryOut();
    return {
      ...answer,
      body: { ...(answer.body as object), time_expires: server.nowMs() + 60_000 },
    };
  });
  await desk.result('rates.refresh', {});
  const { rate } = await desk.ask('rates.status', {});
  expect(rate === null || rate.timeExpiresMs < server.nowMs() + 366 * 24 * HOUR_MS).toBe(true);
  const draft = { kind: 'buy', clientUid: account.uid, amountUsd: '100' } as const;
  const prepared = await desk.result('intents.prepare', draft);
  await desk.pass(20);
  if (prepared.ok) expect((await desk.confirm(prepared.value)).ok).toBe(false);
  expect(server.posts).toEqual([]);
});

test('a buy is not sent at a price that a newer reading has ended', async () => {
  const { server, account, desk } = await attack();
  const draft = { kind: 'buy', clientUid: account.uid, amountUsd: '100' } as const;
  const review = await desk.ask('intents.prepare', draft);
  server.world.priceCents *= 2;
  await desk.ask('rates.refresh', {});
  expect((await desk.confirm(review)).ok).toBe(false);
  expect(server.posts).toEqual([]);
});

test('a review older than a quarter of an hour is drawn again before it is sent', async () => {
  const { server, account, desk } = await attack();
  const review = await desk.prepare(account, '0.25');
  await desk.pass(16);
  expect((await desk.confirm(review)).ok).toBe(false);
  expect(server.posts).toEqual([]);
  const drawnAgain = await desk.ask('intents.review', { id: review.intent.id });
  expect((await desk.confirm(drawnAgain)).ok).toBe(true);
});
