import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { Intent } from '#shared/domain/intent.ts';
import type { Rate } from '#shared/domain/rate.ts';
import { AppError } from '#shared/errors.ts';
import { scratchFolder } from '../../helpers/scratch-folder.ts';
import { findMisfit } from '../../../src/main/audit/fits.ts';
import type { MoneyDeps } from '../../../src/main/money/context.ts';
import { createGuards } from '../../../src/main/money/guards.ts';
import { createMoney, type Money } from '../../../src/main/money/intents.ts';
import { openRecords, type RecordsDb } from '../../../src/main/storage/open.ts';
import { registerClient } from '../../../src/main/storage/records/clients-repo.ts';

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

/** The baseline of a client without transactions. */
export const NO_HISTORY = { atMs: NOW_MS, floorMs: null, tids: new Set<string>() };

/** A scripted service: counts what it was asked, and answers as the test says. */
export type Service = MoneyDeps['client'] & { posts: string[] };

async function notThere(): Promise<never> {
  throw new AppError('not_found', 'Not found');
}

export function service(answers: Partial<MoneyDeps['client']> = {}): Service {
  const posts: string[] = [];
  const accepted = { createdAtMs: NOW_MS, tid: '39486536' };
  return {
    posts,
    transactions: answers.transactions ?? (async () => []),
    transaction: answers.transaction ?? notThere,
    getClient: answers.getClient ?? notThere,
    ping: answers.ping ?? (async () => ({ status: 'ok', environment: 'sandbox' })),
    buy: async (uid, usdCents) => {
      posts.push(`buy ${uid} ${usdCents}`);
      return answers.buy
        ? answers.buy(uid, usdCents)
        : { kind: 'accepted', value: { ...accepted, amountSats: 122_779_733 } };
    },
    withdraw: async (uid, payment) => {
      posts.push(`withdraw ${uid} ${payment.amountSats} ${payment.address}`);
      return answers.withdraw
        ? answers.withdraw(uid, payment)
        : { kind: 'accepted', value: { ...accepted, ...payment, txId: null, state: 'pending' } };
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
  changes: Intent[];
  /** What is planned, soonest first; tests run it. */
  planned: () => { run: () => void; delayMs: number }[];
  /** What the desk knows of the world; tests move it. */
  world: {
    nowMs: number;
    rate: Rate | null;
    balanceSats: number | null;
    profile: ReturnType<MoneyDeps['profile']>;
    /** What the keychain answers. */
    secretProblem: AppError | null;
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

/** The settings behind the guards, of the same records and operator. */
export function guardsOf({ records, world }: Desk) {
  return createGuards({
    records,
    now: () => world.nowMs,
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

function openAt(path: string, client: Service): Desk {
  const records = openRecords(path);
  clean.push(() => records.close());
  clean.push(() => mustFitItsLog(records));
  const changes: Intent[] = [];
  const timers = new Set<{ run: () => void; delayMs: number }>();
  const world: Desk['world'] = {
    nowMs: NOW_MS,
    rate: RATE,
    balanceSats: 100_000_000,
    profile: {
      id: 'sandbox',
      name: 'Sandbox',
      environment: 'sandbox',
      network: 'testnet',
      locked: false,
      secret: 'ready',
      settleDelayMinutes: null,
    },
    secretProblem: null,
    refreshes: [],
    onRefresh: () => {},
    actor: 'alice',
  };
  const money = createMoney({
    records,
    client,
    profile: () => world.profile,
    secretReady: async () => world.secretProblem,
    rateStatus: () => ({ rate: world.rate, clockOffsetMs: 0, lastError: null }),
    refreshRate: async (trigger) => {
      world.refreshes.push(trigger);
      world.onRefresh();
    },
    balanceOf: () =>
      world.balanceSats === null
        ? null
        : { balanceSats: world.balanceSats, unconfirmedSats: 0, asOfMs: 0 },
    now: () => world.nowMs,
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
    return openAt(path, client);
  };
  const twin = () => openAt(path, client);
  return { money, client, path, records, changes, planned, world, restart, twin };
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
