import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { AppError } from '#shared/errors.ts';
import type { PostOutcome } from '../../../src/main/bitpro/client.ts';
import { authority, elsewhere, expired, good, key, selfSigned } from './certificates.ts';
import { clientFor } from './client-under-test.ts';
import { json, SECRET, startRawServer } from './raw-server.ts';

const html = (response: ServerResponse, status: number) => {
  response.writeHead(status, { 'content-type': 'text/html' });
  response.end('<html><a href="https://evil.example">Sign in</a></html>');
};

const known = { errors: 'Amount is greater than your available balance' };

const accepted = {
  tid: '1',
  amount: '0.12',
  created_at: '2017-04-10T10:14:12Z',
  address: '2MzCEdXEzBaxCJQAq8igw4pUP1NSGAgzsUr',
};

const withdraw = (baseUrl: string, timeouts = {}) =>
  clientFor(baseUrl, { timeouts }).withdraw('BT-C798980', {
    address: '2MzCEdXEzBaxCJQAq8igw4pUP1NSGAgzsUr',
    amountSats: 12_000_000,
  });

function expectNoSecret(outcome: PostOutcome<unknown>) {
  expect(inspect(outcome, { depth: 20, showHidden: true })).not.toContain(SECRET.slice(0, 12));
}

it('a POST that is answered as the reference has it is accepted', async () => {
  const server = await startRawServer((_seen, response) => json(response, 200, accepted));
  expect(await withdraw(server.baseUrl)).toMatchObject({ kind: 'accepted' });
});

describe('a POST that may have been executed is unknown, and was sent once', () => {
  const faults: Record<string, (response: ServerResponse) => void> = {
    'dropped before an answer': (response) => response.destroy(),
    'dropped inside the head': (response) => {
      response.socket?.write('HTTP/1.1 200 OK\r\nContent-');
      response.socket?.destroy();
    },
    'a body cut short of its length, though it reads whole': (response) => {
      response.writeHead(200, { 'content-length': '500' });
      response.write(JSON.stringify(accepted));
      setTimeout(() => response.destroy(), 20);
    },
    'chunks without an end, though they read whole': (response) => {
      response.write(JSON.stringify(accepted));
      setTimeout(() => response.destroy(), 20);
    },
    'a slow drip past the deadline': (response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
    },
    'no answer at all': () => {},
    'an oversize body': (response) => {
      response.writeHead(200);
      response.end(Buffer.alloc(1_100_000, ' '));
    },
    'not HTTP': (response) => response.socket?.end('SSH-2.0-OpenSSH_9.2\r\n'),
    'a web page with status 200': (response) => html(response, 200),
    'a web page with status 403': (response) => html(response, 403),
    'a web page with status 502': (response) => html(response, 502),
    'malformed JSON': (response) => json(response, 200, '{"tid":'),
    'JSON of another form': (response) => json(response, 201, { hello: 'world' }),
    'an amount that is none': (response) =>
      json(response, 200, { tid: '1', amount: 'NaN', created_at: 'now', address: 'a' }),
    'an empty success': (response) => response.writeHead(204).end(),
    'an error the reference does not name': (response) =>
      json(response, 422, { errors: 'Compliance hold' }),
    'a known error beside an unknown one': (response) =>
      json(response, 422, { errors: [known.errors, 'Compliance hold'] }),
    'a refusal without a body': (response) => response.writeHead(401).end(),
    ...Object.fromEntries(
      [
        'Replicated request',
        'Unauthorized',
        'Signature was already used',
        'Invalid signature: it was seen before',
        'Duplicate Date',
        'The signature must be unique',
        'Not found',
        known.errors,
        ['The signature does not match', 'Replicated request'],
      ].map((errors) => [
        `401 ${errors.toString()}`,
        (response: ServerResponse) => json(response, 401, { errors }),
      ]),
    ),
    'what a 401 says, with another status': (response) =>
      json(response, 422, { errors: 'The signature does not match' }),
    ...Object.fromEntries(
      [300, 307, 407, 408, 409, 429, 500, 502, 503, 504].map((status) => [
        `status ${status} even with a known error`,
        (response: ServerResponse) => json(response, status, known),
      ]),
    ),
  };

  it.each(Object.entries(faults))('%s', async (_name, fault) => {
    const server = await startRawServer((_seen, response) => fault(response));
    const outcome = await withdraw(server.baseUrl, { postMs: 300 });
    expect(outcome.kind).toBe('unknown');
    expect(outcome).toMatchObject({ reason: expect.stringMatching(/^\S.{10,400}\.?$/) });
    expect(server.posts()).toBe(1);
    expectNoSecret(outcome);
  });

  it.each([301, 302, 303, 307, 308])('a redirect is not followed: %i', async (status) => {
    const target = await startRawServer((_seen, response) => json(response, 200, {}));
    const server = await startRawServer((_seen, response) => {
      response.writeHead(status, { location: `${target.baseUrl}/stolen` }).end();
    });
    const outcome = await withdraw(server.baseUrl);
    expect(outcome).toMatchObject({
      kind: 'unknown',
      reason: expect.stringContaining(`redirect to 127.0.0.1:${target.port}`),
    });
    expect([server.posts(), target.seen.length]).toEqual([1, 0]);
  });

  it('a connection that stood and was dropped before the request was read', async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const outcome = await withdraw(`http://127.0.0.1:${port}/api/v1`);
    expect(outcome.kind).toBe('unknown');
    expect(connections).toBe(1);
  });
});

