import { describe, expect, it } from 'vitest';
import { verifyRequest, type AuthConfig, type WireRequest } from '../../src/sandbox/auth.ts';
import { startBench, startMs, textField } from './harness.ts';
import { md5, otherMerchant, send, type Call } from './signed-call.ts';
import { vectors } from '../vectors/signing.json';

const unauthorized = { status: 401, json: { errors: 'Unauthorized' } };

describe('the signing vectors', () => {
  describe.each(vectors)('$name', (vector) => {
    const config: AuthConfig = {
      merchants: [{ apiKey: 'M3175465', secret: vector.secret }],
      getMd5: 'optional',
      pageSigning: 'query',
      clockWindowSeconds: 900,
    };
    const request: WireRequest = {
      method: vector.method,
      url: vector.uri,
      body: Buffer.from(vector.body),
      authorization: `Bitpro M3175465:${vector.signature}`,
      contentMd5: vector.content_md5,
      date: vector.date,
    };
    const verify = (change: Partial<WireRequest>) =>
      verifyRequest({ ...request, ...change }, Date.parse(vector.date), config).accepted;

    it('is accepted', () => {
      expect(verify({})).toBe(true);
    });

    it.each<[string, Partial<WireRequest>]>([
      ['method', { method: vector.method === 'GET' ? 'POST' : 'GET' }],
      ['path', { url: `${vector.uri}0` }],
      ['body', { body: Buffer.from(`${vector.body}&x=1`) }],
      ['date', { date: new Date(Date.parse(vector.date) + 1000).toUTCString() }],
      ['Content-MD5', { contentMd5: md5('other') }],
      ['body and Content-MD5', { body: Buffer.from('other'), contentMd5: md5('other') }],
      ['key', { authorization: `Bitpro M3175466:${vector.signature}` }],
      ['signature', { authorization: `Bitpro M3175465:${vector.signature.slice(1)}` }],
      ['scheme', { authorization: `Basic M3175465:${vector.signature}` }],
    ])('is refused with another %s', (_, change) => {
      expect(verify(change)).toBe(false);
    });
  });
});

describe('a signed request', () => {
  it.each<[string, Partial<Call>]>([
    ['no credentials', { authorization: '' }],
    ['an unknown key', { as: { apiKey: 'M1', secret: 'x' } }],
    ['a wrong secret', { as: { apiKey: 'M3175465', secret: 'x' } }],
    ['a Date that is not HTTP', { date: new Date(startMs).toISOString() }],
    ['a Date of the wrong weekday', { date: 'Tue, 10 Apr 2017 08:52:08 GMT' }],
    ['a Date too old', { atMs: startMs - 901_000 }],
    ['a Date too new', { atMs: startMs + 901_000 }],
    ['the host signed too', { signedUri: 'http://127.0.0.1/api/v1/clients/BT-C1' }],
    ['a body that is not the hashed one', { body: 'page=2', contentMd5: md5('') }],
    ['a body and no Content-MD5', { body: 'page=2', contentMd5: null }],
  ])('with %s is unauthorized', async (_, change) => {
    const { get } = await startBench();
    expect(await get('/clients/BT-C1', change)).toMatchObject(unauthorized);
  });

  it.each([-900_000, 900_000])('may be off by %d ms', async (offMs) => {
    const { get } = await startBench();
    expect(await get('/clients/BT-C1', { atMs: startMs + offMs })).toMatchObject({ status: 404 });
  });

  it('keeps to another clock window when told', async () => {
    const { get } = await startBench({ clockWindowSeconds: 10 });
    expect(await get('/clients/BT-C1', { atMs: startMs - 11_000 })).toMatchObject(unauthorized);
  });

  it('is answered with the Date of the clock it is checked against', async () => {
    const { get } = await startBench();
    expect((await get('/clients/BT-C1')).date).toBe('Mon, 10 Apr 2017 08:52:08 GMT');
  });

  it('may come with any content type', async () => {
    const { post } = await startBench();
    for (const contentType of ['application/json', 'text/plain; charset=utf-8', ';;;']) {
      expect(await post('/clients', '{"not": "a form"}', { contentType })).toMatchObject({
        status: 201,
      });
    }
  });

  it('tells the reason of a refusal to the log, not to the caller', async () => {
    const { get, sandbox } = await startBench();
    await get('/clients/BT-C1', { as: { apiKey: 'M3175465', secret: 'x' } });
    expect(sandbox.requests()).toEqual([
      {
        method: 'GET',
        path: '/api/v1/clients/BT-C1',
        atMs: startMs,
        status: 401,
        refusal: 'the signature does not match',
      },
    ]);
  });
});

