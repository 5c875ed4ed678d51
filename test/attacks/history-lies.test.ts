import { expect, test } from 'vitest';
import { attack, ONE_BTC, OTHER_PAYEE, PAYEE, type Attack } from './attacked-desk.ts';
import { clientJson, rowJson, type Call, type Row } from './server.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Of the profile, in the attacks on what is settled by itself. */
const settleDelayMinutes = 1;

/** Looks twice and more, with time enough between for whatever settles by itself. */
async function lookOften({ desk }: Attack, id: string): Promise<string> {
  for (let look = 0; look < 3; look += 1) {
    await desk.look(id);
    await desk.pass(20);
    await desk.readAll();
  }
  return (await desk.look(id)).state;
}

/** From here on a payment is executed as `as` says, and its answer gets lost. */
function executeLost(
  { server, account }: Attack,
  as: (call: Call) => void = (call) => void call.carryOut(),
): void {
  server.meddle((call) => {
    if (call.action !== 'withdrawal') return undefined;
    as(call);
    return 'drop';
  });
  expect(account.rows.length).toBeGreaterThan(0);
}

test('an empty history where sixty rows are known clears nothing and lets nothing be sent', async () => {
  const attacked = await attack({ settleDelayMinutes });
  const { server, account, desk } = attacked;
  for (let row = 0; row < 60; row += 1) server.deposit(account, 1000 + row);
  await desk.readAll();
  server.meddle((call) => {
    if (call.action === 'list') return { status: 200, body: [] };
    if (call.action !== 'withdrawal') return undefined;
    call.carryOut();
    return 'drop';
  });
  const review = await desk.prepare(account, '0.25');
  const confirmed = await desk.confirm(review);
  if (!confirmed.ok) return expect(server.posts).toEqual([]);
  expect(await lookOften(attacked, review.intent.id)).not.toBe('cleared');
});

test('a history that stands still while the balance moves clears nothing', async () => {
  const attacked = await attack({ settleDelayMinutes });
  const { server, account, desk } = attacked;
  const frozen = account.rows.map(rowJson);
  server.meddle((call) => {
    if (call.action === 'list') return { status: 200, body: call.page > 1 ? [] : frozen };
    if (call.action !== 'withdrawal') return undefined;
    call.carryOut();
    return 'drop';
  });
  const { id } = await desk.pay(account, '0.25');
  expect(await lookOften(attacked, id)).not.toBe('cleared');
});

test('a history that lags now and then confirms once it is there', async () => {
  const attacked = await attack({ settleDelayMinutes });
  const { server, account, desk } = attacked;
  const frozen = account.rows.map(rowJson);
  let reads = 0;
  server.meddle((call) => {
    if (call.action === 'list' && (reads += 1) % 2 === 0)
      return { status: 200, body: call.page > 1 ? [] : frozen };
    if (call.action !== 'withdrawal') return undefined;
    call.carryOut();
    return 'drop';
  });
  const { id } = await desk.pay(account, '0.25');
  expect(await lookOften(attacked, id)).not.toBe('cleared');
  server.meddle(() => undefined);
  expect(['confirmed', 'needs_human']).toContain((await desk.look(id)).state);
});

test.each([
  ['two days ago', -2 * DAY_MS],
  ['an hour ago', -HOUR_MS],
  ['in two days', 2 * DAY_MS],
  ['in an hour', HOUR_MS],
])(
  'a payment that is listed as of %s is not cleared, and can be settled by it',
  async (_when, byMs) => {
    const attacked = await attack({ settleDelayMinutes });
    const { server, account, desk } = attacked;
    executeLost(attacked, (call) => {
      call.carryOut();
      const row = account.rows.at(-1);
      if (row) row.createdAtMs += byMs;
    });
    const { id } = await desk.pay(account, '0.25');
    server.meddle(() => undefined);
    const state = await lookOften(attacked, id);
    expect(['confirmed', 'needs_human', 'unknown']).toContain(state);
    if (state === 'confirmed') return;
    const [row] = server.executed();
    const found = row?.tid ?? '';
    await desk.settleAsGone(id, found);
    expect(await desk.get(id)).toMatchObject({ state: 'confirmed', serverTid: found });
  },
);

const unexplained: [string, Partial<Row>][] = [
  [
    'a row of an unknown type',
    { type: 'bitcoin_transfer' as Row['type'], sats: 25_000_000, address: PAYEE },
  ],
  ['an amount less a fee', { sats: 24_990_000, address: PAYEE, state: 'pending' }],
  ['the amount to another address', { sats: 25_000_000, address: OTHER_PAYEE, state: 'pending' }],
  [
    'another amount to another address',
    { sats: 31_000_000, address: OTHER_PAYEE, state: 'pending' },
  ],
  ['a buy', { type: 'bitcoin_buy', sats: 25_000_000 }],
];
test.each(unexplained)(
  '%s after a lost payment stops it from being cleared',
  async (_what, row) => {
    const attacked = await attack({ settleDelayMinutes });
    const { server, account, desk } = attacked;
    executeLost(attacked, ({ post }) => {
      account.sats -= row.sats ?? 0;
      server.addRow(account, { type: 'bitcoin_withdrawal', sats: 0, post, ...row });
    });
    const { id } = await desk.pay(account, '0.25');
    server.meddle(() => undefined);
    expect(await lookOften(attacked, id)).not.toBe('cleared');
  },
);

