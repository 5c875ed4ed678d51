import { describe, expect, it } from 'vitest';
import { contentMd5 } from '../../../src/main/bitpro/sign.ts';
import { clientFor } from './client-under-test.ts';
import { json, startRawServer } from './raw-server.ts';

const address = '2MzCEdXEzBaxCJQAq8igw4pUP1NSGAgzsUr';
const client = {
  uid: 'BT-C798980',
  bitcoin_address: '2NCJCpBM7ET6oExzzKfWBnFPq8h2Ni2k7Hk',
  balance: '0.0',
  unconfirmed_balance: '0.12',
};
const withdrawal = {
  tid: '39486536',
  type: 'bitcoin_withdrawal',
  amount: '0.01',
  created_at: '2017-04-10T10:14:12Z',
  tx_id: '7518e03f',
  address,
  state: 'processed',
};

/** The answers of bitpro-api.md, by method and path. */
const answers: Record<string, unknown> = {
  'GET /api/v1/ping': { status: 'ok', environment: 'sandbox' },
  'GET /api/v1/rates': { time_expires: 1491824457.468, buy_price: '1225.10', asset: 'XBT' },
  'GET /api/v1/clients/BT-C798980': client,
  'GET /api/v1/clients/BT-C798980/transactions': [withdrawal],
  'GET /api/v1/clients/BT-C798980/transactions?page=2': [],
  'GET /api/v1/clients/BT-C798980/transactions/39486536': withdrawal,
  'POST /api/v1/clients': client,
  'POST /api/v1/clients/BT-C798980/buy': {
    tid: '22000700',
    amount: '1.22779733',
    created_at: '2017-04-10T08:52:08Z',
  },
  'POST /api/v1/clients/BT-C798980/withdrawal': withdrawal,
};

const startReference = () =>
  startRawServer((seen, response) => {
    const answer = answers[`${seen.method} ${seen.url}`];
    const isPublic = /\/(ping|rates)$/.test(seen.url);
    if (answer === undefined) json(response, 404, { errors: 'Not found' });
    else if (!isPublic && !seen.signatureHolds) json(response, 401, { errors: 'Unauthorized' });
    else json(response, 200, answer);
  });

const remoteClient = {
  uid: 'BT-C798980',
  depositAddress: client.bitcoin_address,
  balanceSats: 0,
  unconfirmedSats: 12_000_000,
};
const remoteWithdrawal = {
  tid: '39486536',
  amountSats: 1_000_000,
  createdAtMs: Date.UTC(2017, 3, 10, 10, 14, 12),
  txId: '7518e03f',
  address,
  state: 'processed',
};

describe('the eight endpoints, as the reference shows them', () => {
  it('reads', async () => {
    const server = await startReference();
    const bitpro = clientFor(server.baseUrl);
    const row = { ...remoteWithdrawal, type: 'withdrawal', confirmations: null };
    expect(await bitpro.ping()).toEqual({ status: 'ok', environment: 'sandbox' });
    expect(await bitpro.rates()).toEqual({
      asset: 'BTC',
      buyPriceCents: 122_510,
      timeExpiresMs: 1_491_824_457_468,
    });
    expect(await bitpro.getClient('BT-C798980')).toEqual(remoteClient);
    expect(await bitpro.transactions('BT-C798980', 1)).toEqual([row]);
    expect(await bitpro.transactions('BT-C798980', 2)).toEqual([]);
    expect(await bitpro.transaction('BT-C798980', '39486536')).toEqual(row);
    const open = server.seen.filter(({ headers }) => headers.authorization === undefined);
    expect(open.map(({ url }) => url)).toEqual(['/api/v1/ping', '/api/v1/rates']);
    expect(new Set(server.seen.map(({ socketPort }) => socketPort)).size).toBe(1);
  });

  it('POSTs, each on a connection of its own that is not kept', async () => {
    const server = await startReference();
    const bitpro = clientFor(server.baseUrl);
    expect(await bitpro.createClient()).toEqual({ kind: 'accepted', value: remoteClient });
    expect(await bitpro.buy('BT-C798980', 150_000)).toEqual({
      kind: 'accepted',
      value: {
        tid: '22000700',
        amountSats: 122_779_733,
        createdAtMs: Date.UTC(2017, 3, 10, 8, 52, 8),
      },
    });
    expect(await bitpro.withdraw('BT-C798980', { address, amountSats: 12_000_000 })).toEqual({
      kind: 'accepted',
      value: remoteWithdrawal,
    });
    expect(server.seen.map(({ body }) => body)).toEqual([
      '',
      'traded_fiat=1500',
      `address=${address}&amount=0.12`,
    ]);
    expect(server.seen.map(({ headers }) => headers.connection)).toEqual(Array(3).fill('close'));
    expect(new Set(server.seen.map(({ socketPort }) => socketPort)).size).toBe(3);
  });

  it('refuses an amount that is no whole positive number of units, and sends nothing', async () => {
    const server = await startReference();
    const bitpro = clientFor(server.baseUrl);
    for (const units of [0, -1, 0.5, NaN, 2 ** 53]) {
      expect(await bitpro.buy('BT-C798980', units)).toMatchObject({ kind: 'rejected' });
      const outcome = await bitpro.withdraw('BT-C798980', { address, amountSats: units });
      expect(outcome).toMatchObject({ kind: 'rejected', error: { code: 'invalid_input' } });
    }
    expect(server.seen).toEqual([]);
  });
});

