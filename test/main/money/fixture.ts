import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { Intent } from '#shared/domain/intent.ts';
import type { Rate } from '#shared/domain/rate.ts';
import { AppError } from '#shared/errors.ts';
import { findMisfit } from '../../../src/main/audit/fits.ts';
import type { PostOutcome } from '../../../src/main/bitpro/client.ts';
import type { RemoteTrade, RemoteTransaction } from '../../../src/main/bitpro/wire.ts';
import type { MoneyDeps } from '../../../src/main/money/context.ts';
import { createServerClock, type ServerClock } from '../../../src/main/bitpro/clock.ts';
import type { ListedWithdrawal } from '../../../src/main/storage/cache/withdrawals-repo.ts';
import { loadClock, saveClock } from '../../../src/main/storage/records/clock-repo.ts';
import { createGuards } from '../../../src/main/money/guards.ts';
import { createMoney, type Money } from '../../../src/main/money/intents.ts';
import { setSettleDelay as writeSettleDelay } from '../../helpers/settle-delay.ts';
import { knownHistory } from '../../../src/main/money/known-history.ts';
import {
  openCache,
  openRecords,
  type CacheDb,
  type RecordsDb,
} from '../../../src/main/storage/open.ts';
import { registerClient } from '../../../src/main/storage/records/clients-repo.ts';
import { createSyncEngine } from '../../../src/main/sync/engine.ts';
import { scratchFolder } from '../../helpers/scratch-folder.ts';

export const CLIENT = 'BT-C798980';
export const DEPOSIT_ADDRESS = '2NCJCpBM7ET6oExzzKfWBnFPq8h2Ni2k7Hk';
export const DESTINATION = '2MzCEdXEzBaxCJQAq8igw4pUP1NSGAgzsUr';
export const NOW_MS = Date.UTC(2017, 3, 10, 8, 52, 8);

export const WITHDRAWAL = {
  kind: 'withdrawal',
  clientUid: CLIENT,
  address: DESTINATION,
  amountBtc: '0.12',
} as const;
export const BUY = { kind: 'buy', clientUid: CLIENT, amountUsd: '1500' } as const;

/** The reference's example: 1,500 USD at this price are 1.22438984 BTC. */
export const RATE: Rate = {
  asset: 'BTC',
  buyPriceCents: 122_510,
  timeExpiresMs: NOW_MS + 60_000,
  observedAtMs: NOW_MS - 1000,
  trigger: 'poll',
};

/** A scripted service: counts what it was asked, answers as the test says, and lists what it said it accepted. */
export type Service = MoneyDeps['client'] & { posts: string[] };

async function notThere(): Promise<never> {
  throw new AppError('not_found', 'Not found');
}

export function service(answers: Partial<MoneyDeps['client']> = {}): Service {
  const posts: string[] = [];
  const accepted = { createdAtMs: NOW_MS, tid: '39486536' };
  const histories = new Map<string, RemoteTransaction[]>();
  const nothing = { txId: null, address: null, state: null, confirmations: null };
  function listed<T extends RemoteTrade>(
    uid: string,
    type: 'buy' | 'withdrawal',
    outcome: PostOutcome<T>,
  ): PostOutcome<T> {
    const history = histories.get(uid) ?? [];
    histories.set(uid, history);
    const isNew =
      outcome.kind === 'accepted' && history.every(({ tid }) => tid !== outcome.value.tid);
    if (isNew) history.unshift({ ...nothing, ...outcome.value, type });
    return outcome;
  }
  return {
    posts,
    transactions:
      answers.transactions ??
      (async (uid, page) => [...(histories.get(uid) ?? [])].slice((page - 1) * 25, page * 25)),
    transaction: answers.transaction ?? notThere,
    getClient: answers.getClient ?? notThere,
    ping: answers.ping ?? (async () => ({ status: 'ok', environment: 'sandbox' })),
    buy: async (uid, usdCents, mayStart) => {
      posts.push(`buy ${uid} ${usdCents}`);
      return listed(
        uid,
        'buy',
        answers.buy
          ? await answers.buy(uid, usdCents, mayStart)
          : { kind: 'accepted', value: { ...accepted, amountSats: 122_779_733 } },
      );
    },
    withdraw: async (uid, payment, mayStart) => {
      posts.push(`withdraw ${uid} ${payment.amountSats} ${payment.address}`);
      return listed(
        uid,
        'withdrawal',
        answers.withdraw
          ? await answers.withdraw(uid, payment, mayStart)
          : { kind: 'accepted', value: { ...accepted, ...payment, txId: null, state: 'pending' } },
      );
    },
    createClient: async () => {
      posts.push('create');
      return answers.createClient
        ? answers.createClient()
        : {
            kind: 'accepted',
            value: {
              uid: 'BT-C111111',
              depositAddress: DEPOSIT_ADDRESS,
              balanceSats: 0,
              unconfirmedSats: 0,
            },
          };
    },
  };
}