describe('a repeated request', () => {
  it('is refused when it is a POST, within the window and by every outcome', async () => {
    const { post, get, clock, sandbox } = await startBench();
    const uid = textField((await post('/clients')).json, 'uid');
    const date = new Date(clock.nowMs).toUTCString();
    expect(await post('/clients', '', { date })).toMatchObject(unauthorized);
    const buy = { date };
    expect(await post(`/clients/${uid}/buy`, 'traded_fiat=0', buy)).toMatchObject({ status: 422 });
    clock.nowMs += 800_000;
    expect(await post(`/clients/${uid}/buy`, 'traded_fiat=0', buy)).toMatchObject(unauthorized);
    expect(await get(`/clients/${uid}`)).toMatchObject({ status: 200 });
    expect(await get(`/clients/${uid}`)).toMatchObject({ status: 200 });
    expect(sandbox.ledger()).toEqual([]);
  });

  it('does not stand in the way of another merchant in the same second', async () => {
    const { post, clock } = await startBench();
    await post('/clients');
    const date = new Date(clock.nowMs).toUTCString();
    expect(await post('/clients', '', { date, as: otherMerchant })).toMatchObject({ status: 201 });
  });
});

describe('Content-MD5 of a GET without a body', () => {
  const path = '/clients/BT-C1';
  const absent: Partial<Call>[] = [
    { contentMd5: null },
    { contentMd5: '' },
    { contentMd5: null, signedMd5: md5('') },
  ];

  it.each(absent)('may be absent or blank (%o)', async (change) => {
    const { get } = await startBench();
    expect(await get(path, change)).toMatchObject({ status: 404 });
  });

  it.each(absent)('must be there when told (%o)', async (change) => {
    const { get } = await startBench({ getMd5: 'required' });
    expect(await get(path, change)).toMatchObject(unauthorized);
  });

  it('is never optional for a POST', async () => {
    const { post } = await startBench();
    expect(await post('/clients', '', { contentMd5: null })).toMatchObject(unauthorized);
  });
});

describe('signing of a page', () => {
  const path = '/clients/BT-C1/transactions?page=2';
  const pathOnly = {
    contentMd5: md5('page=2'),
    signedUri: '/api/v1/clients/BT-C1/transactions',
  };

  it('takes path and query by default, not the path alone', async () => {
    const { get } = await startBench();
    expect(await get(path)).toMatchObject({ status: 404 });
    expect(await get(path, pathOnly)).toMatchObject(unauthorized);
  });

  it('takes the path alone when told, not path and query', async () => {
    const { get } = await startBench({ pageSigning: 'path-only' });
    expect(await get(path, pathOnly)).toMatchObject({ status: 404 });
    expect(await get(path)).toMatchObject(unauthorized);
  });
});

describe('ping and rates', () => {
  it('are public', async () => {
    const { sandbox } = await startBench();
    expect(await send(`${sandbox.url}/ping`, 'GET')).toMatchObject({
      status: 200,
      json: { status: 'ok', environment: 'sandbox' },
    });
    expect(await send(`${sandbox.url}/rates`, 'GET')).toMatchObject({ status: 200 });
  });

  it.each(['/ping', '/rates'])('must be signed when told: %s', async (path) => {
    const { sandbox, get } = await startBench({ signPublic: true, environment: 'production' });
    expect(await send(`${sandbox.url}${path}`, 'GET')).toMatchObject(unauthorized);
    expect(await get(path)).toMatchObject({ status: 200 });
  });
});
