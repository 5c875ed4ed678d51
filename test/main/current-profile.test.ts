import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { Notice } from '#shared/domain/app.ts';
import { createCurrentProfile } from '../../src/main/current-profile.ts';
import { createProfileRecords } from '../../src/main/profiles/profile-records.ts';
import { createProfileSecrets } from '../../src/main/profiles/profile-secrets.ts';
import { openProfileStore } from '../../src/main/profiles/profile-store.ts';
import { createProfiles } from '../../src/main/profiles/profiles.ts';
import { startSandbox } from '../../src/sandbox/server.ts';
import { API_KEY, SECRET } from './bitpro/raw-server.ts';
import { DESTINATION } from './money/fixture.ts';
import { memoryKeychain } from './profiles/memory-keychain.ts';
import { temporaryDirectory } from './storage/databases.ts';

/** Hands everything on; while `isHeld`, answers to POSTs wait for `release`. */
async function startSlowServer(target: string) {
  const { port, host } = new URL(target);
  const held: (() => void)[] = [];
  const state = {
    isHeld: false,
    held,
    posts: 0,
    release: () => held.splice(0).forEach((go) => go()),
  };
  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    if (method === 'POST') state.posts += 1;
    const onward = httpRequest(
      { port, method, path: url, headers: { ...headers, host } },
      (answer) => {
        const pass = (): void => {
          outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(outgoing);
        };
        if (method === 'POST' && state.isHeld) held.push(pass);
        else pass();
      },
    );
    onward.on('error', () => incoming.socket.destroy());
    incoming.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return Object.assign(state, {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`,
  });
}

/** Two profiles of two accounts; the first is open and has a client with bitcoin. */
async function setUp() {
  const merchants = [
    { apiKey: API_KEY, secret: SECRET },
    { apiKey: 'second', secret: SECRET },
  ];
  const sandbox = await startSandbox({ merchants, deposits: 'none' });
  onTestFinished(() => sandbox.close());
  const slow = await startSlowServer(sandbox.url);
  const userData = temporaryDirectory();
  const store = openProfileStore({ directory: userData, now: Date.now, onSetAside: () => {} });
  const { keychain } = memoryKeychain();
  const secrets = createProfileSecrets({ keychain, installationId: store.installationId });
  const profiles = createProfiles({
    store,
    secrets,
    records: createProfileRecords(userData),
    now: Date.now,
    actor: () => 'alice',
  });
  const add = async (name: string, apiKey: string, baseUrl: string): Promise<string> => {
    const { id } = await profiles.testAndSave({
      name,
      environment: 'sandbox',
      baseUrl,
      apiKey,
      secretKey: SECRET,
      keepIn: 'keychain',
    });
    return id;
  };
  const first = await add('First', API_KEY, slow.baseUrl);
  const second = await add('Second', 'second', sandbox.url);
  const notices: Notice[] = [];
  const failures: [string, unknown][] = [];
  const current = createCurrentProfile({
    userData,
    appVersion: '0',
    now: Date.now,
    actor: () => 'alice',
    store,
    secrets,
    profiles,
    forkPractice: () => {
      throw new Error('not needed');
    },
    emit: (name, payload) => {
      if (name === 'notice.shown') notices.push(payload as Notice);
    },
    onDeposits: () => {},
    onFailure: (event, error) => failures.push([event, error]),
  });
  onTestFinished(() => current.close());
  await current.switchTo(first);
  const rooms = async () => {
    const open = await current.rooms();
    await open.ready;
    return open;
  };
  const { money, sync } = await rooms();
  const prepared = await money.prepare({ kind: 'create_client', label: 'Bob' });
  const { clientUid } = await money.confirm({
    id: prepared.intent.id,
    reviewHash: prepared.reviewHash,
    typed: null,
  });
  const uid = clientUid ?? '';
  sandbox.deposit(uid, 100_000_000);
  sandbox.advance(6 * 60_000);
  await sync.refreshClient(uid);
  const pay = async () => {
    const { money } = await rooms();
    const { intent, reviewHash } = await money.prepare({
      kind: 'withdrawal',
      clientUid: uid,
      address: DESTINATION,
      amountBtc: '0.12',
    });
    const typed = DESTINATION.slice(-6);
    return { id: intent.id, sent: money.confirm({ id: intent.id, reviewHash, typed }) };
  };
  return { slow, current, first, second, pay, rooms, notices, failures };
}

test('switched away and back while a payment is on its way, the profile is opened once it was answered', async () => {
  const { slow, current, first, second, pay, rooms, notices, failures } = await setUp();
  slow.isHeld = true;
  const { id, sent } = await pay();
  await expect.poll(() => slow.held.length).toBe(1);
  await current.switchTo(second);
  const back = current.switchTo(first);
  await expect.poll(() => notices.map(({ title }) => title)).toEqual(['First is still sending']);
  // Meanwhile the other one works.
  expect((await current.opened()).profile().name).toBe('Second');
  slow.release();
  await back;
  const { money } = await rooms();
  expect(money.get(id)).toMatchObject({ state: 'confirmed', serverTid: expect.any(String) });
  expect(await sent).toMatchObject({ state: 'confirmed' });
  expect(failures.map(([event]) => event)).not.toContain('close profile');
});

test('a new client that is answered after the profile was left and chosen again is in its registry', async () => {
  const { slow, current, first, second, rooms } = await setUp();
  const { money } = await rooms();
  const { intent, reviewHash } = await money.prepare({ kind: 'create_client', label: 'Late' });
  slow.isHeld = true;
  const sent = money.confirm({ id: intent.id, reviewHash, typed: null });
  await expect.poll(() => slow.held.length).toBe(1);
  await current.switchTo(second);
  const back = current.switchTo(first);
  setTimeout(slow.release, 50);
  await back;
  const { clientUid } = await sent;
  const { clients } = await rooms();
  expect(clients.get(clientUid ?? '').label).toBe('Late');
});

test.each(['by new keys', 'by choosing it again'])(
  'opened anew while it is sending, %s, it waits as well',
  async (how) => {
    const { slow, current, first, pay, rooms } = await setUp();
    slow.isHeld = true;
    const { id, sent } = await pay();
    await expect.poll(() => slow.held.length).toBe(1);
    const reopened =
      how === 'by new keys' ? current.reopenIfCurrent(first) : current.switchTo(first);
    // What is asked meanwhile waits, and is not told that no profile is open.
    const asked = current.opened();
    slow.release();
    await reopened;
    expect((await asked).profile().id).toBe(first);
    expect((await sent).state).toBe('confirmed');
    expect((await rooms()).money.get(id).state).toBe('confirmed');
  },
);

test('who waits for it may choose another one instead', async () => {
  const { slow, current, first, second, pay } = await setUp();
  slow.isHeld = true;
  await pay();
  await expect.poll(() => slow.held.length).toBe(1);
  await current.switchTo(second);
  const back = current.switchTo(first);
  const cancelled = expect(back).rejects.toMatchObject({ code: 'cancelled' });
  await current.switchTo(second);
  slow.release();
  await cancelled;
  expect((await current.opened()).profile().id).toBe(second);
});

test('leaving the app waits for what a profile that was left is sending', async () => {
  const { slow, current, first, second, pay, rooms } = await setUp();
  slow.isHeld = true;
  const { id, sent } = await pay();
  await expect.poll(() => slow.held.length).toBe(1);
  await current.switchTo(second);
  setTimeout(slow.release, 50);
  await current.close();
  expect((await sent).state).toBe('confirmed');
  await current.switchTo(first);
  expect((await rooms()).money.get(id).state).toBe('confirmed');
});

test('a confirmation that comes after the profile was left sends nothing', async () => {
  const { slow, current, second, rooms } = await setUp();
  const { money } = await rooms();
  const { intent, reviewHash } = await money.prepare({ kind: 'create_client', label: 'Late' });
  const postsBefore = slow.posts;
  await current.switchTo(second);
  await expect(money.confirm({ id: intent.id, reviewHash, typed: null })).rejects.toMatchObject({
    code: 'cancelled',
  });
  expect(slow.posts).toBe(postsBefore);
});
