import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { registerClient } from '../../src/main/storage/records/clients-repo.ts';
import { Crashed } from './disk.ts';
import { appointApprovers } from './approvers.ts';
import { addPayees, setControls } from './controls.ts';
import { freshFiles, startDesk, type Desk, type Files } from './desk.ts';
import { drawDeed, meddle } from './folder.ts';
import { pursue, settleTruthfully } from './operator.ts';
import { checkBalances, checkEnd, checkExplained } from './oracle.ts';
import { createRandom } from './random.ts';
import { createService } from './service.ts';
import { createVirtualTime } from './virtual-time.ts';
import { doneByOthers, drawPlan, haveHappenedBefore } from './wishes.ts';
import type { Violation, World } from './world.ts';

const START_MS = Date.UTC(2017, 3, 10, 8, 52, 8);
/** The operator's part, in a hurry or not; after it the world heals. */
const busySpansMs = [4000, 60_000, 300_000];
/** Longer than any thought of the operator and any answer that is late. */
const WINDING_DOWN_MS = 1_600_000;
/** Enough to explain all that can be explained. */
const HEALED_MS = 24 * 3_600_000;
/** When the app reads all clients meanwhile; in truth each minute. */
const readingsAfterHours = [0.02, 0.2, 1, 6, 12, 18, 23, 23.9];
/** A call to Bitpro, and the readings that follow. */
const SETTLING_MS = 600_000;

const healed = { network: 0, disk: 0, crash: 0, repeat: 0, undo: 0, slow: 0 };

export type Finding = { violation: Violation; what: string };

type RunOptions = { template: Files; folder: string; print?: (line: string) => void };

export type ScheduleResult = {
  seed: number;
  findings: Finding[];
  posts: number;
  executed: number;
  crashes: number;
  /** How many intents were in each state when nobody had told the truth yet. */
  ends: Record<string, number>;
};

// What a dead process had begun, and nobody waits for, ends with it; its files are closed.
process.on('unhandledRejection', (reason) => {
  const isClosed = reason instanceof TypeError && reason.message.includes('connection is not open');
  if (!(reason instanceof Crashed) && !isClosed) throw reason;
});

/** Runs one course of events, wholly given by its seed. */
export async function runSchedule(seed: number, options: RunOptions): Promise<ScheduleResult> {
  const machineNow = performance.now.bind(performance);
  try {
    return await runEvents(seed, options);
  } finally {
    performance.now = machineNow;
  }
}

async function runEvents(
  seed: number,
  { template, folder, print }: RunOptions,
): Promise<ScheduleResult> {
  const ownFolder = mkdtempSync(join(folder, 'schedule-'));
  const findings: Finding[] = [];
  const world = createWorld(seed, { template, folder: ownFolder }, findings, print);
  const { random, time, service, rates } = world;
  // The pace of reads counts with it.
  performance.now = time.nowMs;
  const uids = [service.createClient(5_000_000_000), service.createClient(40_000_000)];
  world.stranger = service.createClient(100_000_000);
  let desk: Desk = startDesk(world, freshFiles(template, ownFolder));
  registerAll(desk, world, uids);
  const deed = random.chance(0.15) ? drawDeed(random) : null;
  if (deed === null && random.chance(0.1)) await appointApprovers(world, desk);
  else if (deed === null && random.chance(0.15)) await setControls(world, desk);
  Object.assign(rates, drawRates(random));
  world.hasDiskFaults = rates.disk > 0;
  const { wishes, others, repeatRate, undoRate = 0 } = drawPlan(random, uids);
  rates.repeat = repeatRate;
  rates.undo = undoRate;
  haveHappenedBefore(random, service, wishes);
  const busyMs = random.pick(busySpansMs);

  const restart = () => {
    desk.kill('the operator restarts the app');
    desk = startDesk(world, desk.nextFiles());
  };
  for (const wish of wishes) {
    for (let go = random.between(2, 8); go > 0; go -= 1) {
      time.after(random.between(0, busyMs), () => void pursue(world, desk, wish));
    }
  }
  for (const draft of others) {
    time.after(random.between(0, busyMs), () => doneByOthers(service, draft));
  }
  for (let go = random.pick([0, 0, 0, 1]); go > 0; go -= 1) {
    time.after(random.between(0, busyMs), () => desk.kill('at a random time'));
  }
  if (world.controls) {
    for (const atMs of [0, busyMs / 20, busyMs / 5]) {
      time.after(atMs, () => void addPayees(world, desk));
    }
  }
  // An operator looks at the app now and then, and starts it when it is gone.
  for (let atMs = 0; atMs < busyMs; atMs += busyMs / 20) {
    time.after(atMs, () => void (desk.isAlive() || restart()));
  }
  // The app reads rates and clients by itself; here a few times.
  for (let atMs = 0; atMs < busyMs; atMs += busyMs / 6) {
    time.after(atMs, () => {
      desk.readAll();
      desk.readRate();
    });
  }
  if (random.chance(0.3)) changePrice(world, busyMs);
  // What is slow leaves time for it.
  if (random.chance(rates.slow > 0 ? 0.5 : 0.1)) changeEnvironment(world, busyMs);
  if (random.chance(0.3)) setClocks(world, busyMs);
  if (random.chance(0.3)) changeMood(world, busyMs);
  if (random.chance(0.05)) mixUpClients(world, busyMs);
  if (deed !== null) {
    meddle(world, deed, { get: () => desk, set: (next) => (desk = next) }, busyMs);
  }
  await time.runUntil(START_MS + busyMs + WINDING_DOWN_MS);

  Object.assign(rates, healed);
  if (desk.isAlive()) checkBalances(world, desk, uids);
  heal(world);
  world.trace('all has healed');
  // An outcome that could not be kept needs a restart; for all else it is enough that the app is connected again.
  if (!desk.isAlive() || random.chance(0.25) || isSending(desk)) restart();
  else {
    void desk.money.lookAtAll();
    // The keychain is no longer locked.
    desk.standing.settle().catch(() => {});
  }
  for (const hours of readingsAfterHours) {
    time.after(hours * 3_600_000, () => desk.readAll());
  }
  await time.runUntil(time.nowMs() + HEALED_MS);
  for (const { id, state } of desk.money.list({ openOnly: true })) {
    if (state === 'journaled') desk.money.discard(id);
  }
  checkExplained(world, desk);
  const ends: Record<string, number> = {};
  for (const { state } of desk.money.list({ openOnly: false })) {
    ends[state] = (ends[state] ?? 0) + 1;
  }
  void settleTruthfully(world, desk);
  await time.runUntil(time.nowMs() + SETTLING_MS);
  checkEnd(world, desk, wishes);

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
  { template, folder }: { template: Files; folder: string },
  findings: Finding[],
  print?: (line: string) => void,
): World {
  const random = createRandom(seed);
  const time = createVirtualTime(START_MS);
  const trace = (line: string) => print?.(`${clockOf(time.nowMs())} ${line}`);
  return {
    random,
    time,
    service: createService({ random, time }),
    confirming: new AsyncLocalStorage(),
    rates: { ...healed },
    localOffsetMs: random.chance(0.3) ? random.between(-1_500_000, 1_500_000) : 0,
    folder,
    template,
    acknowledged: new Map(),
    environmentChangedAtMs: 0,
    posts: new Map(),
    signatures: new Set(),
    marked: new Map(),
    drawnAtMs: new Map(),
    needsTwo: new Set(),
    warned: new Set(),
    pricesRead: new WeakMap(),
    refused: new Set(),
    heard: new Map(),
    crashes: 0,
    isServiceClockSet: false,
    operator: 'operator',
    approvers: null,
    controls: null,
    stranger: '',
    hasMoods: false,
    movedTo: null,
    sentBeforeMoved: new Set(),
    keychain: { mark: null },
    copy: null,
    isSetBack: false,
    forgotten: new Set(),
    tampered: null,
    hasDiskFaults: false,
    hasSetClocks: false,
    startedAtMs: START_MS,
    trace,
    report: (violation, what) => {
      trace(`VIOLATION ${violation}: ${what}`);
      findings.push({ violation, what });
    },
  };
}

