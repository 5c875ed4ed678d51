import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { defaultApiOptions, type ProfileView } from '#shared/domain/profile.ts';
import type { ConnectionStatus } from '#shared/domain/sync.ts';
import { openProfile } from '../../src/main/open-profile.ts';
import { createProfileDir } from '../../src/main/profiles/profile-dir.ts';
import { createDeferredSigner } from '../../src/main/secrets/deferred-signer.ts';
import { createSigner } from '../../src/main/secrets/signer.ts';
import { startSandbox } from '../../src/sandbox/server.ts';
import { clientFor } from '../helpers/service-client.ts';
import { startLine } from '../soak/line.ts';
import { temporaryDirectory } from './storage/databases.ts';

const merchant = { apiKey: 'merchant', secret: 'test-secret' };

/**
 * Before it stands what a wireless network is: while it is silent nothing gets through and nothing is said, and the
 * connections of before are dead for good.
 */
async function startSilentLine(port: number) {
  let isSilent = false;
  const pairs: Socket[][] = [];
  const server = createServer((near) => {
    near.on('error', () => {});
    if (isSilent) return void pairs.push([near]);
    const far = connect(port, '127.0.0.1').on('error', () => {});
    near.pipe(far).pipe(near);
    pairs.push([near, far]);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of pairs.flat()) socket.destroy();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    silence() {
      isSilent = true;
      for (const [near, far] of pairs) {
        if (far) near?.unpipe(far).pause();
        if (near) far?.unpipe(near).pause();
      }
    },
    speak: () => (isSilent = false),
  };
}

/** A profile that has read the one client it knows, over lines that are in our hands. */
async function setUp() {
  const sandbox = await startSandbox({ merchants: [merchant], deposits: 'none' });
  onTestFinished(() => sandbox.close());
  const line = await startLine(sandbox.url);
  onTestFinished(() => line.close());
  const air = await startSilentLine(Number(new URL(line.url).port));
  const baseUrl = line.url.replace(/:\d+/, `:${air.port}`);
  const created = await clientFor(sandbox.url, merchant).createClient();
  if (created.kind !== 'accepted') throw new Error('The service made no client');
  const { uid } = created.value;
  const profile: ProfileView = {
    id: 'sandbox',
    name: 'Sandbox',
    environment: 'sandbox',
    network: 'testnet',
    builtIn: true,
    baseUrl,
    apiKey: merchant.apiKey,
    explorerUrl: '',
    locked: false,
    enrolled: true,
    options: defaultApiOptions,
    active: true,
    secret: 'ready',
  };
  const states: ConnectionStatus['state'][] = [];
  const running = openProfile({
    quiet: Promise.resolve(),
    paths: createProfileDir(temporaryDirectory(), profile.id),
    baseUrl,
    profile: () => profile,
    signer: createDeferredSigner(Promise.resolve(createSigner(merchant.secret))),
    appVersion: '0',
    now: Date.now,
    actor: () => 'alice',
    emit: (channel, payload) => {
      if (channel === 'connection.changed') states.push((payload as ConnectionStatus).state);
    },
    onDeposits: () => {},
    onFailure: () => {},
  });
  onTestFinished(() => running.close());
  const rooms = await running.rooms();
  await rooms.clients.import([{ uid, label: 'Bob' }]);
  running.start();
  const seen = line.nextPage();
  await rooms.sync.runNow();
  await seen;
  return { line, air, states, rooms };
}

test('a cut that no request meets is noticed, and reading goes on when the line is back', async () => {
  const { line, states } = await setUp();
  line.cut();
  await expect.poll(() => states.at(-1)).toBe('offline');
  await delay(1500);
  const back = line.nextPage();
  line.mend();
  // By itself the next reading would be a minute later.
  expect(await back).toBeLessThan(10_000);
  await expect.poll(() => states.at(-1)).toBe('online');
});

test(
  'a line that says nothing is noticed, and nobody waits for what is dead',
  { timeout: 60_000 },
  async () => {
    const { line, air, states, rooms } = await setUp();
    air.silence();
    void rooms.sync.runNow();
    // By itself what hangs is repeated for 45 s before it has failed.
    await expect.poll(() => states.at(-1), { timeout: 30_000 }).toBe('offline');
    void rooms.sync.runNow();
    const back = line.nextPage();
    air.speak();
    expect(await back).toBeLessThan(5000);
  },
);
