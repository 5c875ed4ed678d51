import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultApiOptions, type ProfileView } from '#shared/domain/profile.ts';
import { AppError } from '#shared/errors.ts';
import { findMisfit } from '../../src/main/audit/fits.ts';
import { createBitproClient } from '../../src/main/bitpro/client.ts';
import { createServerClock } from '../../src/main/bitpro/clock.ts';
// The app loads it with the first address, which takes real time; here only the modelled one may pass.
import '../../src/main/money/addresses.ts';
import { createGuards, type Guards } from '../../src/main/money/guards.ts';
import { knownHistory } from '../../src/main/money/known-history.ts';
import { setSettleDelay } from '../helpers/settle-delay.ts';
import { createMoney, type Money } from '../../src/main/money/intents.ts';
import { findForeign } from '../../src/main/profiles/records-identity.ts';
import type { RecordsMark } from '../../src/main/profiles/records-mark.ts';
import type { Standing } from '../../src/main/profiles/records-standing.ts';
import { guardSending } from '../../src/main/sending-guard.ts';
import { createSigner } from '../../src/main/secrets/signer.ts';
import { createRatePoller } from '../../src/main/rates/poller.ts';
import { getBalance } from '../../src/main/storage/cache/balances-repo.ts';
import { loadClock, saveClock } from '../../src/main/storage/records/clock-repo.ts';
import { unexplainedWithdrawals } from '../../src/main/storage/cache/withdrawals-repo.ts';
import { CacheDb, openCache, openRecords, RecordsDb } from '../../src/main/storage/open.ts';
import { openRecordsOrSalvage } from '../../src/main/storage/salvage.ts';
import { sealChanges } from '../../src/main/storage/records/seals.ts';
import { createSyncEngine } from '../../src/main/sync/engine.ts';
import { compileLazily, copyAsKilled, Crashed, failingDisk } from './disk.ts';
import { createNetwork } from './network.ts';
import { checkAcknowledged, checkRejected, observePost } from './oracle.ts';
import { API_KEY, SECRET, type LedgerEntry } from './service.ts';
import { numberOf, type World } from './world.ts';

const BASE_URL = 'https://service/api/v1';

export type Files = { records: string; cache: string };

type Window = Pick<
  Desk,
  | 'money'
  | 'guards'
  | 'standing'
  | 'records'
  | 'isKept'
  | 'isRemoved'
  | 'balanceOf'
  | 'readAll'
  | 'readRate'
>;

/** One process of the app: it dies whole, and only its files stay. */
export type Desk = {
  money: Money;
  guards: Guards;
  standing: Standing;
  /** The records are not as they were written: they are only read, and nothing is sent. */
  isDamaged: boolean;
  /** Reads all clients now, as the app does each minute. */
  readAll: () => void;
  readRate: () => void;
  /** A second window's: the same files and client, a connection of its own. */
  twin: () => Money;
  records: RecordsDb;
  /** Has a reading of this transaction been kept? */
  isKept: (entry: LedgerEntry) => boolean;
  /** Kept, and told as no longer listed. */
  isRemoved: (entry: LedgerEntry) => boolean;
  /** As it was kept last; null when it never was read. */
  balanceOf: (uid: string) => number | null;
  isAlive: () => boolean;
  kill: (point: string) => void;
  close: () => void;
  /** Those of this process. */
  currentFiles: () => Files;
  /** Where the next process finds the files. */
  nextFiles: () => Files;
};

/**
 * Starts the app's real money, storage and client code over what the last process left.
 * A process that dies while starting is returned dead.
 */