/** From a calm day to one on which most things fail. */
function drawRates(random: World['random']): Omit<World['rates'], 'repeat' | 'undo'> {
  return {
    network: random.pick([0, 0.2, 0.5, 0.8]),
    disk: random.pick([0, 0, 0.05, 0.2]),
    crash: random.pick([0, 0, 0, 0.02, 0.1]),
    slow: random.pick([0, 0, 0, 0, 0, 20]),
  };
}

/** The price moves, once or twice, by much or little. */
function changePrice({ random, time, service, trace }: World, busyMs: number): void {
  for (let go = random.between(1, 2); go > 0; go -= 1) {
    const times = random.pick([0.4, 0.97, 1.02, 2.5]);
    time.after(random.between(0, busyMs), () => {
      service.world.priceCents = Math.round(service.world.priceCents * times);
      trace(`a bitcoin costs ${service.world.priceCents} cents`);
    });
  }
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

/** How far a clock is set, forward or back. */
const jumpsMs = [-25, -10, -1, 1, 10, 20, 25].map((hours) => hours * 3_600_000);

/** Either clock is set some times, and mostly right again. */
function setClocks(world: World, busyMs: number): void {
  const { random, time, service, trace } = world;
  const rightMs = world.localOffsetMs;
  for (let go = random.between(1, 3); go > 0; go -= 1) {
    const isService = random.chance(0.5);
    const byMs = random.pick([0, ...jumpsMs]);
    time.after(random.between(0, busyMs), () => {
      trace(`the clock of the ${isService ? 'service' : 'machine'} is ${byMs / 3_600_000} h off`);
      world.hasSetClocks = true;
      world.isServiceClockSet ||= isService;
      if (isService) service.world.clockAheadMs = byMs;
      else world.localOffsetMs = rightMs + byMs;
    });
  }
}

const moods = [
  'empty',
  'old',
  'without the newest',
  'one page for all',
  'listed twice, otherwise',
  'honest',
] as const;

/** For a while, or until all has healed, the history is not told as it is. */
function changeMood(world: World, busyMs: number): void {
  const { random, time, service, trace } = world;
  world.hasMoods = true;
  for (let go = random.between(1, 3); go > 0; go -= 1) {
    const mood = random.pick(moods);
    time.after(random.between(0, busyMs), () => {
      trace(`the history is ${mood}`);
      Object.assign(service.world, { mood, moodAtMs: time.nowMs() });
    });
  }
}

/** For a while somebody on the way gives answers about one client to who asked for another. */
function mixUpClients({ random, time, service, trace }: World, busyMs: number): void {
  const mix = (mixesUpClients: boolean) => () => {
    trace(`answers about clients are ${mixesUpClients ? 'mixed up' : 'right'}`);
    Object.assign(service.world, { mixesUpClients });
  };
  time.after(random.between(0, busyMs / 2), mix(true));
  time.after(random.between(busyMs / 2, busyMs), mix(false));
}

function heal({ service }: World): void {
  service.world.clockAheadMs = 0;
  Object.assign(service.world, { mood: 'honest', mixesUpClients: false });
}

function clockOf(nowMs: number): string {
  return `${((nowMs - START_MS) / 1000).toFixed(3).padStart(9)}s`;
}
