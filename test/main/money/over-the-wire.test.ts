import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Intent } from '#shared/domain/intent.ts';
import { verifyChain } from '../../../src/main/audit/chain.ts';
import { getRegisteredClient } from '../../../src/main/storage/records/clients-repo.ts';
import { startSandbox } from '../../../src/sandbox/server.ts';
import { clientFor } from '../bitpro/client-under-test.ts';
import { API_KEY, json, SECRET, startRawServer } from '../bitpro/raw-server.ts';
import {
  CLIENT,
  DESTINATION,
  openDesk,
  RATE,
  review,
  service,
  states,
  WITHDRAWAL,
} from './fixture.ts';

/** The real client in the fixture's place, with its count of POSTs kept. */
function wired(baseUrl: string, timeouts = {}) {
  return openDesk(service(clientFor(baseUrl, { timeouts })));
}

/** Answers reads as the sandbox does for a client without transactions, and leaves the POST to the test. */
function startFaultServer(onPost: (response: ServerResponse) => void) {
  return startRawServer((seen, response) => {
    if (seen.method === 'POST') onPost(response);
    else read(seen, response);
  });
}

function read({ url }: { url: string }, response: ServerResponse): void {
  const isHistory = url.includes('/transactions');
  json(response, 200, isHistory ? [] : { status: 'ok', environment: 'sandbox' });
}

test('the main job against the sandbox server', async () => {
  const sandbox = await startSandbox({
    merchants: [{ apiKey: API_KEY, secret: SECRET }],
    deposits: 'none',
  });
  onTestFinished(() => sandbox.close());
  const desk = wired(sandbox.url);
  desk.world.nowMs = Date.now();
  // What it quotes is what it buys at.
  const quoted = await clientFor(sandbox.url).rates();
  desk.world.rate = { ...RATE, ...quoted, timeExpiresMs: Date.now() + 60_000 };
  desk.world.balanceSats = null;
  const run = async (draft: Parameters<typeof review>[1]): Promise<Intent> =>
    desk.money.confirm(await review(desk, draft));

  const created = await run({ kind: 'create_client', label: 'Bob' });
  const clientUid = created.clientUid ?? '';
  expect(created.state).toBe('confirmed');
  expect(getRegisteredClient(desk.records, clientUid)).toMatchObject({ label: 'Bob' });

  const bought = await run({ kind: 'buy', clientUid, amountUsd: '1500.5' });
  expect(bought).toMatchObject({ state: 'confirmed', reason: null });
  expect(bought.receivedSats).toBeGreaterThan(0);

  const withdrawal = { ...WITHDRAWAL, clientUid };
  expect(await run(withdrawal)).toMatchObject({ state: 'confirmed', serverState: 'pending' });
  expect(await run({ ...withdrawal, amountBtc: '0.01' })).toMatchObject({ state: 'rejected' });
  expect(await run({ ...withdrawal, amountBtc: '500' })).toMatchObject({ state: 'rejected' });
  const unlisted = run({ ...withdrawal, clientUid: CLIENT, amountBtc: '0.11' });
  await expect(unlisted).rejects.toMatchObject({
    code: 'not_found',
    message: expect.stringContaining('nothing was sent'),
  });
  expect(verifyChain(desk.records)).toMatchObject({ ok: true, entries: 16 });
});

describe('a fault after `sent` ends as unknown, with one POST', () => {
  const faults: [string, (response: ServerResponse) => void][] = [
    ['dropped before an answer', (response) => response.destroy()],
    ['no answer in time', () => {}],
    ['502', (response) => json(response, 502, 'Bad gateway')],
    ['409', (response) => json(response, 409, { errors: 'Conflict' })],
    ['a redirect', (response) => response.writeHead(307, { location: '/' }).end()],
    ['malformed JSON', (response) => json(response, 200, '{"tid": ')],
  ];
  test.each(faults)('%s', async (_, onPost) => {
    const server = await startFaultServer(onPost);
    const desk = wired(server.baseUrl, { postMs: 300 });
    const confirmation = await review(desk);
    const intent = await desk.money.confirm(confirmation);
    expect(intent).toMatchObject({ state: 'unknown', attempts: 1 });
    await expect(desk.money.confirm(confirmation)).rejects.toMatchObject({ code: 'conflict' });
    await expect(review(desk)).rejects.toMatchObject({ code: 'duplicate_intent' });
    expect(server.posts()).toBe(1);
    expect(verifyChain(desk.records).ok).toBe(true);
  });
});

test('a server that is gone before `sent` leaves the intent journaled', async () => {
  const server = await startFaultServer(() => {});
  const desk = wired(server.baseUrl);
  const confirmation = await review(desk);
  await server.close();
  await expect(desk.money.confirm(confirmation)).rejects.toMatchObject({
    code: 'connection_refused',
  });
  expect(states(desk)).toEqual(['journaled']);
  expect(desk.client.posts).toEqual([]);
});

test('a server that is gone between ping and POST is a rejection: no byte was sent', async () => {
  const server = await startFaultServer(() => {});
  const real = clientFor(server.baseUrl);
  const desk = openDesk(
    service({
      ...real,
      withdraw: async (uid, payment) => {
        await server.close();
        return real.withdraw(uid, payment);
      },
    }),
  );
  expect(await desk.money.confirm(await review(desk))).toMatchObject({ state: 'rejected' });
  expect(server.posts()).toBe(0);
});

describe('kill -9 of the sending process', () => {
  test.each([
    ['at the ping', 'GET', 'journaled', 0],
    ['while the POST is unanswered', 'POST', 'unknown', 1],
  ] as const)('%s', async (_, method, state, posts) => {
    let kill = () => {};
    const server = await startRawServer((seen, response) => {
      if (seen.method === method) kill();
      else read(seen, response);
    });
    const desk = openDesk();
    const { id, reviewHash } = await review(desk);
    const script = fileURLToPath(new URL('./sender.ts', import.meta.url));
    const typed = DESTINATION.slice(-6);
    const sender = spawn(
      process.execPath,
      ['--no-warnings', script, desk.path, server.baseUrl, SECRET, id, reviewHash, typed],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    kill = () => sender.kill('SIGKILL');
    const [, signal] = await once(sender, 'exit');
    expect(signal).toBe('SIGKILL');

    const restarted = desk.restart();
    restarted.money.recover();
    expect(restarted.money.get(id).state).toBe(state);
    expect(server.posts()).toBe(posts);
    expect(verifyChain(restarted.records).ok).toBe(true);
    expect(restarted.records.pragma('integrity_check', { simple: true })).toBe('ok');
  });
});
