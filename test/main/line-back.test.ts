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

/** A profile that has read the one client it knows, over a line that is in our hands. */
async function setUp() {
  const sandbox = await startSandbox({ merchants: [merchant], deposits: 'none' });
  onTestFinished(() => sandbox.close());
  const line = await startLine(sandbox.url);
  onTestFinished(() => line.close());
  const created = await clientFor(sandbox.url, merchant).createClient();
  if (created.kind !== 'accepted') throw new Error('The service made no client');
  const { uid } = created.value;
  const profile: ProfileView = {
    id: 'sandbox',
    name: 'Sandbox',
    environment: 'sandbox',
    network: 'testnet',
    builtIn: true,
    baseUrl: line.url,
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
    baseUrl: line.url,
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
  return { line, states };
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
