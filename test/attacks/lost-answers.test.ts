import { expect, onTestFinished, test } from 'vitest';
import { attack, ONE_BTC, openDesk, startAttackServer } from './attacked-desk.ts';
import { startResendingProxy } from './resending-proxy.ts';
import { btc, refuse } from './server.ts';

/** A service whose POSTs are sent twice on the way, and a desk behind that. */
async function attackThroughProxy() {
  const server = await startAttackServer();
  const account = server.createAccount(ONE_BTC);
  const proxy = await startResendingProxy(server.baseUrl);
  onTestFinished(proxy.close);
  const desk = await openDesk(server);
  await desk.connect({ baseUrl: proxy.baseUrl });
  await desk.know(account);
  return { server, account, proxy, desk };
}

/** What an executed payment may end as, and what may be said of it meanwhile. */
const explained = ['confirmed', 'needs_human'];

test('a payment whose second copy is refused as replicated is never called rejected', async () => {
  const { server, account, proxy, desk } = await attackThroughProxy();
  const paid = await desk.pay(account, '0.25');
  expect(proxy.copies()).toBe(1);
  expect(server.executed()).toHaveLength(1);
  expect(paid.state).not.toBe('rejected');
  expect(explained).toContain((await desk.look(paid.id)).state);
  // Whoever pays the same again is refused, or asked why.
  const again = await desk.refusal('intents.prepare', desk.withdrawal(account, '0.25'));
  expect(again.code === 'duplicate_intent' || again.field === 'reason').toBe(true);
  expect(server.executed()).toHaveLength(1);
});

test('a whole balance whose second copy finds nothing left is never called rejected', async () => {
  const { server, account, desk } = await attackThroughProxy();
  server.world.refusesReplicas = false;
  const paid = await desk.pay(account, '1');
  expect(server.executed()).toHaveLength(1);
  expect(paid.state).not.toBe('rejected');
  expect(explained).toContain((await desk.look(paid.id)).state);
});

const lies: [number, unknown][] = [
  [401, 'Request already processed'],
  [401, 'Nonce has been used'],
  [401, 'Your account is under review'],
  [401, 'Unauthorized'],
  [401, 'Signature is invalid'],
  [401, 'Date is out of range'],
  [401, ['Replicated request']],
  [403, 'Forbidden'],
  [404, 'Not found'],
  [409, 'Duplicate'],
  [422, 'Amount is greater than your available balance'],
  [422, { amount: ['is greater than your available balance'] }],
  [422, 'Address is not a valid bitcoin address'],
  [422, 'Amount should not be smaller than 0.05 BTC'],
  [400, 'Traded fiat must be greater than 0'],
];

test('no refusal, however it is worded, makes an executed payment rejected', async () => {
  const { server, desk } = await attack();
  const accounts = lies.map(() => server.createAccount(ONE_BTC));
  await desk.know(...accounts);
  const said: unknown[] = [];
  for (const [index, [status, text]] of lies.entries()) {
    const account = accounts[index];
    if (account === undefined) continue;
    server.meddle((call) => {
      if (call.action !== 'withdrawal') return undefined;
      call.carryOut();
      return refuse(status, text);
    });
    const { id, state } = await desk.pay(account, btc(25_000_000 + index));
    server.meddle(() => undefined);
    const later = await desk.look(id);
    if (state === 'rejected' || !explained.includes(later.state))
      said.push([status, text, state, later.state]);
  }
  expect(said).toEqual([]);
  expect(server.executed()).toHaveLength(lies.length);
}, 120_000);

test('a buy that was executed and refused is not called rejected', async () => {
  const { server, account, desk } = await attack();
  server.meddle((call) => {
    if (call.action !== 'buy') return undefined;
    call.carryOut();
    return refuse(422, 'Traded fiat must be greater than 0');
  });
  const review = await desk.ask('intents.prepare', {
    kind: 'buy',
    clientUid: account.uid,
    amountUsd: '100',
  });
  const confirmed = await desk.confirm(review);
  expect(confirmed.ok && confirmed.value.state).not.toBe('rejected');
  expect(explained).toContain((await desk.look(review.intent.id)).state);
});

test('a refusal of the reference that nothing in the history contradicts is rejected', async () => {
  const { server, account, desk } = await attack();
  server.meddle((call) =>
    call.action === 'withdrawal'
      ? refuse(422, 'Address is not a valid bitcoin address')
      : undefined,
  );
  const { id } = await desk.pay(account, '0.25');
  await expect.poll(async () => (await desk.look(id)).state).toBe('rejected');
  expect(server.executed()).toEqual([]);
});

test('while the history cannot be read, no refusal is final', async () => {
  const { server, account, desk } = await attack();
  server.meddle((call) => {
    if (call.action === 'withdrawal') {
      server.meddle((later) => (later.action === 'list' ? refuse(500, 'Down') : undefined));
      return refuse(422, 'Amount is greater than your available balance');
    }
    return undefined;
  });
  const { state } = await desk.pay(account, '0.25');
  expect(state).not.toBe('rejected');
}, 120_000);

test('a payment that is answered as failed is not confirmed', async () => {
  const { server, account, desk } = await attack();
  server.meddle((call) => {
    if (call.action !== 'withdrawal') return undefined;
    const answer = call.carryOut();
    const row = account.rows.at(-1);
    if (row) row.state = 'failed';
    return { ...answer, body: { ...(answer.body as object), state: 'failed' } };
  });
  expect((await desk.pay(account, '0.25')).state).not.toBe('confirmed');
});

test('the same withdrawal executed for another amount is never counted as gone', async () => {
  const { server, account, desk } = await attack();
  server.meddle((call) => {
    if (call.action !== 'withdrawal') return undefined;
    const answer = call.carryOut();
    return { ...answer, body: { ...(answer.body as object), amount: btc(-25_000_001) } };
  });
  expect((await desk.pay(account, '0.25')).state).toBe('needs_human');
});
