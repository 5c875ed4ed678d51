import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultApiOptions } from '#shared/domain/profile.ts';
import { toDecimal } from '#shared/money.ts';
import type { LedgerEntry } from '../../src/sandbox/controls.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/server.ts';
import { clientFor } from '../helpers/service-client.ts';
import { createRandom, type Random } from '../simulation/random.ts';
import { logBytes, startApp, type SoakedApp } from './app.ts';
import type { Soaked } from './goals.ts';
import { startLine, type Line } from './line.ts';
import type { Sample } from './samples.ts';

const merchant = { apiKey: 'soaked-merchant', secret: 'soak+test/secret==' };
/** On testnet, and no client of the service. */
const PAYEE = 'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn';
const CLIENTS = 24;
const FUNDS_SATS = 1_000_000_000;
const UNTIL_CONFIRMED_MS = 3_600_000;
const HOUR_MS = 3_600_000;

/** From the beginning of one cut to that of the next. */
const CUT_EVERY_MS = 20_000;
/** The app is left to itself for so long before a person would press something. */
const PATIENCE_MS = 10_000;
/** In the end all must be explained by itself within that. */
const ENDING_MS = 120_000;
/** What is opened and loaded once does not count. */
const WARM_UP_SHARE = 0.25;
const SAMPLES = 24;

/** Cuts between two of each kind. */
const RESTART_EVERY = 4;
const SLEEP_EVERY = 5;
const JUMP_EVERY = 3;
/** How far the machine's clock may jump. */
const jumpsMs = [-25, -10, -1, 1, 10, 20, 25].map((hours) => hours * HOUR_MS);

export type SoakOptions = { minutes: number; seed: number; tell?: (line: string) => void };

export type SoakResult = Soaked & {
  seconds: number;
  requests: number;
  cuts: number;
  restarts: number;
  sleeps: number;
  jumps: number;
  deposits: number;
  payments: number;
  lostAnswers: number;
};

type Running = {
  app: SoakedApp;
  line: Line;
  server: Server;
  random: Random;
  uids: readonly string[];
  result: SoakResult;
  tell: (line: string) => void;
};

