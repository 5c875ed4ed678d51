import { expect, test } from 'vitest';
import { defaultGuardPolicy } from '#shared/domain/guards.ts';
import { attack, ONE_BTC, OTHER_PAYEE, PAYEE } from './attacked-desk.ts';

const MINUTE_MS = 60_000;

test.each([1, 60, 23 * 60])(
  'a payment made elsewhere %i min ago asks for a reason',
  async (minutes) => {
    const { server, account, desk } = await attack();
    const createdAtMs = server.nowMs() - minutes * MINUTE_MS;
    server.payElsewhere(account, 25_000_000, PAYEE, { createdAtMs, state: 'processed' });
    await desk.readAll();
    const again = await desk.refusal('intents.prepare', desk.withdrawal(account, '0.25'));
    expect(again.field).toBe('reason');
    expect(server.posts).toEqual([]);
  },
);

test('a payment made elsewhere after the last reading stops an equal one before it is sent', async () => {
  const { server, account, desk } = await attack();
  const review = await desk.prepare(account, '0.25');
  server.payElsewhere(account, 25_000_000, PAYEE);
  expect((await desk.confirm(review)).ok).toBe(false);
  expect(server.posts).toEqual([]);
});

test('the limit of a day counts what was paid elsewhere', async () => {
  const { server, account, desk } = await attack({ sats: 5 * ONE_BTC });
  await desk.ask('policy.save', { policy: { ...defaultGuardPolicy, maxDailySats: 120_000_000 } });
  server.payElsewhere(account, ONE_BTC, OTHER_PAYEE, { createdAtMs: server.nowMs() - MINUTE_MS });
  await desk.readAll();
  const more = await desk.refusal('intents.prepare', desk.withdrawal(account, '0.5'));
  expect(more.field).toBe('amountBtc');
  // What came of a request of the app counts once.
  expect((await desk.pay(account, '0.1')).state).toBe('confirmed');
  await desk.readAll();
  expect((await desk.pay(account, '0.1', { address: OTHER_PAYEE })).state).toBe('confirmed');
});

test('while the outcome of a whole balance is not known, it is not spent once more', async () => {
  const { server, account, desk } = await attack();
  server.meddle((call) => (call.action === 'withdrawal' ? 'drop' : undefined));
  expect((await desk.pay(account, '1')).state).toBe('unknown');
  const second = await desk.refusal(
    'intents.prepare',
    desk.withdrawal(account, '1', { address: OTHER_PAYEE }),
  );
  expect(second.field).toBe('amountBtc');
  const third = await desk.refusal(
    'intents.prepare',
    desk.withdrawal(account, '0.05', { address: OTHER_PAYEE }),
  );
  expect(third.field).toBe('amountBtc');
  expect(server.posts).toHaveLength(1);
});

test('two whole balances that were prepared before are not both sent', async () => {
  const { server, account, desk } = await attack();
  const first = await desk.prepare(account, '1');
  const second = await desk.result(
    'intents.prepare',
    desk.withdrawal(account, '1', { address: OTHER_PAYEE }),
  );
  server.meddle((call) => (call.action === 'withdrawal' ? 'drop' : undefined));
  await desk.confirm(first);
  if (second.ok) expect((await desk.confirm(second.value)).ok).toBe(false);
  expect(server.posts).toHaveLength(1);
});

test('as long as an outcome is not known, the same from another client asks for a reason', async () => {
  const { server, account, desk } = await attack();
  const other = server.createAccount(ONE_BTC);
  await desk.know(other);
  server.meddle((call) => (call.action === 'withdrawal' ? 'drop' : undefined));
  expect((await desk.pay(account, '0.25')).state).toBe('unknown');
  for (let hours = 0; hours < 25; hours += 5) {
    await desk.pass(5 * 60);
    await desk.ask('rates.refresh', {});
  }
  const again = await desk.refusal('intents.prepare', desk.withdrawal(other, '0.25'));
  expect(again.field).toBe('reason');
  expect(again.message).toContain(account.uid);
});
