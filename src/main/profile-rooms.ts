import type { ReportProgress } from '#shared/domain/report.ts';
import { AppError } from '#shared/errors.ts';
import { createBitproClient } from './bitpro/client.ts';
import { createServerClock, machineClocks } from './bitpro/clock.ts';
import { createConnectionMonitor } from './bitpro/connection.ts';
import { annotateTransaction, readTransaction } from './clients/annotate.ts';
import { createDepositAddresses } from './clients/deposit-addresses.ts';
import { createRegistry } from './clients/registry.ts';
import type { Rooms } from './ipc/handlers.ts';
import { createGuards } from './money/guards.ts';
import { createMoney } from './money/intents.ts';
import { knownHistory } from './money/known-history.ts';
import type { OpenOptions } from './open-profile.ts';
import { identityOf } from './profiles/records-identity.ts';
import type { Standing } from './profiles/records-standing.ts';
import { guardSending } from './sending-guard.ts';
import { createRatePoller } from './rates/poller.ts';
import { rateSeries } from './rates/series.ts';
import { createReports } from './reports/jobs.ts';
import { getBalance } from './storage/cache/balances-repo.ts';
import { startUpkeep, type Upkeep } from './storage/cache/upkeep.ts';
import { unexplainedWithdrawals } from './storage/cache/withdrawals-repo.ts';
import type { CacheDb } from './storage/open.ts';
import { listTags } from './storage/records/annotations-repo.ts';
import { loadClock, saveClock } from './storage/records/clock-repo.ts';
import { startRecordsCheck, type RecordsCheck } from './audit/records-check.ts';
import type { OpenedRecords } from './storage/salvage.ts';
import { storageError } from './storage/storage-error.ts';
import { createSyncEngine } from './sync/engine.ts';
import { createLineWatch } from './sync/line-watch.ts';

const DAY_MS = 24 * 3_600_000;

export type Databases = OpenedRecords & { cache: CacheDb };

export type RunningRooms = Rooms & {
  standing: Standing;
  /** Begins to poll and to sync, once the records may be written. */
  start: () => void;
  /** Lets what is being sent end and stops the rest. */
  stop: () => Promise<void>;
  /** Resolves when nothing holds the databases any more, once they were closed here. */
  ended: () => Promise<void>;
};