test('a buy carried out at 2.5 times the price is not cleared when its answer got lost', async () => {
  const attacked = await attack({ settleDelayMinutes });
  const { server, account, desk } = attacked;
  server.meddle((call) => {
    if (call.action !== 'buy') return undefined;
    server.world.priceCents *= 2.5;
    call.carryOut();
    return 'drop';
  });
  const draft = { kind: 'buy', clientUid: account.uid, amountUsd: '100' } as const;
  const review = await desk.ask('intents.prepare', draft);
  await desk.confirm(review);
  server.meddle(() => undefined);
  expect(await lookOften(attacked, review.intent.id)).not.toBe('cleared');
});

test('a payment that is listed twice on one page is one payment', async () => {
  const attacked = await attack();
  const { server, desk, account } = attacked;
  executeLost(attacked);
  const { id } = await desk.pay(account, '0.25');
  server.meddle((call) => {
    if (call.action !== 'list') return undefined;
    const answer = call.carryOut();
    const rows = answer.body as object[];
    return { ...answer, body: [...rows.slice(0, 1), ...rows] };
  });
  expect((await desk.look(id)).state).toBe('confirmed');
});

test('another client’s model is not kept as what was asked for', async () => {
  const { server, account, desk } = await attack();
  const other = server.createAccount(7 * ONE_BTC);
  server.meddle((call) =>
    call.action === 'client' ? { status: 200, body: clientJson(other) } : undefined,
  );
  await desk.readAll();
  await desk.result('clients.refresh', { uid: account.uid });
  const view = await desk.client(account);
  expect(view).toMatchObject({ depositAddress: account.address, conflictingAddress: null });
  expect(view.balance?.balanceSats).toBe(ONE_BTC);
});

test('the client that is added is the one that was asked for', async () => {
  const { server, desk } = await attack();
  const asked = server.createAccount();
  const other = server.createAccount();
  server.meddle((call) =>
    call.action === 'client' ? { status: 200, body: clientJson(other) } : undefined,
  );
  const answer = await desk.result('clients.add', { uid: asked.uid, label: 'Asked' });
  expect(answer.ok).toBe(false);
});

test('the transaction that settles by hand is the one that was asked for', async () => {
  const attacked = await attack();
  const { server, account, desk } = attacked;
  server.meddle((call) => (call.action === 'withdrawal' ? 'drop' : undefined));
  const { id } = await desk.pay(account, '0.25');
  await desk.look(id);
  const fits = {
    tid: 'abcdef',
    type: 'bitcoin_withdrawal',
    sats: 25_000_000,
    address: PAYEE,
  } as const;
  server.meddle((call) =>
    call.action === 'row'
      ? { status: 200, body: rowJson({ ...fits, createdAtMs: server.nowMs(), post: null }) }
      : undefined,
  );
  const found = account.rows[0]?.tid ?? '';
  const answer = await desk.result('intents.settle', {
    id,
    decision: 'went',
    reason: 'I saw it',
    found,
  });
  expect(answer.ok).toBe(false);
});

const oddRows: [string, object][] = [
  ['minus one confirmations', { tx_confirmations: -1 }],
  ['an amount above all bitcoin', { amount: '21000001.0' }],
  ['an amount that is none', { amount: 'NaN' }],
  ['no date', { created_at: 'soon' }],
  ['a date beyond all calendars', { created_at: '+275760-09-14T00:00:00Z' }],
  ['a tid of 201 characters', { tid: 'x'.repeat(201) }],
  ['no tid', { tid: '' }],
  ['a state of 10,000 characters', { state: 'y'.repeat(10_000) }],
  ['a tx_id with a NUL', { tx_id: 'a\0b' }],
];
test('one client’s odd row holds up no other client', async () => {
  const { server, account, desk } = await attack();
  const odd = oddRows.map(([, change]) => ({ account: server.createAccount(ONE_BTC), change }));
  server.meddle((call) => {
    const found = odd.find(({ account: { uid } }) => uid === call.uid);
    if (found === undefined || call.action !== 'list') return undefined;
    const answer = call.carryOut();
    return {
      ...answer,
      body: (answer.body as object[]).map((row) => ({ ...row, ...found.change })),
    };
  });
  const lines = odd.map(({ account: { uid } }, index) => ({ uid, label: `Odd ${index}` }));
  await desk.ask('clients.import', { lines });
  await desk.readAll();
  server.deposit(account, 5000, { createdAtMs: server.nowMs() });
  await desk.readAll();
  const view = await desk.client(account);
  expect(view.balance?.balanceSats).toBe(ONE_BTC + 5000);
  expect(view.history).toMatchObject({ rows: 2, complete: true });
});

