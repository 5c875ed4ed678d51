import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { registerClient } from '../../src/main/storage/records/clients-repo.ts';
import { Crashed } from './disk.ts';
import { freshFiles, startDesk, type Desk } from './desk.ts';
import { pursue } from './operator.ts';
import { checkEnd } from './oracle.ts';
import { createRandom } from './random.ts';
import { createService } from './service.ts';
import { createVirtualTime } from './virtual-time.ts';
import { doneByOthers, drawPlan, haveHappenedBefore } from './wishes.ts';
import type { Violation, World } from './world.ts';

const START_MS = Date.UTC(2017, 3, 10, 8, 52, 8);
/** The operator's part, in a hurry or not; after it the world heals. */
const busySpansMs = [4000, 60_000, 300_000];
/** Longer than any thought of the operator and any answer that is late. */
const WINDING_DOWN_MS = 300_000;
/** Enough to explain all that can be explained. */
const HEALED_MS = 24 * 3_600_000;

export type Finding = { violation: Violation; what: string };

export type ScheduleResult = {
  seed: number;
  findings: Finding[];
  posts: number;
  executed: number;
  crashes: number;
  /** How many intents ended in each state. */
  ends: Record<string, number>;
};

// What a dead process had begun, and nobody waits for, ends with it.
process.on('unhandledRejection', (reason) => {
  if (!(reason instanceof Crashed)) throw reason;
});

/** Runs one course of events, wholly given by its seed. */
export async function runSchedule(
  seed: number,
  { template, folder, print }: { template: string; folder: string; print?: (line: string) => void },
): Promise<ScheduleResult> {
  const ownFolder = mkdtempSync(join(folder, 'schedule-'));
  const findings: Finding[] = [];
  const world = createWorld(seed, ownFolder, findings, print);
  const { random, time, service, rates } = world;
  const uids = [service.createClient(500_000_000), service.createClient(40_000_000)];
  let desk: Desk = startDesk(world, freshFiles(template, ownFolder));
  registerAll(desk, world, uids);
  Object.assign(rates, drawRates(random));
  const { wishes, others, repeatRate } = drawPlan(random, uids);
  rates.repeat = repeatRate;
  haveHappenedBefore(random, service, wishes);
  const busyMs = random.pick(busySpansMs);

  const restart = () => {
    desk.kill('the operator restarts the app');
    desk = startDesk(world, desk.nextPath());
  };
  for (const wish of wishes) {
    for (let go = random.between(1, 4); go > 0; go -= 1) {
      time.after(random.between(0, busyMs), () => void pursue(world, desk, wish));
    }
  }
  for (const draft of others) {
    time.after(random.between(0, busyMs), () => doneByOthers(service, draft));
  }
  for (let go = random.pick([0, 0, 0, 1]); go > 0; go -= 1) {
    time.after(random.between(0, busyMs), () => desk.kill('at a random time'));
  }
  // An operator looks at the app now and then, and starts it when it is gone.
  for (let atMs = 0; atMs < busyMs; atMs += busyMs / 20) {
    time.after(atMs, () => void (desk.isAlive() || restart()));
  }
  if (random.chance(0.1)) changeEnvironment(world, busyMs);
  await time.runUntil(START_MS + busyMs + WINDING_DOWN_MS);

  Object.assign(rates, { network: 0, disk: 0, crash: 0, repeat: 0 });
  world.trace('all has healed');
  // An outcome that could not be kept needs a restart; for all else it is enough that the app is connected again.
  if (!desk.isAlive() || random.chance(0.25) || isSending(desk)) restart();
  else void desk.money.lookAtAll();
  await time.runUntil(time.nowMs() + HEALED_MS);
  for (const { id, state } of desk.money.list({ openOnly: true })) {
    if (state === 'journaled') desk.money.discard(id);
  }
  checkEnd(world, desk, wishes);

  const ends: Record<string, number> = {};
  for (const { state } of desk.money.list({ openOnly: false })) {
    ends[state] = (ends[state] ?? 0) + 1;
  }
  desk.close();
  rmSync(ownFolder, { recursive: true });
  const posts = [...world.posts.values()].reduce((sum, count) => sum + count, 0);
  const executed = service.ledger.filter(({ intentId }) => intentId !== null).length;
  return { seed, findings, posts, executed, crashes: world.crashes, ends };
}

/** As the app writes: in a transaction, which seals what it changes. */
function registerAll({ records }: Desk, { service }: World, uids: readonly string[]): void {
  const register = records.transaction(() => {
    for (const uid of uids) {
      const depositAddress = service.accounts.get(uid)?.depositAddress ?? null;
      registerClient(records, { uid, label: uid, source: 'added', addedAtMs: 0, depositAddress });
    }
  });
  register.immediate();
}

function isSending({ money }: Desk): boolean {
  return money.list({ openOnly: true }).some(({ state }) => state === 'sent');
}

function createWorld(
  seed: number,
  folder: string,
  findings: Finding[],
  print?: (line: string) => void,
): World {
  const random = createRandom(seed);
  const time = createVirtualTime(START_MS);
  const trace = (line: string) => print?.(`${clockOf(time.nowMs())} ${line}`);
  return {
    random,
    time,
    service: createService({ random, now: time.nowMs }),
    confirming: new AsyncLocalStorage(),
    rates: { network: 0, disk: 0, crash: 0, repeat: 0 },
    localOffsetMs: random.chance(0.3) ? random.between(-1_500_000, 1_500_000) : 0,
    folder,
    acknowledged: new Map(),
    environmentChangedAtMs: 0,
    posts: new Map(),
    signatures: new Set(),
    crashes: 0,
    trace,
    report: (violation, what) => {
      trace(`VIOLATION ${violation}: ${what}`);
      findings.push({ violation, what });
    },
  };
}

/** From a calm day to one on which most things fail. */
function drawRates(random: World['random']): Omit<World['rates'], 'repeat'> {
  return {
    network: random.pick([0, 0.2, 0.5, 0.8]),
    disk: random.pick([0, 0, 0.05, 0.2]),
    crash: random.pick([0, 0, 0, 0.02, 0.1]),
  };
}

/** For a while the Base URL leads to production. */
function changeEnvironment(world: World, busyMs: number): void {
  const { random, time, service } = world;
  const change = (environment: string) => () => {
    service.world.environment = environment;
    world.environmentChangedAtMs = time.nowMs();
  };
  time.after(random.between(0, busyMs / 2), change('production'));
  time.after(random.between(busyMs / 2, busyMs), change('sandbox'));
}

function clockOf(nowMs: number): string {
  return `${((nowMs - START_MS) / 1000).toFixed(3).padStart(9)}s`;
}
