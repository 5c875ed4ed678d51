import { expect, onTestFinished, test } from 'vitest';
import {
  attack,
  ONE_BTC,
  OTHER_PAYEE,
  openDesk,
  PAYEE,
  startAttackServer,
} from './attacked-desk.ts';
import { startResendingProxy } from './resending-proxy.ts';
import { btc, clientJson, refuse, rowJson, type Answer } from './server.ts';

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

test('“it did not go” is refused while the history shows a payment that fits', async () => {
  const { server, account, desk } = await attack();
  server.meddle((call) => {
    if (call.action !== 'withdrawal') return undefined;
    call.carryOut();
    server.meddle((later) => (later.action === 'list' ? { status: 500, body: '' } : undefined));
    return 'drop';
  });
  const { id } = await desk.pay(account, '0.25');
  server.meddle(() => undefined);
  const [row] = server.executed();
  const refusal = await desk.refusal('intents.settle', {
    id,
    decision: 'did_not_go',
    reason: 'Told by phone',
  });
  expect(refusal.message).toContain(row?.tid);
  expect((await desk.get(id)).state).not.toBe('cleared');
}, 120_000);

test('a payment equal to one that was settled as not gone asks for a reason', async () => {
  const { server, account, desk } = await attack();
  server.meddle((call) => (call.action === 'withdrawal' ? 'drop' : undefined));
  const { id } = await desk.pay(account, '0.25');
  await desk.look(id);
  await desk.ask('intents.settle', { id, decision: 'did_not_go', reason: 'Told by phone' });
  expect((await desk.get(id)).state).toBe('cleared');
  const again = await desk.refusal('intents.prepare', desk.withdrawal(account, '0.25'));
  expect(again.field).toBe('reason');
});

test('a payment that is executed after it was settled as not gone is told', async () => {
  const { server, account, desk } = await attack();
  let late: (() => Answer) | null = null;
  server.meddle((call) => {
    if (call.action !== 'withdrawal') return undefined;
    late = call.carryOut;
    return 'drop';
  });
  const { id } = await desk.pay(account, '0.25');
  await desk.look(id);
  await desk.ask('intents.settle', { id, decision: 'did_not_go', reason: 'Told by phone' });
  await desk.pass(180);
  expect(late).not.toBeNull();
  (late as unknown as () => Answer)();
  await desk.readAll();
  await expect.poll(async () => (await desk.get(id)).state).toBe('needs_human');
});

test('a payment that is executed after it was rejected is told', async () => {
  const { server, account, desk } = await attack();
  let late: (() => Answer) | null = null;
  server.meddle((call) => {
    if (call.action !== 'withdrawal') return undefined;
    late = call.carryOut;
    return refuse(422, 'Address is not a valid bitcoin address');
  });
  const { id } = await desk.pay(account, '0.25');
  await expect.poll(async () => (await desk.look(id)).state).toBe('rejected');
  await desk.pass(24 * 60);
  (late as unknown as () => Answer)();
  await desk.readAll();
  await expect.poll(async () => (await desk.get(id)).state).toBe('needs_human');
});

test('what the service itself named is not settled as not gone by one person', async () => {
  const { server, account, desk } = await attack();
  server.meddle((call) => {
    if (call.action !== 'withdrawal') return undefined;
    call.form.set('amount', '0.26');
    return call.carryOut();
  });
  const { id, state } = await desk.pay(account, '0.25');
  expect(state).toBe('needs_human');
  await desk.look(id);
  const answer = await desk.result('intents.settle', {
    id,
    decision: 'did_not_go',
    reason: 'Told by phone',
  });
  expect(answer.ok).toBe(false);
  expect((await desk.get(id)).state).toBe('needs_human');
});

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

test('a listed payment of the state failed does not confirm', async () => {
  const { server, account, desk } = await attack();
  server.meddle((call) => {
    if (call.action !== 'withdrawal') return undefined;
    call.carryOut();
    const row = account.rows.at(-1);
    if (row) row.state = 'failed';
    return 'drop';
  });
  const { id } = await desk.pay(account, '0.25');
  expect((await desk.look(id)).state).not.toBe('confirmed');
  const [row] = server.executed();
  await desk.result('intents.settle', {
    id,
    decision: 'went',
    reason: 'I saw it',
    found: row?.tid ?? '',
  });
  expect((await desk.get(id)).state).not.toBe('confirmed');
});

test('by hand only what was asked for becomes the outcome, without more ado', async () => {
  const { server, account, desk } = await attack({ sats: 20 * ONE_BTC });
  server.meddle((call) => (call.action === 'withdrawal' ? 'drop' : undefined));
  const { id } = await desk.pay(account, '0.25');
  const others = [
    server.payElsewhere(account, 3 * ONE_BTC, OTHER_PAYEE),
    server.payElsewhere(account, 3 * ONE_BTC, PAYEE),
    server.payElsewhere(account, 25_000_000, OTHER_PAYEE),
    server.addRow(account, { type: 'bitcoin_buy', sats: 25_000_000, post: null }),
  ];
  await desk.look(id);
  for (const { tid } of others) {
    const answer = await desk.result('intents.settle', {
      id,
      decision: 'went',
      reason: 'I saw it',
      found: tid,
    });
    expect(answer.ok, tid).toBe(false);
  }
  expect(['unknown', 'needs_human']).toContain((await desk.get(id)).state);
});

