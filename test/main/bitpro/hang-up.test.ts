import { createServer, type ServerOptions } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createHttp } from '../../../src/main/bitpro/http.ts';
import { authority, good, key } from './certificates.ts';
import { clientFor } from './client-under-test.ts';
import { json, startRawServer } from './raw-server.ts';

async function setUp({ isSecure = false, ...options }: ServerOptions & { isSecure?: boolean }) {
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, authority]);
  onTestFinished(() => setDefaultCACertificates(before));
  const server = isSecure
    ? createSecureServer({ ...options, key, cert: good })
    : createServer(options);
  const sockets: Socket[] = [];
  const held: (() => void)[] = [];
  server.on('connection', (socket: Socket) => sockets.push(socket));
  server.on('request', (request, response) => {
    const answer = () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    if (request.url === '/held') held.push(answer);
    else answer();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const origin = new URL(`${isSecure ? 'https' : 'http'}://127.0.0.1:${port}`);
  let hangUps = 0;
  const http = createHttp(
    () => performance.now(),
    () => (hangUps += 1),
  );
  const get = (uri: string, more: { isAlone?: boolean } = {}) =>
    http.get({ origin, uri, headers: {}, ...more }, { timeoutMs: 10_000 });
  return { server, sockets, held, get, hangUps: () => hangUps };
}

describe.each([{ isSecure: false }, { isSecure: true }])('over TLS: $isSecure', (line) => {
  test('that the other side ends what was kept is told once', async () => {
    const { server, sockets, get, hangUps } = await setUp(line);
    await Promise.all([get('/a'), get('/b'), get('/c')]);
    expect(sockets).toHaveLength(3);
    expect(hangUps()).toBe(0);
    server.closeAllConnections();
    await expect.poll(hangUps).toBe(1);
    await get('/a');
    await get('/a');
    expect(sockets).toHaveLength(4);
    server.closeAllConnections();
    await expect.poll(hangUps).toBe(2);
  });

  test('a reset is told as an end is', async () => {
    const { sockets, get, hangUps } = await setUp(line);
    await get('/a');
    sockets[0]?.resetAndDestroy();
    await expect.poll(hangUps).toBe(1);
  });

  test('while another is kept, nothing is told', async () => {
    const { sockets, get, hangUps } = await setUp(line);
    await Promise.all([get('/a'), get('/b')]);
    sockets[0]?.end();
    await delay(100);
    expect(hangUps()).toBe(0);
  });

  test('a request that is broken tells by itself', async () => {
    const { server, held, get, hangUps } = await setUp(line);
    await get('/a');
    const broken = get('/held');
    await expect.poll(() => held.length).toBe(1);
    server.closeAllConnections();
    await expect(broken).rejects.toMatchObject({ failure: 'broken' });
    await delay(100);
    expect(hangUps()).toBe(0);
  });

  test('what this side ends is no sign, nor what nobody wanted to keep', async () => {
    const { sockets, get, hangUps } = await setUp({ ...line, keepAliveTimeout: 2500 });
    await get('/a');
    await get('/b', { isAlone: true });
    expect(sockets).toHaveLength(2);
    await expect.poll(() => sockets.every((socket) => socket.destroyed)).toBe(true);
    await delay(100);
    expect(hangUps()).toBe(0);
  });
});

test('a knock is one attempt, on a connection of its own', async () => {
  const server = await startRawServer((seen, response) =>
    seen.url.endsWith('/ping')
      ? response.destroy()
      : json(response, 200, { status: 'ok', environment: 'sandbox' }),
  );
  const bitpro = clientFor(server.baseUrl);
  await expect(bitpro.knock()).rejects.toMatchObject({ code: 'offline' });
  expect(server.seen).toHaveLength(1);
  expect(server.seen[0]?.headers.connection).toBe('close');
  expect(bitpro.events.at(-1)).toMatchObject({ kind: 'failed' });
});

test('a knock that hangs has failed sooner than a read', async () => {
  const server = await startRawServer(() => {});
  const bitpro = clientFor(server.baseUrl, { timeouts: { knockMs: 50, readMs: 60_000 } });
  await expect(bitpro.knock()).rejects.toMatchObject({ code: 'timeout' });
});