/** Drives the built app against a service, a line and a clock that all misbehave, and ends in order. */
export async function soak({ minutes, seed, tell = () => {} }: SoakOptions): Promise<SoakResult> {
  const folder = mkdtempSync(join(tmpdir(), 'soak-'));
  const userData = join(folder, 'data');
  const server = await startServer(join(folder, 'service.json'), seed);
  const line = await startLine(server.url());
  const app = await startApp(userData);
  const result = emptyResult();
  const running = { app, line, server, random: createRandom(seed), uids: [], result, tell };
  try {
    const uids = await setUp(running, line.url);
    await runFor({ ...running, uids }, minutes * 60_000);
    await end({ ...running, uids });
    result.requests = line.requests();
    result.logBytes = logBytes(userData);
    result.pageErrors = app.pageErrors;
    await app.quit();
    return result;
  } catch (error) {
    app.kill();
    throw new Error(`The soak broke off. The app printed:\n${app.printed()}`, { cause: error });
  } finally {
    await line.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function emptyResult(): SoakResult {
  const counts = { seconds: 0, requests: 0, cuts: 0, restarts: 0, sleeps: 0, jumps: 0 };
  const done = { deposits: 0, payments: 0, lostAnswers: 0, recoveriesByHand: 0 };
  const seen = { unhandledRejections: 0, logBytes: 0, pageErrors: [], differences: [] };
  return { samples: [], backSeconds: [], ...counts, ...done, ...seen };
}

type Server = Awaited<ReturnType<typeof startServer>>;

/** The service on one port; a restart finds its state. Its price changes every few seconds. */
async function startServer(stateFile: string, seed: number) {
  const options = { merchants: [merchant], stateFile, seed, quoteMs: 5000 };
  let sandbox: Sandbox = await startSandbox(options);
  const { port, url } = sandbox;
  return {
    url: () => url,
    now: () => sandbox,
    stop: () => sandbox.close(),
    start: async () => void (sandbox = await startSandbox({ ...options, port })),
  };
}

/** An account with clients that own enough, known to the app and read once. */
async function setUp({ app, server, tell }: Running, baseUrl: string): Promise<string[]> {
  let atMs = Date.now();
  // A second apart, for equal requests of one second are one to the service.
  const service = clientFor(server.url(), merchant, () => (atMs += 1000));
  const uids: string[] = [];
  while (uids.length < CLIENTS && atMs < Date.now() + 600_000) {
    const created = await service.createClient();
    if (created.kind !== 'accepted') throw new Error('The service made no client');
    server.now().deposit(created.value.uid, FUNDS_SATS);
    uids.push(created.value.uid);
  }
  server.now().advance(UNTIL_CONFIRMED_MS);
  const connection = { baseUrl, apiKey: merchant.apiKey, secretKey: merchant.secret };
  const form = { ...connection, name: 'Soak', environment: 'sandbox', keepIn: 'keychain' } as const;
  const { id } = await app.ask('profiles.testAndSave', form);
  await app.ask('profiles.switch', { id });
  const settings = { id, explorerUrl: '', options: defaultApiOptions, settleDelayMinutes: null };
  await app.ask('profiles.configure', settings);
  await app.ask('clients.import', { lines: uids.map((uid) => ({ uid, label: `Soaked ${uid}` })) });
  tell(`${uids.length} clients are known`);
  return uids;
}

/** One round a cut: first the app works, then something goes wrong, then it must come back by itself. */
async function runFor(running: Running, durationMs: number): Promise<void> {
  const { app, line, result, tell } = running;
  const startedMs = performance.now();
  const elapsedMs = () => performance.now() - startedMs;
  const warmMs = durationMs * WARM_UP_SHARE;
  const sampleEveryMs = Math.max(5000, (durationMs - warmMs) / SAMPLES);
  const samples: Sample[] = [];
  result.samples = samples;
  let sampledAtMs = -Infinity;
  while (elapsedMs() < durationMs) {
    const roundEndMs = elapsedMs() + CUT_EVERY_MS;
    await goWrong(running);
    while (elapsedMs() < roundEndMs) {
      await work(running);
      if (elapsedMs() < warmMs || elapsedMs() - sampledAtMs < sampleEveryMs) continue;
      sampledAtMs = elapsedMs();
      const sample = await app.sample(line.requests());
      samples.push(sample);
      tell(`${Math.round(elapsedMs() / 1000)} s: ${describe(sample)}`);
    }
  }
  result.seconds = Math.round(elapsedMs() / 1000);
}

function describe({ heapBytes, requests, threads, openFiles }: Sample): string {
  const heap = (heapBytes / 1024 / 1024).toFixed(2);
  return `${requests} requests, ${heap} MiB, ${threads ?? '?'} threads, ${openFiles ?? '?'} files`;
}

/** The line is cut, and sometimes more than the line; then measures how long the app needs to come back. */
async function goWrong(running: Running): Promise<void> {
  const { app, line, server, random, result, tell } = running;
  const { cuts } = result;
  const isNth = (every: number) => cuts % every === every - 1;
  result.cuts += 1;
  line.cut();
  if (isNth(RESTART_EVERY)) {
    result.restarts += 1;
    await server.stop();
  }
  if (isNth(JUMP_EVERY)) {
    result.jumps += 1;
    const jumpMs = random.pick(jumpsMs);
    tell(`the clock jumps by ${jumpMs / HOUR_MS} h`);
    await app.setClock(jumpMs);
  }
  const downMs = random.between(1000, 5000);
  if (isNth(SLEEP_EVERY)) {
    result.sleeps += 1;
    await app.sleep(() => sleep(downMs));
  } else await sleep(downMs);
  if (isNth(RESTART_EVERY)) await server.start();
  if (isNth(JUMP_EVERY) && random.chance(0.5)) await app.setClock(0);
  await comesBack(running);
}

async function comesBack({ app, line, result, tell }: Running): Promise<void> {
  const back = line.nextPage();
  line.mend();
  const tooLong = new AbortController();
  const patience = sleep(PATIENCE_MS, null, { signal: tooLong.signal }).catch(() => null);
  const backMs = await Promise.race([back, patience]);
  tooLong.abort();
  const seconds = (backMs ?? PATIENCE_MS) / 1000;
  result.backSeconds = [...result.backSeconds, seconds];
  tell(`the first page came ${seconds.toFixed(2)} s after the line was back`);
  if (backMs !== null) return;
  result.recoveriesByHand += 1;
  await app.ask('sync.start', {});
  await back;
}

/** A second of what an operator and the world do while the line is up. */
async function work(running: Running): Promise<void> {
  const { app, server, random, uids, result } = running;
  if (random.chance(0.5)) {
    server.now().deposit(random.pick(uids), random.between(10_000, 5_000_000));
    result.deposits += 1;
  }
  await app.ask('sync.start', {});
  await app.ask('rates.refresh', {});
  if (random.chance(0.1)) await pay(running);
  await sleep(random.between(300, 1000));
}

/** A payment whose amount occurs once. Of some the answer gets lost, and the history must tell. */
async function pay({ app, line, random, uids, result, tell }: Running): Promise<void> {
  const clientUid = random.pick(uids);
  const open = await app.ask('intents.list', { openOnly: true });
  if (open.some((intent) => intent.clientUid === clientUid)) return;
  const amountBtc = toDecimal(5_000_000 + result.payments, 8);
  const draft = { kind: 'withdrawal', clientUid, address: PAYEE, amountBtc } as const;
  const { intent, reviewHash } = await app.ask('intents.prepare', draft);
  result.payments += 1;
  if (random.chance(0.3)) {
    line.loseNextAnswer();
    result.lostAnswers += 1;
  }
  const confirmation = { id: intent.id, reviewHash, typed: PAYEE.slice(-6) };
  const { state } = await app.ask('intents.confirm', confirmation);
  tell(`payment ${result.payments} of ${amountBtc} BTC is ${state}`);
}

/** All is well again: what is left must be explained without anybody's help. */
async function end(running: Running): Promise<void> {
  const { app, line, server, result } = running;
  await app.setClock(0);
  if (!line.isUp()) line.mend();
  server.now().advance(UNTIL_CONFIRMED_MS);
  const startedMs = performance.now();
  do {
    await app.ask('sync.start', {});
    await sleep(1000);
    result.differences = await differences(running);
  } while (result.differences.length > 0 && performance.now() - startedMs < ENDING_MS);
  const { unhandledRejections } = await app.sample(line.requests());
  result.unhandledRejections = unhandledRejections;
}

/** The app's figures against the service's ledger. */
async function differences({ app, server, uids, result }: Running): Promise<string[]> {
  const ledger = server.now().ledger();
  const found: string[] = [];
  const expectEqual = (what: string, told: unknown, isSo: unknown) => {
    if (told !== isSo)
      found.push(`${what}: the app says ${String(told)}, the ledger ${String(isSo)}`);
  };
  const { total } = await app.ask('overview.get', { verdict: null, limit: 1 });
  const { count } = await app.ask('history.summary', { filter: {} });
  const open = await app.ask('intents.list', { openOnly: true });
  const payments = await app.ask('intents.list', { openOnly: false });
  const balance = sum(ledger, 'bitcoin_deposit') - sum(ledger, 'bitcoin_withdrawal');
  expectEqual('clients that tie out', total.tiesOut, uids.length);
  expectEqual('computed', total.computedSats, balance);
  expectEqual('reported', total.reportedSats, balance);
  expectEqual('rows', count, ledger.length);
  expectEqual('open requests', open.length, 0);
  expectEqual('payments', payments.length, result.payments);
  const confirmed = payments.filter(({ state }) => state === 'confirmed').length;
  const paid = ledger.filter(({ type }) => type === 'bitcoin_withdrawal').length;
  expectEqual('confirmed payments', confirmed, paid);
  return found;
}

function sum(ledger: readonly LedgerEntry[], type: LedgerEntry['type']): number {
  return ledger
    .filter((entry) => entry.type === type)
    .reduce((total, { amountSats }) => total + Math.abs(amountSats), 0);
}