describe('a POST the service refused with an error of the reference is rejected', () => {
  it.each([
    [404, 'Not found', 'not_found', undefined],
    [422, 'Traded fiat must be greater than 0', 'remote_rejected', 'amountUsd'],
    [422, 'Amount is greater than your available balance', 'remote_rejected', 'amountBtc'],
    [422, "Address can't be blank", 'remote_rejected', 'address'],
    [400, 'Address is not a valid bitcoin address', 'remote_rejected', 'address'],
    [422, 'Amount should not be smaller than 0.05 BTC', 'remote_rejected', 'amountBtc'],
    [401, 'The signature does not match', 'unauthorized', undefined],
    [401, 'Invalid API key', 'unauthorized', undefined],
    [401, 'Content-MD5 is wrong', 'unauthorized', undefined],
    [401, 'Date is off by more than 900 s', 'clock_skew', undefined],
  ])('%i %s', async (status, errors, code, field) => {
    const server = await startRawServer((_seen, response) => json(response, status, { errors }));
    const outcome = await withdraw(server.baseUrl);
    expect(outcome).toMatchObject({ kind: 'rejected', error: { code, retryable: false } });
    expect(outcome.kind === 'rejected' && outcome.error.field).toBe(field);
    expect(server.posts()).toBe(1);
  });
});

it('a POST that may not go any more once its connection stands writes nothing', async () => {
  const server = await startRawServer((_seen, response) => json(response, 200, accepted));
  const outcome = await clientFor(server.baseUrl).buy('BT-C798980', 100, () => {
    throw new AppError('timeout', 'Too late. Nothing was sent.', { retryable: true });
  });
  expect(outcome).toEqual({
    kind: 'rejected',
    error: { code: 'timeout', message: 'Too late. Nothing was sent.', retryable: false },
    unsent: true,
  });
  expect(server.posts()).toBe(0);
});

describe('a POST of which not one byte was written is rejected', () => {
  const expectUnsent = async (baseUrl: string, code: string, words: RegExp) => {
    const outcome = await withdraw(baseUrl, { postMs: 2000 });
    expect(outcome).toMatchObject({
      kind: 'rejected',
      error: { code, message: expect.stringMatching(/^Nothing was sent\. /) },
    });
    expect(outcome).toMatchObject({ error: { message: expect.stringMatching(words) } });
    expectNoSecret(outcome);
  };

  it('nothing listens', async () => {
    const server = await startRawServer(() => {});
    await server.close();
    await expectUnsent(server.baseUrl, 'connection_refused', /Nothing accepts connections/);
  });

  it('the name is not known', async () => {
    await expectUnsent('https://bitpro.invalid/api/v1', 'host_not_found', /No address was found/);
  });

  it('the handshake never ends', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    const sockets: { destroy(): void }[] = [];
    server.on('connection', (socket) => sockets.push(socket));
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const outcome = await withdraw(`https://127.0.0.1:${port}/api/v1`, { postMs: 200 });
    expect(outcome).toMatchObject({ kind: 'rejected', error: { code: 'timeout' } });
  });

  it.each(['destroy', 'resetAndDestroy', 'end'] as const)(
    'the handshake ends in a %s, and is no broken answer',
    async (how) => {
      const server = createServer((socket) => {
        socket.on('error', () => {});
        socket.once('data', () => socket[how]());
      }).listen(0, '127.0.0.1');
      onTestFinished(() => void server.close());
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const baseUrl = `https://127.0.0.1:${port}/api/v1`;
      await expectUnsent(baseUrl, 'tls_failed', /No secure connection/);
      await expect(clientFor(baseUrl).ping()).rejects.toMatchObject({ code: 'tls_failed' });
    },
  );

  it.each([
    ['expired', expired, /has expired/],
    ['of another host', elsewhere, /belongs to another name/],
    ['signed by itself', selfSigned, /not signed by an authority/],
  ])('the certificate is %s', async (_name, cert, words) => {
    trustTestAuthority();
    const server = await startRawServer((_seen, response) => json(response, 200, {}), {
      key,
      cert,
    });
    await expectUnsent(server.baseUrl, 'tls_failed', words);
    expect(server.seen).toEqual([]);
  });

  it.each([
    ['expired', expired],
    ['of another host', elsewhere],
    ['signed by itself', selfSigned],
  ])('the certificate is %s and the environment says to trust all of them', async (_name, cert) => {
    trustTestAuthority();
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    onTestFinished(() => void vi.unstubAllEnvs());
    const server = await startRawServer((_seen, response) => json(response, 200, {}), {
      key,
      cert,
    });
    expect(await withdraw(server.baseUrl)).toMatchObject({ error: { code: 'tls_failed' } });
    await expect(clientFor(server.baseUrl).ping()).rejects.toMatchObject({ code: 'tls_failed' });
    expect(server.seen).toEqual([]);
  });

  it('the server speaks no TLS', async () => {
    const server = await startRawServer(() => {});
    const baseUrl = server.baseUrl.replace('http:', 'https:');
    await expectUnsent(baseUrl, 'tls_failed', /No secure connection/);
  });

  it('though with a certificate that holds, the same request goes through', async () => {
    trustTestAuthority();
    const tls = { key, cert: good };
    const server = await startRawServer((_seen, response) => json(response, 422, known), tls);
    expect(await withdraw(server.baseUrl)).toMatchObject({
      kind: 'rejected',
      error: { code: 'remote_rejected' },
    });
    expect(server.seen.map(({ signatureHolds }) => signatureHolds)).toEqual([true]);
  });

  it('the secret cannot be used', async () => {
    const server = await startRawServer(() => {});
    const outcome = await clientFor(server.baseUrl, { forgotten: true }).buy('BT-C798980', 100);
    expect(outcome).toMatchObject({ kind: 'rejected', error: { code: 'keychain_empty' } });
    expect(server.seen).toEqual([]);
  });
});

function trustTestAuthority() {
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, authority]);
  onTestFinished(() => setDefaultCACertificates(before));
}
