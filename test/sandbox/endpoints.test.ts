import { describe, expect, it } from 'vitest';
import { destination, field, rows, satsOf, startBench, startMs, textField } from './harness.ts';
import { otherMerchant, send } from './signed-call.ts';

const notFound = { status: 404, json: { errors: 'Not found' } };

describe('a client', () => {
  it('is created empty, with a deposit address, and read back', async () => {
    const { get, post } = await startBench();
    const created = await post('/clients');
    expect(created).toMatchObject({
      status: 201,
      json: { balance: '0.0', unconfirmed_balance: '0.0' },
    });
    const uid = textField(created.json, 'uid');
    expect(uid).toMatch(/^BT-C\d{6}$/);
    expect(field(created.json, 'bitcoin_address')).toMatch(/^2[1-9A-HJ-NP-Za-km-z]{34}$/);
    expect(await get(`/clients/${uid}`)).toMatchObject({ status: 200, json: created.json });
  });

  it('is created with 200 when told', async () => {
    const { post } = await startBench({ createdStatus: 200 });
    expect(await post('/clients')).toMatchObject({ status: 200 });
  });

  it('does not exist for another merchant', async () => {
    const { get, post, clientWith, sandbox } = await startBench();
    const uid = await clientWith(100_000_000);
    const { tid } = sandbox.ledger()[0] ?? { tid: '' };
    const as = otherMerchant;
    expect(await get(`/clients/${uid}`, { as })).toMatchObject(notFound);
    expect(await get(`/clients/${uid}/transactions`, { as })).toMatchObject(notFound);
    expect(await get(`/clients/${uid}/transactions/${tid}`, { as })).toMatchObject(notFound);
    expect(await post(`/clients/${uid}/buy`, 'traded_fiat=1', { as })).toMatchObject(notFound);
    const body = `address=${destination}&amount=0.1`;
    expect(await post(`/clients/${uid}/withdrawal`, body, { as })).toMatchObject(notFound);
  });
});

describe('what does not exist', () => {
  it.each([
    ['GET', '/clients/BT-C000000'],
    ['GET', '/clients/BT-C000000/transactions'],
    ['GET', '/clients/BT-C000000/transactions/1'],
    ['POST', '/clients/BT-C000000/buy'],
    ['POST', '/clients/BT-C000000/withdrawal'],
  ] as const)('is not found when signed: %s %s', async (method, path) => {
    const { get, post } = await startBench();
    expect(await (method === 'GET' ? get(path) : post(path))).toMatchObject(notFound);
  });

  it.each([
    ['GET', '/nothing'],
    ['GET', '/clients'],
    ['PUT', '/rates'],
    ['GET', '/%zz'],
    ['GET', '/../../sandbox/ledger'],
  ])('is not found as a route: %s %s', async (method, path) => {
    const { sandbox } = await startBench();
    expect(await send(`${sandbox.url}${path}`, method)).toMatchObject(notFound);
  });

  it('is a tid of another client of the same merchant', async () => {
    const { get, clientWith, sandbox } = await startBench();
    const first = await clientWith(1);
    const second = await clientWith(0);
    const { tid } = sandbox.ledger()[0] ?? { tid: '' };
    expect(await get(`/clients/${first}/transactions/${tid}`)).toMatchObject({ status: 200 });
    expect(await get(`/clients/${second}/transactions/${tid}`)).toMatchObject(notFound);
  });
});

