import type { Intent } from '#shared/domain/intent.ts';
import { AppError } from '#shared/errors.ts';
import type { ServerClock } from './bitpro/clock.ts';
import type { MoneyDeps, SendingGuard } from './money/context.ts';
import { refuseSentBefore } from './money/sent-before.ts';
import { getCoverage } from './storage/cache/coverage-repo.ts';
import { clientsUnreadSince } from './storage/cache/states-repo.ts';
import type { CacheDb } from './storage/open.ts';
import { storageError } from './storage/storage-error.ts';
import { listIntents } from './storage/records/intents-repo.ts';
import { journaledGuardMs } from './storage/records/payments-repo.ts';
import { getPolicy } from './storage/records/policy-repo.ts';
import { createStanding, type Standing, type StandingDeps } from './profiles/records-standing.ts';

/** How long a request that was just prepared needs no second look at the history. */
const FRESH_MS = 60_000;

type GuardDeps = Omit<StandingDeps, 'discardWaiting' | 'readWhole' | 'unreadSince'> &
  Pick<MoneyDeps, 'secretReady'> & {
    cache: CacheDb;
    clock: Pick<ServerClock, 'nowMs' | 'offsetMs' | 'datesWithin'>;
    /** Reads what is new of a client's history. @throws AppError */
    refreshClient: (clientUid: string) => Promise<unknown>;
    /** Discards those of `ids` that were not sent yet; gives how many. */
    discardWaiting: (reason: string, ids: ReadonlySet<string>) => number;
  };

/** Keeps another life of these records from sending what waits in them, and this one from sending what that has sent. */
export function guardSending(deps: GuardDeps): { standing: Standing; guard: SendingGuard } {
  const { records, cache, clock, secretReady, refreshClient, discardWaiting } = deps;
  /** What is prepared from now on is of this life. */
  const waiting = new Set(
    listIntents(records, { openOnly: true }).flatMap(({ id, state }) =>
      state === 'journaled' ? [id] : [],
    ),
  );
  const standing = createStanding({
    ...deps,
    discardWaiting: (reason) => discardWaiting(reason, waiting),
    async readWhole(uid) {
      await refreshClient(uid);
      if (getCoverage(cache, uid).complete) return;
      throw new AppError('conflict', 'Older pages are still missing. Sync now, then try again.');
    },
    unreadSince: (atMs) => clientsUnreadSince(cache, atMs),
  });

  /** What waited, for a minute or over a restart, may have been sent by another life of this machine. */
  async function mustNotBeThere(intent: Intent): Promise<void> {
    const { id, clientUid, createdAtMs } = intent;
    const guardMs = journaledGuardMs(records, id);
    const ageMs = ageSince(guardMs, clock.nowMs());
    if (clientUid === null || (!waiting.has(id) && ageMs < FRESH_MS)) return;
    await refreshClient(clientUid);
    // What was prepared before its guarded time was kept is dated by this machine.
    const sinceMs =
      guardMs === null
        ? createdAtMs + clock.offsetMs()
        : clock.datesWithin(ageMs).reduce((least, { fromMs }) => Math.min(least, fromMs), Infinity);
    refuseSentBefore(cache, intent, sinceMs);
  }

  return {
    standing,
    guard: {
      async admit(intent) {
        // Without the secret nothing goes anyway, and a locked keychain looks like an empty one.
        if ((await secretReady()) !== null) return;
        try {
          const isLimited =
            intent.kind === 'withdrawal' && getPolicy(records).maxDailySats !== null;
          await standing.admit(intent.clientUid, isLimited);
        } catch (error) {
          throw storageError(error);
        }
        await mustNotBeThere(intent);
      },
      check: () => standing.check(),
      seal: () => standing.seal(),
    },
  };
}

/** What is dated after now was prepared before the service had told its time: at any time, that is. */
function ageSince(guardMs: number | null, nowMs: number): number {
  return guardMs === null || guardMs > nowMs ? Infinity : nowMs - guardMs;
}