export function startDesk(world: World, paths: Files): Desk {
  const { random, time, rates } = world;
  let alive = true;
  let files = paths;
  // What the last process signed this one cannot know. Here it starts at once; in truth that takes longer than the
  // second in which an equal request would carry the same signature.
  world.signatures.clear();
  world.service.shownNow.clear();
  world.service.shownFirst.clear();
  const localNow = () => time.nowMs() + world.localOffsetMs;
  const connections: { close: () => void }[] = [];

  function kill(point: string): void {
    if (!alive) return;
    alive = false;
    world.crashes += 1;
    world.trace(`  kill -9: ${point}`);
    files = filesIn(world.folder, world.crashes);
    copyAsKilled(world.movedTo ?? paths.records, files.records);
    world.movedTo = null;
    copyAsKilled(paths.cache, files.cache);
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

  const salvaged = world.tampered && openChecked(paths);
  if (salvaged) connections.push(salvaged);
  const isDamaged = salvaged !== null;
  const first = salvaged ?? openFile(world.crashes === 0 ? connect : openRecords);
  const clock = createServerClock(
    { wallMs: localNow, monotonicMs: time.nowMs },
    {
      kept: loadClock(first),
      keep: (moment) => {
        if (!alive || !first.isWritable) return;
        try {
          saveClock(first, moment);
        } catch (error) {
          if (error instanceof Crashed) throw error;
          world.trace('  the clock could not be kept');
        }
      },
    },
  );
  const network = createNetwork({
    ...world,
    faultRate: () => rates.network,
    slowness: () => rates.slow,
    repeatRate: () => rates.repeat,
    undoRate: () => rates.undo,
    onHeard: (entry) => {
      if (entry.intentId !== null) world.heard.set(entry.intentId, entry);
    },
    onRefused: (intentId) => {
      if (intentId !== null) world.refused.add(intentId);
    },
    isAcknowledged: ({ tid, clientUid }) =>
      [...world.acknowledged.values()].some(
        (known) => known.serverTid === tid && known.clientUid === clientUid,
      ),
  });
  const client = createBitproClient({
    baseUrl: BASE_URL,
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
  const schedule = (run: () => void, delayMs: number) => {
    let isDue = true;
    time.after(delayMs, () => {
      if (isDue && alive) run();
    });
    return () => (isDue = false);
  };
  const ignore = () => {};
  const keychain = {
    read: () => ask('the keychain is asked', () => world.keychain.mark),
    write: (mark: RecordsMark) =>
      ask('the keychain is told', () => void (world.keychain.mark = mark)),
  };
  async function ask<T>(what: string, run: () => T): Promise<T> {
    // A keychain that asks somebody takes its time.
    if (rates.slow > 0) await time.sleep(random.pick([0, 0, 5000, 40_000]));
    gate(`before ${what}`);
    if (random.chance(rates.disk)) throw new AppError('keychain_locked', 'It is locked.');
    const value = run();
    gate(`after ${what}`);
    return value;
  }
  function openFile(open: typeof connect): RecordsDb {
    const records = open(paths.records);
    connections.push(records);
    compileLazily(records);
    failingDisk(records, { random, faultRate: () => rates.disk, gate });
    return records;
  }

  /** One for the process: two that bind new records at once would each take the other for another life of them. */
  let sending: ReturnType<typeof guardSending> | null = null;

  function openWindow(records: RecordsDb): Window {
    const cache = connectCache(paths);
    connections.push(cache);
    const sync = createSyncEngine({
      client,
      records,
      cache,
      now: localNow,
      monotonicMs: time.nowMs,
      schedule,
      onProgress: ignore,
      onChanged: ignore,
      onDeposits: ignore,
      onRows: (uid, rows) => money.observeRows(uid, rows),
    });
    const quotes = createRatePoller({
      client,
      records,
      clock,
      now: localNow,
      schedule,
      onRate: () => notePrice(),
    });
    sending ??= guardSending({
      records,
      cache,
      clock,
      profile: () => profile,
      keychain: () => keychain,
      secretReady: () => Promise.resolve(null),
      now: localNow,
      actor: () => world.operator,
      refreshClient: (uid) => sync.refreshClient(uid),
      discardWaiting: (reason, ids) => money.discardWaiting(reason, ids),
      onChanged: ignore,
    });
    const { standing, guard } = sending;
    const guards = createGuards({
      records,
      now: localNow,
      clock,
      actor: () => world.operator,
      network: () => profile.network,
      onChanged: ignore,
    });
    const money: Money = createMoney({
      records,
      client,
      clock,
      known: knownHistory(cache),
      profile: () => profile,
      secretReady: () => Promise.resolve(null),
      standing: guard,
      rateStatus: () => quotes.status(),
      refreshRate: (trigger, intentId) => quotes.refresh(trigger, intentId),
      balanceOf: (uid) => getBalance(cache, uid),
      unexplainedWithdrawals: (ranges) => unexplainedWithdrawals(cache, ranges),
      now: localNow,
      actor: () => world.operator,
      schedule,
      onChanged: ({ id, state, serverTid, clientUid }) => {
        if (!alive) return;
        world.trace(`  #${numberOf(world, id)} is ${state}`);
        checkRejected(world, id, state);
        if (state === 'sent') {
          const priceCents = world.pricesRead.get(money) ?? null;
          world.marked.set(id, { atMs: time.nowMs(), priceCents });
        }
        const before = world.acknowledged.get(id);
        const atMs = before?.state === state ? before.atMs : time.nowMs();
        world.acknowledged.set(id, { state, serverTid, clientUid, atMs });
        if (state === 'confirmed' && clientUid !== null) {
          sync.refreshClient(clientUid).catch(ignore);
        }
      },
    });
    const notePrice = () =>
      void world.pricesRead.set(money, quotes.status().rate?.buyPriceCents ?? null);
    notePrice();
    const readAll = (): void => {
      if (alive && !isDamaged) void sync.runNow();
    };
    const readRate = (): void => {
      if (alive && !isDamaged) quotes.refresh('poll').catch(ignore);
    };
    const kept = cache.prepare<[string, string], number>(
      `SELECT 1 FROM main.transactions JOIN main.clients ON clients.id = client_id
       WHERE tid = ? AND uid = ?`,
    );
    const isKept: Desk['isKept'] = ({ tid, clientUid }) => kept.get(tid, clientUid) !== undefined;
    const gone = cache.prepare<[string, string], number>(
      `SELECT 1 FROM main.removed JOIN main.transactions t ON t.id = transaction_id
       JOIN main.clients c ON c.id = t.client_id
       WHERE removed_at_ms IS NOT NULL AND tid = ? AND uid = ?`,
    );
    const isRemoved: Desk['isKept'] = ({ tid, clientUid }) =>
      gone.get(tid, clientUid) !== undefined;
    const balanceOf = (uid: string) => getBalance(cache, uid)?.balanceSats ?? null;
    const open = { records, money, guards, standing };
    return { ...open, isKept, isRemoved, balanceOf, readAll, readRate };
  }

  let twin: Money | null = null;
  const desk: Desk = {
    ...openWindow(first),
    // The app opens no profile without holding its rows against their seals; `connect` does not.
    twin: () =>
      world.tampered || world.movedTo ? desk.money : (twin ??= openWindow(openFile(connect)).money),
    isAlive: () => alive,
    kill,
    close,
    isDamaged,
    currentFiles: () => paths,
    nextFiles: () => files,
  };
  if (isDamaged) return desk;
  checkAcknowledged(world, desk);
  try {
    desk.money.recover();
    void desk.money.startSettling();
    desk.standing.settle().catch(ignore);
    desk.readAll();
  } catch (error) {
    kill(`starting failed: ${String(error)}`);
  }
  return desk;
}

/** As the app opens a profile; null when it finds nothing wrong. */
function openChecked({ records: recordsPath, cache: cachePath }: Files): RecordsDb | null {
  const isForeign = (db: RecordsDb) => findForeign(db, profile);
  const paths = { recordsPath, cachePath };
  const opened = openRecordsOrSalvage(paths, { findMisfit, findForeign: isForeign });
  if (opened.damage !== null) return opened.records;
  opened.records.close();
  return null;
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

/** As `openCache` opens what it has checked before. */
function connectCache({ records, cache: path }: Files): CacheDb {
  const cache = new CacheDb(path);
  cache.pragma('journal_mode = WAL');
  cache.pragma('synchronous = OFF');
  cache.pragma('foreign_keys = ON');
  cache.prepare('ATTACH ? AS records').run(records);
  compileLazily(cache);
  return cache;
}

export const profile: ProfileView = {
  id: 'sandbox',
  name: 'Sandbox',
  environment: 'sandbox',
  baseUrl: BASE_URL,
  apiKey: API_KEY,
  builtIn: false,
  enrolled: true,
  locked: false,
  explorerUrl: '',
  options: defaultApiOptions,
  active: true,
  network: 'testnet',
  secret: 'ready',
};

/** Longer than the latest execution of a request. */
const SETTLE_DELAY_MINUTES = 5;

/** Migrated, empty databases to start each schedule from. */
export function makeTemplate(folder: string): Files {
  const files = { records: join(folder, 'template.db'), cache: join(folder, 'template-cache.db') };
  const records = openRecords(files.records);
  setSettleDelay(records, SETTLE_DELAY_MINUTES, { atMs: 0, actor: 'operator' });
  records.close();
  openCache(files.cache, files.records, { now: () => 0 }).close();
  return files;
}

export function freshFiles(template: Files, folder: string): Files {
  const files = filesIn(folder, 0);
  copyFileSync(template.records, files.records);
  copyFileSync(template.cache, files.cache);
  return files;
}

function filesIn(folder: string, life: number): Files {
  return {
    records: join(folder, `records-${life}.db`),
    cache: join(folder, `cache-${life}.db`),
  };
}
