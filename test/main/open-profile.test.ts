import { expect, onTestFinished, test } from 'vitest';
import type { Intent } from '#shared/domain/intent.ts';
import { defaultApiOptions, type ProfileView } from '#shared/domain/profile.ts';
import { openProfile, type RunningProfile } from '../../src/main/open-profile.ts';
import { createProfileDir } from '../../src/main/profiles/profile-dir.ts';
import { createSigner } from '../../src/main/secrets/signer.ts';
import { startSandbox } from '../../src/sandbox/server.ts';
import { API_KEY, SECRET } from './bitpro/raw-server.ts';
import { DESTINATION } from './money/fixture.ts';
import { startProxy } from './money/spoiling-proxy.ts';
import { temporaryDirectory } from './storage/databases.ts';

/** A profile over a real server whose answers can be lost, with a client that holds bitcoin. */
async function setUp() {
  const sandbox = await startSandbox({
    merchants: [{ apiKey: API_KEY, secret: SECRET }],
    deposits: 'none',
  });
  onTestFinished(() => sandbox.close());
  const proxy = await startProxy(sandbox.url);
  const profile: ProfileView = {
    id: 'sandbox',
    name: 'Sandbox',
    environment: 'sandbox',
    network: 'testnet',
    builtIn: true,
    baseUrl: proxy.baseUrl,
    apiKey: API_KEY,
    explorerUrl: '',
    locked: false,
    enrolled: true,
    options: defaultApiOptions,
    settleDelayMinutes: null,
    active: true,
    secret: 'ready',
  };
  const paths = createProfileDir(temporaryDirectory(), profile.id);
  const failures: unknown[] = [];
  function open(): RunningProfile {
    const running = openProfile({
      paths,
      baseUrl: proxy.baseUrl,
      profile: () => profile,
      signer: createSigner(SECRET),
      appVersion: '0',
      now: Date.now,
      actor: () => 'alice',
      emit: () => {},
      onDeposits: () => {},
      onFailure: (event, error) => failures.push([event, error]),
    });
    onTestFinished(() => running.close());
    return running;
  }
  const running = open();
  const created = await send(running, { kind: 'create_client', label: 'Bob' });
  const clientUid = created.clientUid ?? '';
  await send(running, { kind: 'buy', clientUid, amountUsd: '1500' });
  await running.sync.refreshClient(clientUid);
  const lose = async (): Promise<string> => {
    proxy.fault = 'drop-answer';
    const payment = {
      kind: 'withdrawal',
      clientUid,
      address: DESTINATION,
      amountBtc: '0.12',
    } as const;
    const { id, state } = await send(running, payment);
    expect(state).toBe('unknown');
    proxy.fault = 'none';
    return id;
  };
  return { proxy, running, open, lose };
}

async function send(
  { money }: RunningProfile,
  draft: Parameters<RunningProfile['money']['prepare']>[0],
): Promise<Intent> {
  const { intent, reviewHash } = await money.prepare(draft);
  const typed = intent.address?.slice(-6) ?? null;
  return money.confirm({ id: intent.id, reviewHash, typed });
}

test('an outcome that was lost is looked up when the profile is started again', async () => {
  const { proxy, running, open, lose } = await setUp();
  const id = await lose();
  await running.close();
  const next = open();
  expect(next.money.get(id).state).toBe('unknown');
  next.start();
  await expect.poll(() => next.money.get(id).state).toBe('confirmed');
  expect(proxy.posts).toBe(3);
});

test('and when Bitpro is reached again', async () => {
  const { proxy, running, lose } = await setUp();
  await running.money.startSettling();
  const id = await lose();
  await proxy.close();
  await expect(running.rates.refresh('poll')).rejects.toMatchObject({ code: 'connection_refused' });
  expect(running.connection.status().state).toBe('offline');
  await proxy.open();
  await running.rates.refresh('poll');
  // Sooner than the planned look, five seconds after the answer was lost.
  await expect.poll(() => running.money.get(id).state, { timeout: 3000 }).toBe('confirmed');
  expect(proxy.posts).toBe(3);
});
