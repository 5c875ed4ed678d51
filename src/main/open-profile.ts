import type { ProfileView } from '#shared/domain/profile.ts';
import type { ReportProgress } from '#shared/domain/report.ts';
import { AppError } from '#shared/errors.ts';
import { createBitproClient } from './bitpro/client.ts';
import { createServerClock } from './bitpro/clock.ts';
import { createConnectionMonitor } from './bitpro/connection.ts';
import { createRegistry } from './clients/registry.ts';
import type { Emit } from './ipc/emit.ts';
import type { OpenProfile } from './ipc/handlers.ts';
import { createGuards } from './money/guards.ts';
import { createMoney } from './money/intents.ts';
import type { ProfilePaths } from './profiles/profile-dir.ts';
import { createRatePoller } from './rates/poller.ts';
import { createReports } from './reports/jobs.ts';
import type { DeferredSigner } from './secrets/deferred-signer.ts';
import { getBalance } from './storage/cache/balances-repo.ts';
import { createQueries } from './storage/cache/queries.ts';
import { startUpkeep, type Upkeep } from './storage/cache/upkeep.ts';
import { openCache, type CacheDb } from './storage/open.ts';
import { startRecordsCheck } from './storage/records/records-check.ts';
import { openRecordsOrSalvage, type OpenedRecords } from './storage/salvage.ts';
import type { DepositEvent } from './sync/deposit-events.ts';
import { createSyncEngine } from './sync/engine.ts';

type OpenOptions = {
  paths: ProfilePaths;
  baseUrl: string;
  /** The profile as it is now: it may be locked or configured while it is open. */
  profile: () => ProfileView;
  signer: Pick<DeferredSigner, 'sign' | 'ready'>;
  appVersion: string;
  now: () => number;
  actor: () => string;
  emit: Emit;
  onDeposits: (events: readonly DepositEvent[]) => void;
  onFailure: (event: string, error: AppError) => void;
  /** Damage was met before: the databases are checked to the last page before anything is read. */
  thorough?: boolean;
};

export type RunningProfile = OpenProfile & {
  /** Begins to poll and to sync, once `ready`; before that everything can be read already. */
  start: () => void;
  /** Lets what is being sent end, stops the rest and closes the databases. */
  close: () => Promise<void>;
};

type Databases = OpenedRecords & { cache: CacheDb };

/** Everything that belongs to one profile, wired together; profiles share nothing. */
export function openProfile(options: OpenOptions): RunningProfile {
  const { paths, now, thorough = false } = options;
  const opened = openRecordsOrSalvage(paths, { now, thorough });
  const cache = openCache(paths.cachePath, opened.records.name, { now, thorough });
  try {
    return wire(options, { ...opened, cache });
  } catch (error) {
    // Damage that wiring met is looked into on a connection of its own.
    cache.close();
    opened.records.close();
    throw error;
  }
}

function wire(options: OpenOptions, { records, damage, cache }: Databases): RunningProfile {
  const { paths, baseUrl, profile, signer, appVersion, now, actor, emit } = options;
  const { id, name, environment, apiKey, options: apiOptions } = profile();
  const databases = { cachePath: paths.cachePath, recordsPath: records.name };
  const queries = createQueries(cache, databases);
  let upkeep: Upkeep | null = null;
  const clock = createServerClock(now);
  let wasOffline = false;
  const connection = createConnectionMonitor({
    clock,
    now,
    onChange: (status) => {
      emit('connection.changed', status);
      if (wasOffline && status.state === 'online') void money.lookAtAll();
      wasOffline = status.state === 'offline';
    },
  });
  const client = createBitproClient({
    baseUrl,
    apiKey,
    signer,
    clock,
    options: apiOptions,
    onConnection: (event) => connection.observe(event),
  });
  const sync = createSyncEngine({
    client,
    records,
    cache,
    now,
    onProgress: (progress) => emit('sync.progress', progress),
    onChanged: (changed) => {
      if (changed.clients) emit('clients.changed', null);
      if (changed.transactions) emit('transactions.changed', null);
    },
    onDeposits: options.onDeposits,
    onFailure: (error) => options.onFailure('sync', error),
  });
  const rates = createRatePoller({
    client,
    records,
    clock,
    now,
    onRate: (status) => emit('rate.changed', status),
    onFailure: (error) => options.onFailure('rates', error),
  });
  const refresh = (uid: string): void => {
    sync.refreshClient(uid).catch((error: AppError) => options.onFailure('refresh', error));
  };
  const money = createMoney({
    records,
    client,
    now,
    actor,
    profile,
    secretReady: () => signer.ready,
    rateStatus: () => rates.status(),
    refreshRate: (trigger, intentId) => rates.refresh(trigger, intentId),
    balanceOf: (uid) => getBalance(cache, uid),
    onSettling: () => emit('intents.changed', null),
    onChanged: ({ clientUid, state }) => {
      emit('intents.changed', null);
      emit('clients.changed', null);
      if (state === 'confirmed' && clientUid !== null) refresh(clientUid);
    },
  });
  if (records.isWritable) recover();
  /** On a full disk what was being sent stays `sent`, which shows as not known and blocks an equal one as well. */
  function recover(): void {
    try {
      money.recover();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      options.onFailure('recover', error);
    }
  }
  const guards = createGuards({
    records,
    now,
    actor,
    network: () => profile().network,
    onChanged: () => emit('guards.changed', null),
  });
  const clients = createRegistry({
    records,
    cache,
    client,
    now,
    actor,
    onChanged: () => emit('clients.changed', null),
  });
  const reports = createReports({
    ...databases,
    profile: { id, name, environment },
    appVersion,
    now,
    onProgress: (progress: ReportProgress) => emit('report.progress', progress),
  });
  const check = damage === null && !records.isWritable ? startRecordsCheck(records) : null;
  const ready = Promise.resolve(check?.verdict.then(admit));
  ready.catch((error: AppError) => options.onFailure('records', error));
  /** From here on the records may be written: they are whole. */
  function admit(): void {
    if (!records.open) throw new AppError('cancelled', 'The profile was closed.');
    records.release();
    recover();
  }
  return {
    profile,
    damage,
    ready,
    records,
    cache,
    queries,
    clients,
    money,
    guards,
    sync,
    rates,
    reports,
    connection,
    start() {
      const onFailure = (error: AppError) => options.onFailure('cache', error);
      upkeep = startUpkeep(cache, { cachePath: paths.cachePath, onFailure });
      rates.start();
      sync.start();
      if (damage === null) void money.startSettling();
    },
    async close() {
      await Promise.all([money.idle(), reports.close(), sync.close(), rates.close()]);
      await Promise.all([queries.close(), upkeep?.close()]);
      cache.close();
      records.close();
      await check?.ended;
    },
  };
}