describe("a profile's options", () => {
  it('sign ping and rates when told to', async () => {
    const server = await startReference();
    await clientFor(server.baseUrl, { options: { signPublic: true } }).ping();
    expect(server.seen[0]?.signatureHolds).toBe(true);
  });

  it('leave Content-MD5 of a GET out when told to', async () => {
    const server = await startReference();
    const options = { getContentMd5: 'blank' } as const;
    await clientFor(server.baseUrl, { options })
      .getClient('BT-C798980')
      .catch(() => null);
    expect(server.seen[0]?.headers['content-md5']).toBeUndefined();
    expect(server.seen[0]?.headers.authorization).toMatch(/^Bitpro M3175465:/);
  });

  it('hash the query instead of signing it when told to', async () => {
    const server = await startReference();
    const options = { pageSigning: 'path-only' } as const;
    await clientFor(server.baseUrl, { options })
      .transactions('BT-C798980', 2)
      .catch(() => null);
    expect(server.seen[0]?.url).toBe('/api/v1/clients/BT-C798980/transactions?page=2');
    expect(server.seen[0]?.headers['content-md5']).toBe(contentMd5(Buffer.from('page=2')));
    expect(server.seen[0]?.signatureHolds).toBe(false);
  });
});

describe("the server's clock", () => {
  it('is learned from a refusal, and the read is signed again with it', async () => {
    const behindMs = 3_600_000;
    const server = await startRawServer((seen, response) => {
      const dateMs = Date.parse(seen.headers.date ?? '');
      if (Math.abs(dateMs - Date.now()) > 900_000) json(response, 401, { errors: 'Unauthorized' });
      else json(response, 200, client);
    });
    const bitpro = clientFor(server.baseUrl, { now: () => Date.now() - behindMs });
    expect(await bitpro.getClient('BT-C798980')).toEqual(remoteClient);
    expect(server.seen).toHaveLength(2);
    expect(Math.abs(bitpro.clock.offsetMs() - behindMs)).toBeLessThan(1500);
  });

  it('is not a reason to send a POST again', async () => {
    const server = await startRawServer((_seen, response) =>
      json(response, 401, { errors: 'Date is not within 15 minutes of ours' }),
    );
    const bitpro = clientFor(server.baseUrl, { now: () => Date.now() - 3_600_000 });
    const outcome = await bitpro.buy('BT-C798980', 100);
    expect(outcome).toMatchObject({ kind: 'rejected', error: { code: 'clock_skew' } });
    expect(outcome).toMatchObject({
      error: { message: expect.stringContaining('60 minutes behind') },
    });
    expect(server.posts()).toBe(1);
  });

  it('lets no second of it carry two equal POSTs', async () => {
    const server = await startReference();
    let nowMs = Date.now() - (Date.now() % 1000) + 400;
    const bitpro = clientFor(server.baseUrl, {
      now: () => nowMs,
      onSleep: (delayMs) => (nowMs += delayMs),
    });
    await bitpro.ping();
    const sleepsBefore = bitpro.sleeps.length;
    await bitpro.buy('BT-C798980', 100);
    await bitpro.buy('BT-C798980', 200);
    expect(bitpro.sleeps).toHaveLength(sleepsBefore);
    await Promise.all([bitpro.buy('BT-C798980', 100), bitpro.buy('BT-C798980', 100)]);
    const equal = server.seen.filter(({ body }) => body === 'traded_fiat=1');
    expect(new Set(equal.map(({ headers }) => headers.date)).size).toBe(3);
    expect(bitpro.sleeps.every((delayMs) => delayMs > 0 && delayMs <= 1000)).toBe(true);
  });
});