describe('a buy', () => {
  it('gives USD over price, floored to 8 decimals, and raises the balance at once', async () => {
    const { get, post, clientWith } = await startBench();
    const uid = await clientWith(0);
    const price = textField((await get('/rates')).json, 'buy_price');
    const { status, json } = await post(`/clients/${uid}/buy`, 'traded_fiat=1500');
    const sats = (150_000n * 100_000_000n) / BigInt(price.replace('.', ''));
    expect(status).toBe(200);
    expect(Object.keys(json ?? {})).toEqual(['tid', 'amount', 'created_at']);
    expect(textField(json, 'amount')).toBe(
      `${sats / 100_000_000n}.${String(sats % 100_000_000n).padStart(8, '0')}`.replace(/0+$/, ''),
    );
    expect(textField(json, 'created_at')).toBe('2017-04-10T08:52:10Z');
    expect(await get(`/clients/${uid}`)).toMatchObject({
      json: { balance: field(json, 'amount') },
    });
  });

  it.each([
    '',
    'traded_fiat=',
    'traded_fiat=0',
    'traded_fiat=-5',
    'traded_fiat=ten',
    'traded_fiat=1e3',
    'traded_fiat=1,5',
    'traded_fiat=0.001',
    'amount=5',
  ])('of "%s" is refused', async (body) => {
    const { post, clientWith, sandbox } = await startBench();
    const uid = await clientWith(0);
    expect(await post(`/clients/${uid}/buy`, body)).toMatchObject({
      status: 422,
      json: { errors: 'Traded fiat must be greater than 0' },
    });
    expect(sandbox.ledger()).toEqual([]);
  });

  it('beyond all bitcoin there is is refused', async () => {
    const { post, clientWith } = await startBench();
    const uid = await clientWith(0);
    const body = `traded_fiat=${'9'.repeat(400)}`;
    expect(await post(`/clients/${uid}/buy`, body)).toMatchObject({ status: 422 });
  });
});

describe('a withdrawal', () => {
  const blank = "Address can't be blank";
  const wrong = 'Address is not a valid bitcoin address';
  const small = 'Amount should not be smaller than 0.05 BTC';
  const tooMuch = 'Amount is greater than your available balance';
  const mainnet = '3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy';

  it.each([
    ['amount=0.1', blank],
    ['address=&amount=0.1', blank],
    ['address=+&amount=0.1', blank],
    [`address=${destination.toLowerCase()}&amount=0.1`, wrong],
    [`address=${mainnet}&amount=0.1`, wrong],
    [`address=${destination}`, small],
    [`address=${destination}&amount=`, small],
    [`address=${destination}&amount=0.04999999`, small],
    [`address=${destination}&amount=-1`, small],
    [`address=${destination}&amount=1e-7`, small],
    [`address=${destination}&amount=1%2C5`, small],
    [`address=${destination}&amount=0.123456789`, small],
    [`address=${destination}&amount=all`, small],
    [`address=${destination}&amount=1.00000001`, tooMuch],
    [`address=${destination}&amount=22000000`, tooMuch],
    [`address=${destination}&amount=${'9'.repeat(30)}`, tooMuch],
    ['address=x&amount=0.01', wrong],
  ])('of %s is refused', async (body, text) => {
    const { post, get, clientWith } = await startBench();
    const uid = await clientWith(100_000_000);
    expect(await post(`/clients/${uid}/withdrawal`, body)).toMatchObject({
      status: 422,
      json: { errors: text },
    });
    expect(await get(`/clients/${uid}`)).toMatchObject({ json: { balance: '1.0' } });
  });

  it('names every error in a list when told, and other errors too', async () => {
    const { post, get, clientWith } = await startBench({ errorShape: 'list' });
    const uid = await clientWith(0);
    expect(await post(`/clients/${uid}/withdrawal`)).toMatchObject({
      json: { errors: [blank, small] },
    });
    expect(await get('/clients/BT-C1')).toMatchObject({ json: { errors: ['Not found'] } });
  });

  it('may take all there is, to the satoshi, and answers as the reference shows', async () => {
    const { post, get, clientWith } = await startBench();
    const uid = await clientWith(10_000_001);
    const body = `address=${destination}&amount=0.10000001`;
    const { status, json } = await post(`/clients/${uid}/withdrawal`, body);
    expect(status).toBe(200);
    const tid = textField(json, 'tid');
    const fields = {
      tid,
      amount: '0.10000001',
      created_at: '2017-04-10T08:52:10Z',
      tx_id: expect.stringMatching(/^[0-9a-f]{64}$/),
      address: destination,
      state: 'pending',
    };
    expect(json).toEqual(fields);
    expect(await get(`/clients/${uid}`)).toMatchObject({ json: { balance: '0.0' } });
    expect(await get(`/clients/${uid}/transactions/${tid}`)).toMatchObject({
      json: { ...fields, type: 'bitcoin_withdrawal' },
    });
  });

  it('keeps to another minimum and carries a minus when told', async () => {
    const { post, get, clientWith } = await startBench({
      minimumWithdrawalSats: 1_000_000,
      amountSign: 'signed',
    });
    const uid = await clientWith(100_000_000);
    const path = `/clients/${uid}/withdrawal`;
    expect(await post(path, `address=${destination}&amount=0.009`)).toMatchObject({
      json: { errors: 'Amount should not be smaller than 0.01 BTC' },
    });
    expect(await post(path, `address=${destination}&amount=0.01`)).toMatchObject({
      json: { amount: '-0.01' },
    });
    expect(await get(`/clients/${uid}`)).toMatchObject({ json: { balance: '0.99' } });
  });
});

