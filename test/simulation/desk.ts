import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultApiOptions } from '#shared/domain/profile.ts';
import type { Rate } from '#shared/domain/rate.ts';
import { createBitproClient } from '../../src/main/bitpro/client.ts';
import { createServerClock } from '../../src/main/bitpro/clock.ts';
// The app loads it with the first address, which takes real time; here only the modelled one may pass.
import '../../src/main/money/addresses.ts';
import { createMoney, type Money } from '../../src/main/money/intents.ts';
import { createSigner } from '../../src/main/secrets/signer.ts';
import { openRecords, RecordsDb } from '../../src/main/storage/open.ts';
import { sealChanges } from '../../src/main/storage/records/seals.ts';
import { compileLazily, copyAsKilled, Crashed, failingDisk } from './disk.ts';
import { modelledHistory } from './known.ts';
import { createNetwork } from './network.ts';
import { checkAcknowledged, observePost } from './oracle.ts';
import { API_KEY, SECRET } from './service.ts';
import { numberOf, type World } from './world.ts';

/** One process of the app: it dies whole, and only its files stay. */
export type Desk = {
  money: Money;
  /** A second window's: the same files and client, a connection of its own. */
  twin: () => Money;
  records: RecordsDb;
  isAlive: () => boolean;
  kill: (point: string) => void;
  close: () => void;
  /** Where the next process finds the files. */
  nextPath: () => string;
};

/**
 * Starts the app's real money, storage and client code over what the last process left.
 * A process that dies while starting is returned dead.
 */
export function startDesk(world: World, path: string): Desk {
  const { random, time, rates } = world;
  let alive = true;
  let files = path;
  // What the last process signed this one cannot know. Here it starts at once; in truth that takes longer than the
  // second in which an equal request would carry the same signature.
  world.signatures.clear();
  const localNow = () => time.nowMs() + world.localOffsetMs;
  const connections: RecordsDb[] = [];

  function kill(point: string): void {
    if (!alive) return;
    alive = false;
    world.crashes += 1;
    world.trace(`  kill -9: ${point}`);
    files = join(world.folder, `records-${world.crashes}.db`);
    copyAsKilled(path, files);
    close();
  }

  function close(): void {
    alive = false;
    for (const connection of connections) connection.close();
  }

  function gate(point: string): void {
    if (alive && random.chance(rates.crash)) kill(point);
    if (!alive) throw new Crashed(point);
  }

  const clock = createServerClock({ wallMs: localNow, monotonicMs: time.nowMs });
  const network = createNetwork({
    ...world,
    faultRate: () => rates.network,
    repeatRate: () => rates.repeat,
    isAcknowledged: (tid) =>
      [...world.acknowledged.values()].some(({ serverTid }) => serverTid === tid),
  });
  const { known, note } = modelledHistory(world.service);
  const bitpro = createBitproClient({
    baseUrl: 'https://service/api/v1',
    apiKey: API_KEY,
    signer: createSigner(SECRET),
    clock,
    options: defaultApiOptions,
    sleep: (delayMs) => time.sleep(delayMs),
    random: () => random.next(),
    http: network.connect({
      isAlive: () => alive,
      monotonicMs: time.nowMs,
      gate,
      observePost: (request) => observePost(world, desk, request),
    }),
  });
  const client: typeof bitpro = {
    ...bitpro,
    async transactions(uid, page, signal) {
      const rows = await bitpro.transactions(uid, page, signal);
      note(uid, rows);
      return rows;
    },
  };
  let rate: Rate | null = null;
  function openWindow(open: typeof connect): { records: RecordsDb; money: Money } {
    const records = open(path);
    connections.push(records);
    compileLazily(records);
    failingDisk(records, { random, faultRate: () => rates.disk, gate });
    const money = createMoney({
      records,
      client,
      clock,
      known,
      profile: () => profile,
      secretReady: () => Promise.resolve(null),
      rateStatus: () => ({
        rate,
        readAgoMs: rate && localNow() - rate.observedAtMs,
        clockOffsetMs: clock.offsetMs(),
        lastError: null,
      }),
      refreshRate: async (trigger) => {
        rate = { ...(await client.rates()), observedAtMs: localNow(), trigger };
      },
      balanceOf: () => null,
      unexplainedWithdrawals: () => [],
      now: localNow,
      actor: () => 'operator',
      schedule: (run, delayMs) => {
        let isDue = true;
        time.after(delayMs, () => {
          if (isDue && alive) run();
        });
        return () => (isDue = false);
      },
      onChanged: ({ id, state, serverTid }) => {
        if (!alive) return;
        world.trace(`  #${numberOf(world, id)} is ${state}`);
        world.acknowledged.set(id, { state, serverTid });
      },
    });
    return { records, money };
  }

  let twin: Money | null = null;
  const desk: Desk = {
    ...openWindow(world.crashes === 0 ? connect : openRecords),
    twin: () => (twin ??= openWindow(connect).money),
    isAlive: () => alive,
    kill,
    close,
    nextPath: () => files,
  };
  checkAcknowledged(world, desk);
  try {
    desk.money.recover();
    void desk.money.startSettling();
  } catch (error) {
    kill(`starting failed: ${String(error)}`);
  }
  return desk;
}

/** As `openRecords` opens files that it has checked before: the template's, or those of the first window. */
function connect(path: string): RecordsDb {
  const records = new RecordsDb(path);
  records.pragma('journal_mode = WAL');
  records.pragma('synchronous = FULL');
  records.pragma('foreign_keys = ON');
  records.pragma('recursive_triggers = ON');
  sealChanges(records);
  return records;
}

const profile = {
  id: 'sandbox',
  name: 'Sandbox',
  environment: 'sandbox',
  network: 'testnet',
  locked: false,
  secret: 'ready',
  /** Longer than the latest execution of a request. */
  settleDelayMinutes: 5,
} as const;

/** A migrated, empty database to start each schedule from. */
export function makeTemplate(folder: string): string {
  const path = join(folder, 'template.db');
  openRecords(path).close();
  return path;
}

export function freshFiles(template: string, folder: string): string {
  const path = join(folder, 'records-0.db');
  copyFileSync(template, path);
  return path;
}
