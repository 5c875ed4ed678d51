import { once, EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { defaultApiOptions, type ProfileView } from '#shared/domain/profile.ts';
import type { ConnectionStatus } from '#shared/domain/sync.ts';
import { openProfile } from '../../src/main/open-profile.ts';
import { createProfileDir } from '../../src/main/profiles/profile-dir.ts';
import { createDeferredSigner } from '../../src/main/secrets/deferred-signer.ts';
import { createSigner } from '../../src/main/secrets/signer.ts';
import { startSandbox } from '../../src/sandbox/server.ts';
import { clientFor } from '../../test/helpers/service-client.ts';
import { startLine, type Line } from '../../test/soak/line.ts';
import { interleave, percentile, type Context, type Figure } from '../harness.ts';

const MERCHANT = { apiKey: 'merchant', secret: 'bench' };

/** A profile as the app opens it, which has read its one client over a line that is in our hands. */
async function withDesk<T>(
  { scratch }: Context,
  use: (line: Line, isOffline: () => Promise<unknown>) => Promise<T>,
): Promise<T> {
  const sandbox = await startSandbox({ merchants: [MERCHANT], deposits: 'none' });
  const line = await startLine(sandbox.url);
  const created = await clientFor(sandbox.url, MERCHANT).createClient();
  if (created.kind !== 'accepted') throw new Error('The service made no client');
  const profile: ProfileView = {
    id: 'sandbox',
    name: 'Sandbox',
    environment: 'sandbox',
    network: 'testnet',
    builtIn: true,
    baseUrl: line.url,
    apiKey: MERCHANT.apiKey,
    explorerUrl: '',
    locked: false,
    enrolled: true,
    options: defaultApiOptions,
    active: true,
    secret: 'ready',
  };
  const states = new EventEmitter();
  const running = openProfile({
    quiet: Promise.resolve(),
    paths: createProfileDir(scratch('back'), profile.id),
    baseUrl: line.url,
    profile: () => profile,
    signer: createDeferredSigner(Promise.resolve(createSigner(MERCHANT.secret))),
    appVersion: 'bench',
    now: Date.now,
    actor: () => 'bench',
    emit: (channel, payload) => {
      if (channel === 'connection.changed') states.emit((payload as ConnectionStatus).state);
    },
    onDeposits: () => {},
    // Of a line that is cut there are some.
    onFailure: () => {},
  });
  try {
    const { clients, sync } = await running.rooms();
    await clients.import([{ uid: created.value.uid, label: '' }]);
    running.start();
    const seen = line.nextPage();
    await sync.runNow();
    await seen;
    return await use(line, () => once(states, 'offline'));
  } finally {
    await running.close();
    await line.close();
    await sandbox.close();
  }
}

/** How long the line is down, after that was noticed. */
const DOWN_MS = 700;

const back: Figure = {
  name: 'sync.back',
  unit: 'ms',
  anchor: 'one round trip over the same line',
  goal: [
    { max: 2000, unit: 'ms' },
    { max: 2000, of: 'max', unit: 'ms' },
  ],
  run: (context) =>
    withDesk(context, async (line, isOffline) => {
      const { value, anchorValue, ours } = await interleave(
        context.rounds,
        async () => {
          const noticed = isOffline();
          line.cut();
          await noticed;
          await delay(DOWN_MS);
          const page = line.nextPage();
          line.mend();
          return page;
        },
        async () => {
          const startMs = performance.now();
          await (await fetch(`${line.url}/ping`)).arrayBuffer();
          return performance.now() - startMs;
        },
      );
      return { value, anchorValue, readings: { max: percentile(ours, 100) } };
    }),
};

export const figures: readonly Figure[] = [back];