export type Desk = {
  money: Money;
  client: Service;
  path: string;
  records: RecordsDb;
  cache: CacheDb;
  clock: ServerClock;
  /** Reads a client's balance and whole history into the cache, as the app does all the time. */
  read: (uid?: string) => Promise<void>;
  changes: Intent[];
  /** What is planned, soonest first; tests run it. */
  planned: () => { run: () => void; delayMs: number }[];
  /** What the desk knows of the world; tests move it. */
  world: {
    /** The time that really passes: the server has it, and the monotonic clock counts it. */
    nowMs: number;
    /** How far `nowMs` was set forward, rather than time having passed. */
    clockSetMs: number;
    /** How far the clock of this machine, and the server's, are set ahead of it. */
    wallAheadMs: number;
    serverAheadMs: number;
    /** What the history lists of all clients that no request explains. */
    listed: ListedWithdrawal[];
    rate: Rate | null;
    balanceSats: number | null;
    /** When it was read; without one right now. */
    balanceAsOfMs?: number;
    /** Answers carry no Date. */
    isTimeless?: boolean;
    profile: ReturnType<MoneyDeps['profile']>;
    /** What the keychain answers. */
    secretProblem: AppError | null;
    secretReady: () => Promise<AppError | null>;
    /** The keychain is told of what is sent. */
    onSeal: () => void;
    refreshes: string[];
    onRefresh: () => void;
    actor: string;
  };
  /** Closes the records as a crash would leave them and opens them again. */
  restart: () => Desk;
  /** A second window: the same file and service, a connection and a Money of its own. */
  twin: () => Desk;
};

const clean: (() => void)[] = [];

afterEach(() => {
  for (const step of clean.splice(0).reverse()) step();
});

export function temporaryFolder(): string {
  const { path, remove } = scratchFolder();
  clean.push(remove);
  return path;
}

export function setSettleDelay({ records, world }: Desk, minutes: number): void {
  writeSettleDelay(records, minutes, { atMs: world.nowMs, actor: world.actor });
}

/** The settings behind the guards, of the same records and operator. */
export function guardsOf({ records, world, clock }: Desk) {
  return createGuards({
    records,
    now: () => world.nowMs + world.wallAheadMs,
    clock,
    actor: () => world.actor,
    network: () => 'testnet',
    onChanged: () => {},
  });
}

export function openDesk(client: Service = service()): Desk {
  const desk = openAt(join(temporaryFolder(), 'records.db'), client);
  registerClient(desk.records, {
    uid: CLIENT,
    label: 'Alice',
    source: 'added',
    addedAtMs: 0,
    depositAddress: DEPOSIT_ADDRESS,
  });
  return desk;
}