test('a server that ignores the page is asked a bounded number of times, and is not complete', async () => {
  const { server, account, desk } = await attack();
  for (let row = 0; row < 61; row += 1)
    server.deposit(account, 1000 + row, { createdAtMs: server.nowMs() - row });
  let lists = 0;
  server.meddle((call) => {
    if (call.action !== 'list') return undefined;
    lists += 1;
    call.page = 1;
    return call.carryOut();
  });
  await desk.readAll();
  expect(lists).toBeLessThan(50);
  const { history } = await desk.client(account);
  expect(history.complete && history.rows < 62).toBe(false);
});

test('a history without an end holds a payment back within half a minute, and nothing goes out later', async () => {
  const { server, account, desk } = await attack();
  let row = 0;
  server.meddle(async (call) => {
    if (call.action !== 'list') return undefined;
    await new Promise((resolve) => setTimeout(resolve, 20));
    const body = Array.from({ length: 25 }, () => {
      row += 1;
      return rowJson({
        tid: `endless${row}`,
        type: 'bitcoin_deposit',
        sats: 1000,
        confirmations: 6,
        createdAtMs: server.nowMs() - row,
        post: null,
      });
    });
    return { status: 200, body };
  });
  const review = await desk.prepare(account, '0.25');
  const startedMs = performance.now();
  const confirmed = await desk.confirm(review);
  expect(confirmed.ok).toBe(false);
  expect(performance.now() - startedMs).toBeLessThan(40_000);
  server.meddle(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 2000));
  expect(server.posts).toEqual([]);
}, 90_000);

test('a deposit that the service no longer lists is in no sum', async () => {
  const { server, account, desk } = await attack();
  server.deposit(account, 3 * ONE_BTC, { createdAtMs: server.nowMs(), confirmations: 1 });
  await desk.readAll();
  account.rows.pop();
  account.sats -= 3 * ONE_BTC;
  for (let reading = 0; reading < 2; reading += 1) {
    await desk.pass(30);
    await desk.readAll();
    await desk.ask('clients.refresh', { uid: account.uid });
  }
  expect(await desk.ask('history.summary', { filter: {} })).toMatchObject({ depositSats: ONE_BTC });
  const { total } = await desk.ask('overview.get', { verdict: null, limit: 10 });
  expect(total).toMatchObject({ computedSats: ONE_BTC, tiesOut: 1, differs: 0 });
});

test('“Refresh now” reads every balance, and nothing ties out that does not', async () => {
  const { server, account, desk } = await attack();
  await desk.readAll();
  account.sats -= 1000;
  await desk.readAll();
  expect((await desk.client(account)).balance?.balanceSats).toBe(ONE_BTC - 1000);
  const { total } = await desk.ask('overview.get', { verdict: null, limit: 10 });
  expect(total.tiesOut).toBe(0);
  expect(server.posts).toEqual([]);
});

test('a client that is added is read at once', async () => {
  const { server, desk } = await attack();
  const added = server.createAccount(2 * ONE_BTC);
  await desk.ask('clients.add', { uid: added.uid, label: 'Added' });
  const read = async () => {
    const { balance, history } = await desk.client(added);
    return { sats: balance?.balanceSats, complete: history.complete };
  };
  await expect.poll(read, { timeout: 5000 }).toEqual({ sats: 2 * ONE_BTC, complete: true });
});

test('a payment that the service took back is in no sum and makes no difference', async () => {
  const { account, desk } = await attack();
  await desk.pay(account, '0.25');
  await desk.readAll();
  account.rows.pop();
  account.sats += 25_000_000;
  for (let reading = 0; reading < 3; reading += 1) {
    await desk.pass(30);
    await desk.readAll();
    await desk.ask('clients.refresh', { uid: account.uid });
  }
  expect(await desk.ask('history.summary', { filter: {} })).toMatchObject({ withdrawalSats: 0 });
  const { total } = await desk.ask('overview.get', { verdict: null, limit: 10 });
  expect(total).toMatchObject({ computedSats: ONE_BTC, differs: 0 });
});

test('a long first reading of one client holds up no news of another', async () => {
  const { server, account, desk } = await attack();
  const long = server.createAccount();
  for (let row = 0; row < 1500; row += 1) {
    server.deposit(long, 1000 + row, { createdAtMs: server.nowMs() - 3_600_000 - row * 1000 });
  }
  server.meddle(async (call) => {
    if (call.uid === long.uid) await new Promise((resolve) => setTimeout(resolve, 1500));
    return undefined;
  });
  await desk.ask('clients.import', { lines: [{ uid: long.uid, label: 'Long' }] });
  await desk.ask('sync.start', {});
  await new Promise((resolve) => setTimeout(resolve, 1000));
  server.deposit(account, 5000, { createdAtMs: server.nowMs() });
  await desk.ask('sync.start', {});
  const sats = async () => (await desk.client(account)).balance?.balanceSats;
  await expect.poll(sats, { timeout: 8000 }).toBe(ONE_BTC + 5000);
  expect((await desk.client(long)).history.complete).toBe(false);
});