test('by hand another transaction than the service named does not become the outcome', async () => {
  const { server, account, desk } = await attack({ sats: 20 * ONE_BTC });
  server.meddle((call) => {
    if (call.action !== 'withdrawal') return undefined;
    call.form.set('amount', '0.26');
    return call.carryOut();
  });
  const { id, serverTid } = await desk.pay(account, '0.25');
  const other = server.payElsewhere(account, 25_000_000, PAYEE);
  expect(serverTid).not.toBe(other.tid);
  const answer = await desk.result('intents.settle', {
    id,
    decision: 'went',
    reason: 'I saw it',
    found: other.tid,
  });
  expect(answer.ok).toBe(false);
});

test('a buy is not settled by a buy of another size', async () => {
  const { server, account, desk } = await attack();
  server.meddle((call) => (call.action === 'buy' ? 'drop' : undefined));
  const draft = { kind: 'buy', clientUid: account.uid, amountUsd: '20' } as const;
  const review = await desk.ask('intents.prepare', draft);
  await desk.confirm(review);
  const { id } = review.intent;
  const other = server.addRow(account, { type: 'bitcoin_buy', sats: 999_000_000, post: null });
  await desk.look(id);
  const answer = await desk.result('intents.settle', {
    id,
    decision: 'went',
    reason: 'I saw it',
    found: other.tid,
  });
  expect(answer.ok).toBe(false);
});

test('a client that was there before does not become what a creation brought', async () => {
  const { server, account, desk } = await attack();
  const old = server.createAccount();
  server.meddle((call) => (call.action === 'create' ? 'drop' : undefined));
  const review = await desk.ask('intents.prepare', { kind: 'create_client', label: 'Lost' });
  await desk.confirm(review);
  const { id } = review.intent;
  for (const found of [account.uid, old.uid]) {
    if (found === old.uid) await desk.know(old);
    const answer = await desk.result('intents.settle', {
      id,
      decision: 'went',
      reason: 'I saw it',
      found,
    });
    expect(answer.ok, found).toBe(false);
  }
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

test('a refusal that the whole service still believes is asked about, and told once it knows better', async () => {
  const { server, account, desk } = await attack();
  const frozen = account.rows.map(rowJson);
  const before = clientJson(account);
  server.meddle((call) => {
    if (call.action === 'list') return { status: 200, body: call.page > 1 ? [] : frozen };
    if (call.action === 'client') return { status: 200, body: before };
    if (call.action !== 'withdrawal') return undefined;
    call.carryOut();
    return refuse(422, 'Amount is greater than your available balance');
  });
  const { id } = await desk.pay(account, '0.25');
  const again = await desk.refusal('intents.prepare', desk.withdrawal(account, '0.25'));
  expect(again.code === 'duplicate_intent' || again.field === 'reason').toBe(true);
  server.meddle(() => undefined);
  await desk.pass(5);
  await desk.readAll();
  await expect.poll(async () => (await desk.get(id)).state).not.toBe('rejected');
  expect(explained).toContain((await desk.look(id)).state);
  expect(server.executed()).toHaveLength(1);
});

test('a payment that is executed late and dated before it was sent is told as well', async () => {
  const { server, account, desk } = await attack();
  let late: (() => Answer) | null = null;
  server.meddle((call) => {
    if (call.action !== 'withdrawal') return undefined;
    late = call.carryOut;
    return 'drop';
  });
  const { id } = await desk.pay(account, '0.25');
  await desk.look(id);
  await desk.ask('intents.settle', { id, decision: 'did_not_go', reason: 'Told by phone' });
  await desk.pass(180);
  (late as unknown as () => Answer)();
  const row = account.rows.at(-1);
  if (row) row.createdAtMs -= 24 * 3_600_000;
  await desk.readAll();
  await expect.poll(async () => (await desk.get(id)).state).toBe('needs_human');
});

test('where a second person is set, nobody settles alone what the history cannot show', async () => {
  const { server, account, desk } = await attack();
  await desk.ask('approvers.add', { name: 'Grace', newPassphrase: 'correct horse battery staple' });
  server.meddle((call) => {
    if (call.action !== 'withdrawal') return undefined;
    call.carryOut();
    server.meddle((later) => (later.action === 'list' ? { status: 500, body: '' } : undefined));
    return 'drop';
  });
  const { id } = await desk.pay(account, '0.25');
  const decision = { id, decision: 'did_not_go', reason: 'Told by phone' } as const;
  expect((await desk.result('intents.settle', decision)).ok).toBe(false);
  expect((await desk.get(id)).state).toBe('unknown');
}, 120_000);