/** What sends, polls, syncs and reports for one profile, wired together over its open databases. */
export function wireRooms(
  options: OpenOptions,
  { records, damage, cache }: Databases,
): RunningRooms {
  const { paths, baseUrl, profile, signer, appVersion, now, actor, emit } = options;
  const { id, name, environment, apiKey, options: apiOptions } = profile();
  const databases = { cachePath: paths.cachePath, recordsPath: records.name };
  let upkeep: Upkeep | null = null;
  let stopped = false;
  const clock = createServerClock(machineClocks(now), {
    kept: damage === null ? loadClock(records) : null,
    keep(kept) {
      if (!records.isWritable) return;
      try {
        saveClock(records, kept);
      } catch (error) {
        // With the next answer, or the next start counts from an earlier one.
        options.onFailure('clock', storageError(error));
      }
    },
  });
  let wasOffline = false;
  const connection = createConnectionMonitor({
    clock,
    now,
    onChange: (status) => {
      emit('connection.changed', status);
      if (status.state === 'offline') line.watch();
      if (wasOffline && status.state === 'online') {
        void money.lookAtAll();
        sync.resume();
        rates.resume();
      }
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
    onHungUp: () => line.look(),
  });
  const line = createLineWatch({ knock: (signal) => client.knock(signal), random: Math.random });
  const sync = createSyncEngine({
    client,
    records,
    cache,
    now,
    monotonicMs: () => clock.monotonicMs(),
    onProgress: (progress) => emit('sync.progress', progress),
    onChanged: (changed) => {
      if (changed.clients) emit('clients.changed', null);
      if (changed.transactions) emit('transactions.changed', null);
    },
    onDeposits: options.onDeposits,
    onRows: (uid, rows) => money.observeRows(uid, rows),
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
    clock,
    known: knownHistory(cache),
    now,
    actor,
    profile,
    secretReady: () => signer.ready,
    standing: {
      admit: (intent) => guard.admit(intent),
      check: () => guard.check(),
      seal: () => guard.seal(),
    },
    rateStatus: () => rates.status(),
    refreshRate: (trigger, intentId) => rates.refresh(trigger, intentId),
    balanceOf: (uid) => getBalance(cache, uid),
    unexplainedWithdrawals: (ranges) => unexplainedWithdrawals(cache, ranges),
    onSettling: () => emit('intents.changed', null),
    onChanged: ({ kind, clientUid, state }) => {
      emit('intents.changed', null);
      emit('clients.changed', null);
      if (kind === 'create_client') emit('registry.changed', null);
      if (state === 'confirmed' && clientUid !== null) refresh(clientUid);
    },
  });
  const { standing, guard } = guardSending({
    records,
    cache,
    clock,
    profile,
    keychain: () => options.keychainMark?.() ?? null,
    secretReady: () => signer.ready,
    now,
    actor,
    refreshClient: (uid) => sync.refreshClient(uid),
    discardWaiting: (reason, ids) => money.discardWaiting(reason, ids),
    onChanged: () => emit('records.changed', null),
  });
  if (records.isWritable) recover();
  /**
   * On a full disk what was being sent stays `sent`, which shows as not known and blocks an equal one as well, and
   * without a settle delay a person decides.
   */
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
    clock,
    actor,
    network: () => profile().network,
    onChanged: () => emit('guards.changed', null),
  });
  const clients = createRegistry({
    records,
    cache,
    client,
    addresses: createDepositAddresses({ records, network: () => profile().network }),
    now,
    actor,
    onChanged: () => {
      emit('clients.changed', null);
      emit('registry.changed', null);
    },
    onAdded: (uids) => sync.readSoon(uids),
  });
  const reports = createReports({
    ...databases,
    // What the rows were read as, whatever a file says since.
    profile: { id, name, environment: identityOf(records)?.environment ?? environment },
    appVersion,
    now,
    onProgress: (progress: ReportProgress) => emit('report.progress', progress),
    onFailure: options.onFailure,
  });
  let check: RecordsCheck | null = null;
  const checks = new Set<RecordsCheck>();
  const daily = setInterval(checkAgain, DAY_MS);
  daily.unref();
  const ready = damage === null && !records.isWritable ? admit() : Promise.resolve();
  ready.catch((error: AppError) => options.onFailure('records', error));
  /** When this is done the records may be written: they are whole. */
  async function admit(): Promise<void> {
    await options.quiet;
    mustBeOpen();
    check = startRecordsCheck(records);
    await check.verdict;
    mustBeOpen();
    records.release();
    recover();
  }
  /** Held against their log again, in a thread; what does not fit is told like any damage. */
  function checkAgain(): void {
    if (stopped || damage !== null || !records.open) return;
    const again = startRecordsCheck(records);
    again.verdict.catch((error: AppError) => options.onFailure('records', error));
    checks.add(again);
    void again.ended.then(() => checks.delete(again));
  }
  function mustBeOpen(): void {
    if (!records.open) throw new AppError('cancelled', 'The profile was closed.');
  }
  function begin(): void {
    if (stopped) return;
    const onFailure = (error: AppError) => options.onFailure('cache', error);
    upkeep = startUpkeep(cache, { cachePath: paths.cachePath, onFailure });
    rates.start();
    sync.start();
    if (damage !== null) return;
    void money.startSettling();
    // What waits is told at once, not first when it is confirmed.
    void signer.ready
      .then((problem) => (problem === null ? standing.settle() : undefined))
      .catch((error: AppError) => options.onFailure('keychain', error));
  }
  return {
    ready,
    standing,
    clients,
    money,
    guards,
    sync,
    rates,
    reports,
    connection,
    rateSeries: (period) => rateSeries(records, cache, period, now()),
    transaction: (clientUid, tid) => readTransaction(cache, clientUid, tid),
    annotate: (input) =>
      annotateTransaction({ records, cache }, input, { atMs: now(), actor: actor() }),
    tags: () => listTags(records),
    start() {
      // What is wrong with the records was told above.
      ready.then(begin, () => {});
    },
    async stop() {
      stopped = true;
      line.close();
      await Promise.all([money.idle(), reports.close(), sync.close(), rates.close()]);
      await upkeep?.close();
      clock.keep();
    },
    ended: async () => {
      await Promise.all([check?.ended, ...Array.from(checks, ({ ended }) => ended)]);
    },
  };
}