describe('the history', () => {
  it('comes in pages of 25, newest first, and ends in an empty page', async () => {
    const { get, clientWith, sandbox, clock } = await startBench();
    const uid = await clientWith(0);
    for (let count = 1; count <= 60; count++) {
      clock.nowMs += 1000;
      sandbox.deposit(uid, count);
    }
    const page = async (query: string) =>
      rows((await get(`/clients/${uid}/transactions${query}`)).json).map((row) =>
        satsOf(textField(row, 'amount')),
      );
    const countdown = (from: number, to: number) =>
      Array.from({ length: from - to + 1 }, (_, index) => from - index);
    expect(await page('')).toEqual(countdown(60, 36));
    expect(await page('?page=1')).toEqual(countdown(60, 36));
    expect(await page('?page=2')).toEqual(countdown(35, 11));
    expect(await page('?page=3')).toEqual(countdown(10, 1));
    for (const past of ['4', '999999999']) expect(await page(`?page=${past}`)).toEqual([]);
    for (const bad of ['0', '-1', 'two', '1.5', '', '2x']) {
      expect(await page(`?page=${bad}`)).toEqual(countdown(60, 36));
    }
  });

  it('reads the page from the body of a GET as well', async () => {
    const { get, clientWith } = await startBench();
    const uid = await clientWith(1);
    const path = `/clients/${uid}/transactions`;
    expect(await get(path, { body: 'page=2' })).toMatchObject({ status: 200, json: [] });
  });

  it('repeats tids under other clients, and never under one', async () => {
    const { clientWith, sandbox } = await startBench();
    const [first, second] = [await clientWith(0), await clientWith(0)];
    for (let count = 0; count < 40; count++) {
      sandbox.deposit(first, 1);
      sandbox.deposit(second, 1);
    }
    const tids = (uid: string) =>
      sandbox.ledger().flatMap((entry) => (entry.uid === uid ? [entry.tid] : []));
    expect(new Set(tids(first)).size).toBe(40);
    expect(tids(first)).toEqual(tids(second));
    expect(tids(first).map(Number)).not.toEqual(
      tids(first)
        .map(Number)
        .toSorted((a, b) => a - b),
    );
  });
});

describe('the rate', () => {
  it('holds until time_expires, then moves', async () => {
    const { get, clock } = await startBench();
    const first = await get('/rates');
    const expires = Number(field(first.json, 'time_expires'));
    expect(first.json).toMatchObject({
      asset: 'XBT',
      buy_price: expect.stringMatching(/^\d+\.\d\d$/),
    });
    expect(expires).toBeGreaterThan(startMs / 1000);
    expect(expires).toBeLessThanOrEqual(startMs / 1000 + 60);
    expect(Number.isInteger(expires)).toBe(false);
    clock.nowMs = expires * 1000 - 1;
    expect((await get('/rates')).json).toEqual(first.json);
    clock.nowMs = expires * 1000;
    const next = await get('/rates');
    expect(next.json).toMatchObject({ time_expires: expires + 60 });
    expect(field(next.json, 'buy_price')).not.toBe(field(first.json, 'buy_price'));
  });
});
