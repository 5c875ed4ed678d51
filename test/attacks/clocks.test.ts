import { expect, test } from 'vitest';
import { attack, ONE_BTC, openDesk, startAttackServer } from './attacked-desk.ts';
import type { Answer } from './server.ts';

const HOUR_MS = 3_600_000;

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