function openAt(path: string, client: Service, before?: Desk['world']): Desk {
  const records = openRecords(path);
  clean.push(() => records.close());
  clean.push(() => mustFitItsLog(records));
  const cache = openCache(`${path}.cache`, path);
  clean.push(() => cache.close());
  const changes: Intent[] = [];
  const timers = new Set<{ run: () => void; delayMs: number }>();
  const world: Desk['world'] = {
    clockSetMs: 0,
    nowMs: before?.nowMs ?? NOW_MS,
    wallAheadMs: before?.wallAheadMs ?? 0,
    serverAheadMs: before?.serverAheadMs ?? 0,
    listed: before?.listed ?? [],
    rate: before ? before.rate : RATE,
    balanceSats: 100_000_000,
    profile: {
      id: 'sandbox',
      name: 'Sandbox',
      environment: 'sandbox',
      network: 'testnet',
      locked: false,
      secret: 'ready',
    },
    secretProblem: null,
    secretReady: async () => world.secretProblem,
    onSeal: () => {},
    refreshes: [],
    onRefresh: () => {},
    actor: 'alice',
  };
  const now = () => world.nowMs + world.wallAheadMs;
  const monotonicMs = () => world.nowMs - world.clockSetMs - NOW_MS + 1_000_000;
  const clock = createServerClock(
    { wallMs: now, monotonicMs },
    {
      kept: loadClock(records),
      keep: (kept) => saveClock(records, kept),
    },
  );
  /** An answer's Date, exact to the millisecond. */
  const tellTime = () => {
    const date = new Date(world.nowMs - world.clockSetMs + world.serverAheadMs);
    clock.dateMs();
    clock.observe(date.toISOString(), monotonicMs(), monotonicMs() + 1000);
  };
  if (!before?.isTimeless) tellTime();
  const money = createMoney({
    records,
    clock,
    known: knownHistory(cache),
    // Its own, as it is at the time: tests change what it answers.
    client: Object.assign(Object.create(client) as Service, {
      async ping(signal?: AbortSignal) {
        const answer = await client.ping(signal);
        if (!world.isTimeless) tellTime();
        return answer;
      },
    }),
    profile: () => world.profile,
    secretReady: () => world.secretReady(),
    standing: { admit: async () => {}, check: () => {}, seal: async () => world.onSeal() },
    rateStatus: () => ({ rate: world.rate, readAgoMs: 0, clockOffsetMs: 0, lastError: null }),
    refreshRate: async (trigger) => {
      world.refreshes.push(trigger);
      world.onRefresh();
    },
    balanceOf: () =>
      world.balanceSats === null
        ? null
        : {
            balanceSats: world.balanceSats,
            unconfirmedSats: 0,
            asOfMs: world.balanceAsOfMs ?? now() + 1,
          },
    unexplainedWithdrawals: (ranges) =>
      world.listed.filter(({ createdAtMs }) =>
        ranges.some(({ fromMs, toMs }) => createdAtMs >= fromMs && createdAtMs <= toMs),
      ),
    now,
    actor: () => world.actor,
    onChanged: (intent) => changes.push(intent),
    schedule: (run, delayMs) => {
      const timer = { run, delayMs };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
  });
  const planned = () => [...timers].toSorted((a, b) => a.delayMs - b.delayMs);
  const restart = () => {
    records.close();
    return openAt(path, client, world);
  };
  const twin = () => openAt(path, client, world);
  const read = async (uid = CLIENT): Promise<void> => {
    const sync = createSyncEngine({
      client: {
        ...client,
        historyPage: async (...page) =>
          (await client.transactions(...page)).map((row) => ({ row, problem: null })),
      },
      records,
      cache,
      now: () => world.nowMs,
      onProgress: () => {},
      onChanged: () => {},
      onDeposits: () => {},
      onRows: (...rows) => money.observeRows(...rows),
    });
    await sync.refreshClient(uid);
    await sync.close();
  };
  return {
    money,
    client,
    path,
    records,
    cache,
    clock,
    read,
    changes,
    planned,
    world,
    restart,
    twin,
  };
}

/** Whatever a test did by the app's own ways, its records fit their log. */
function mustFitItsLog(records: RecordsDb): void {
  const misfit = records.open ? findMisfit(records) : null;
  if (misfit !== null) throw new Error(misfit);
}

/** What the confirm call carries after the operator has read the review and typed what it asks for. */
export async function review(desk: Desk, draft: Parameters<Money['prepare']>[0] = WITHDRAWAL) {
  const { intent, reviewHash } = await desk.money.prepare(draft);
  return { id: intent.id, reviewHash, typed: intent.address?.slice(-6) ?? null };
}

/** Newest first. */
export function states({ money }: Desk): string[] {
  return money.list({ openOnly: false }).map(({ state }) => state);
}
