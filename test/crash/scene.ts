import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../scripts/paths.mjs';
import { profilePaths } from '../../src/main/profiles/profile-dir.ts';
import { startSandbox } from '../../src/sandbox/server.ts';
import { startFaultServer } from '../fault-server/fault-server.ts';
import type { Exit } from '../rig/main-process.ts';
import { startWindowless, type WindowlessApp } from '../rig/windowless.ts';
import type { Random } from '../simulation/random.ts';
import { readKilledFiles } from './killed-files.ts';
import {
  ask,
  connect,
  createClient,
  lookOnce,
  payWithoutRest,
  prepareWithdrawal,
  Refused,
} from './operator.ts';
import { createOracle } from './oracle.ts';
import type { Point } from './points.ts';

const merchant = { apiKey: 'M3175465', secret: 'crash+test/secret==' };
const CLIENTS = 8;
const FUNDS_SATS = 1_000_000_000_000;
const UNTIL_CONFIRMED_MS = 3_600_000;
const FIRST_AMOUNT_SATS = 5_000_000;
/** A process that lives that long never reached its point. */
const LIFE_LIMIT_MS = 20_000;
/** From one start to the next, on the clocks of machine and service. */
const BETWEEN_STARTS_MS = 180_000;
/** So that each start may count a reading of its own. */
const SETTLE_DELAY_MINUTES = 1;

export type Scene = Awaited<ReturnType<typeof openScene>>;

/** How a process ends: at a named point, some time after its start or its first answer, or as it should. */
export type Ending =
  | { kind: 'point'; point: Point }
  | { kind: 'random'; from: 'start' | 'first answer'; afterMs: number }
  | { kind: 'quit' };

/** One data folder of the app and one service, for one process after the other. Begin with `setUp`. */
export async function openScene(random: Random) {
  const userData = mkdtempSync(join(tmpdir(), 'crash-test-'));
  let aheadMs = 0;
  const sandbox = await startSandbox({ merchants: [merchant], now: () => Date.now() + aheadMs });
  const oracle = createOracle(sandbox.ledger);
  const server = await startFaultServer(sandbox, { onPost: oracle.onPost });
  let profileId = '';
  let undecided = '';
  const clients: string[] = [];
  let amountSats = FIRST_AMOUNT_SATS;
  const nextAmountSats = (): number => (amountSats += 1);

  function start(point = '') {
    aheadMs += BETWEEN_STARTS_MS;
    const printed: string[] = [];
    const app = startWindowless({
      entry: join(root, 'out/main/index.cjs'),
      args: [`--user-data-dir=${userData}`],
      env: { ...process.env, CRASH_POINT: point, CRASH_CLOCK_AHEAD_MS: String(aheadMs) },
      preloads: [join(import.meta.dirname, 'app-preload.ts')],
      onOutput: (text) => void printed.push(text),
    });
    const limit = setTimeout(() => app.kill('SIGTERM'), LIFE_LIMIT_MS);
    void app.exited.then(() => clearTimeout(limit));
    return { app, printed };
  }

  /** An account, clients with more than enough, and a first request, made in the app itself. */
  async function setUp(): Promise<void> {
    const { app } = start();
    profileId = await connect(app, {
      baseUrl: server.baseUrl,
      apiKey: merchant.apiKey,
      secretKey: merchant.secret,
      settleDelayMinutes: SETTLE_DELAY_MINUTES,
    });
    for (let client = 0; client < CLIENTS; client += 1) {
      const uid = await createClient(app, `Client ${client}`);
      sandbox.deposit(uid, FUNDS_SATS);
      clients.push(uid);
    }
    sandbox.advance(UNTIL_CONFIRMED_MS);
    for (const uid of clients) await ask(app, 'clients.refresh', { uid });
    const [first = ''] = clients;
    const { intent } = await prepareWithdrawal(app, first, FIRST_AMOUNT_SATS);
    undecided = intent.id;
    app.quit();
    await app.exited;
  }

  /** Starts the app, has it looked at and worked with, and lets it end. */
  async function live(ending: Ending): Promise<void> {
    const point = ending.kind === 'point' ? ending.point : undefined;
    oracle.started();
    const { app, printed } = start(point?.commit);
    const kill = (): void => app.kill('SIGKILL');
    const killAfter = (from: 'start' | 'first answer'): void => {
      if (ending.kind === 'random' && ending.from === from) setTimeout(kill, ending.afterMs);
    };
    const fault = point?.fault?.(kill);
    server.setFault(
      fault === undefined
        ? null
        : (...met) => {
            server.setReadFault(point?.readFault?.(kill) ?? null);
            return fault(...met);
          },
    );
    killAfter('start');
    const work = workWith(app, ending, () => killAfter('first answer')).catch((error: unknown) => {
      // Whoever waits for an answer when the process ends gets none, and that is no fault.
      if (!(error instanceof Refused)) return;
      printed.push(error.message);
      app.kill('SIGTERM');
    });
    const exit = await app.exited;
    await work;
    await server.idle();
    server.setFault(null);
    server.setReadFault(null);
    oracle.check(
      readKilledFiles(profilePaths(userData, profileId)),
      surprise(ending, exit, printed),
    );
  }

  async function workWith(app: WindowlessApp, ending: Ending, onAnswer: () => void) {
    const open = await ask(app, 'intents.list', { openOnly: true });
    onAnswer();
    oracle.shown(open);
    if (ending.kind === 'quit') {
      await lookOnce(app, open);
      app.quit();
    } else if (ending.kind === 'random' || ending.point.waits === undefined) {
      const work = { app, random, clients, undecided, nextAmountSats, ...oracle };
      await payWithoutRest(work, open);
    }
  }

  return {
    setUp,
    live,
    checkEnds: oracle.checkEnds,
    results: oracle.results,
    close: async () => {
      await server.close();
      await sandbox.close();
      rmSync(userData, { recursive: true, force: true });
    },
  };
}

/** Null when the process ended as meant; else how it did. */
function surprise(
  ending: Ending,
  { code, signal }: Exit,
  printed: readonly string[],
): string | null {
  const isAsMeant = ending.kind === 'quit' ? code === 0 : signal === 'SIGKILL';
  if (isAsMeant) return null;
  const meant = ending.kind === 'point' ? `killed ${ending.point.name}` : ending.kind;
  return `a process should have been ${meant}: ${signal ?? code} ${printed.join('').slice(0, 300)}`;
}
