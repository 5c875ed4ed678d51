import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { clientFor } from './client-under-test.ts';
import { json, startRawServer, type Seen } from './raw-server.ts';

const page = (response: ServerResponse) => json(response, 200, []);

async function failureOf(promise: Promise<unknown>): Promise<AppError> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw new Error('expected an AppError', { cause: error });
  return error;
}

describe('a read that fails says what happened', () => {
  const html = (response: ServerResponse, status: number) =>
    response.writeHead(status, { 'content-type': 'text/html' }).end('<b>hello</b>');
  const cases: [string, (response: ServerResponse) => unknown, string, RegExp][] = [
    ['a web page', (r) => html(r, 200), 'not_bitpro', /Check the Base URL/],
    ['another path', (r) => html(r, 404), 'not_bitpro', /status 404/],
    ['JSON of another form', (r) => json(r, 200, { a: 1 }), 'bad_response', /cannot be used/],
    [
      'a redirect',
      (r) => r.writeHead(302, { location: 'https://evil.example/x' }).end(),
      'not_bitpro',
      /redirect to evil\.example/,
    ],
    [
      'unauthorized',
      (r) => json(r, 401, { errors: 'no' }),
      'unauthorized',
      /Secret key.*\u201cno\u201d/,
    ],
    ['not found', (r) => json(r, 404, { errors: 'Not found' }), 'not_found', /no such client/],
    ['a proxy', (r) => r.writeHead(407).end(), 'remote_failed', /proxy/],
    ['too many requests', (r) => json(r, 429, {}), 'rate_limited', /fewer/],
    ['a failure of its own', (r) => json(r, 500, {}), 'remote_failed', /status 500/],
    [
      'a refusal',
      (r) => json(r, 422, { errors: ['x', '<b>'] }),
      'remote_rejected',
      /\u201cx\u201d, \u201c<b>\u201d/,
    ],
    ['a broken connection', (r) => r.destroy(), 'offline', /broke/],
    ['a flood', (r) => r.end(Buffer.alloc(1_100_000)), 'not_bitpro', /far more data/],
  ];

  it.each(cases)('%s', async (_name, fault, code, words) => {
    const server = await startRawServer((_seen, response) => void fault(response));
    const error = await failureOf(clientFor(server.baseUrl).transactions('BT-C1', 1));
    expect(error).toMatchObject({ code, message: expect.stringMatching(words) });
  });

  it('silence, within the deadline over all attempts', async () => {
    const server = await startRawServer(() => {});
    const bitpro = clientFor(server.baseUrl, { timeouts: { readMs: 60, readDeadlineMs: 900 } });
    const error = await failureOf(bitpro.transactions('BT-C1', 1));
    expect(error).toMatchObject({ code: 'timeout', retryable: true });
    expect(error.message).toMatch(/did not answer in time/);
  });

  it('names the Base URL when ping or rates are not Bitpro at all', async () => {
    const server = await startRawServer((_seen, response) => json(response, 200, { hello: 1 }));
    const bitpro = clientFor(server.baseUrl);
    expect(await failureOf(bitpro.ping())).toMatchObject({ code: 'not_bitpro' });
    expect(await failureOf(bitpro.rates())).toMatchObject({ code: 'not_bitpro' });
  });
});

describe('a read is tried again while its failure may pass', () => {
  const flaky = (...faults: ((response: ServerResponse, seen: Seen) => unknown)[]) =>
    startRawServer((seen, response) => {
      const fault = faults.shift();
      if (fault) fault(response, seen);
      else page(response);
    });

  it('after a broken connection and a 503', async () => {
    const server = await flaky(
      (r) => r.destroy(),
      (r) => json(r, 503, {}),
    );
    const bitpro = clientFor(server.baseUrl);
    expect(await bitpro.transactions('BT-C1', 1)).toEqual([]);
    expect(bitpro.sleeps).toEqual([150, 300]);
    expect(bitpro.events).toEqual([{ kind: 'answered' }]);
  });

  it('but not for ever, and not when the answer will stay the same', async () => {
    const down = await startRawServer((_seen, response) => json(response, 503, {}));
    await failureOf(clientFor(down.baseUrl).ping());
    expect(down.seen).toHaveLength(4);
    const refusing = await startRawServer((_seen, response) => json(response, 422, {}));
    await failureOf(clientFor(refusing.baseUrl).ping());
    expect(refusing.seen).toHaveLength(1);
  });

  it('and over a connection the server has closed meanwhile', async () => {
    const server = await startRawServer((_seen, response, request) => {
      page(response);
      response.on('finish', () => request.socket.destroy());
    });
    const bitpro = clientFor(server.baseUrl);
    for (let round = 0; round < 3; round += 1) {
      expect(await bitpro.transactions('BT-C1', 1)).toEqual([]);
    }
  });
});

describe('a read can be cancelled', () => {
  it('before, during and between attempts', async () => {
    const server = await startRawServer((_seen, response) => json(response, 503, {}));
    const bitpro = clientFor(server.baseUrl);
    expect(await failureOf(bitpro.ping(AbortSignal.abort()))).toMatchObject({ code: 'cancelled' });
    expect(server.seen).toHaveLength(0);

    const silent = await startRawServer(() => during.abort());
    const during = new AbortController();
    const stopped = clientFor(silent.baseUrl).ping(during.signal);
    expect(await failureOf(stopped)).toMatchObject({ code: 'cancelled' });

    const between = new AbortController();
    const waiting = clientFor(server.baseUrl, { onSleep: () => between.abort() });
    expect(await failureOf(waiting.ping(between.signal))).toMatchObject({ code: 'cancelled' });
    expect(server.seen).toHaveLength(1);
    expect(waiting.events).toEqual([]);
  });
});

describe('what the connection monitor is told', () => {
  it('an answer for any word of Bitpro, a failure with its reason else', async () => {
    const server = await startRawServer((_seen, response) => json(response, 401, { errors: 'x' }));
    const bitpro = clientFor(server.baseUrl);
    await failureOf(bitpro.getClient('BT-C1'));
    await server.close();
    const { message } = await failureOf(bitpro.getClient('BT-C1'));
    expect(bitpro.events).toEqual([{ kind: 'answered' }, { kind: 'failed', reason: message }]);
    expect(message).toMatch(/Nothing accepts connections/);
  });
});
