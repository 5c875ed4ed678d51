import { setImmediate as letOthersRun } from 'node:timers/promises';
import { isRefused } from '#shared/domain/client-problem.ts';
import { readClientStates, type StoredClientState } from '../storage/cache/states-repo.ts';
import type { CacheDb } from '../storage/open.ts';

/** How a client was last read, kept in memory for all of them: some hundred bytes each. */
export type ClientState = Omit<StoredClientState, 'clientUid'> & {
  /** History and balance do not add up, as last read. */
  differs: boolean;
  /** They were seen to add up, and nothing was written of either since. */
  addsUp: boolean;
  /** Begin of the last reading in this run of the app, however it ended. */
  askedAtMs: number;
};

/** Stored states read between two turns of the loop: about 2 ms. */
const CHUNK = 500;
/** A client is asked again after a sixtieth of the time for which nothing happened: each minute at one hour. */
const QUIET_SHARE = 60;
/** And at the latest after this, longer on a large desk, where every client each minute would be hundreds a second. */
const MIN_MAX_WAIT_MS = 2 * 60_000;
const MAX_WAIT_MS = 12 * 60_000;
const MAX_WAIT_PER_CLIENT_MS = 40;
/** Since the last thing that happened to it. */
const ACTIVE_MS = 24 * 3_600_000;
/** Runs do not begin to the second. */
const SLACK_MS = 5000;

export function createClientStates(cache: CacheDb) {
  const states = new Map<string, ClientState>();
  let loading: Promise<void> | null = null;

  async function load(): Promise<void> {
    for (let afterId = 0; ;) {
      const rows = readClientStates(cache, { afterId, limit: CHUNK });
      for (const { clientUid, ...state } of rows) {
        if (!states.has(clientUid))
          states.set(clientUid, { ...state, differs: false, addsUp: false, askedAtMs: -Infinity });
      }
      const last = rows.at(-1);
      if (!last || rows.length < CHUNK) return;
      afterId = last.id;
      await letOthersRun();
    }
  }

  return {
    /** Resolves when what earlier runs of the app read is known. */
    ready: (): Promise<void> => (loading ??= load()),

    of(uid: string): ClientState {
      const known = states.get(uid);
      if (known) return known;
      const state: ClientState = {
        id: 0,
        readAtMs: null,
        balanceAtMs: null,
        changedAtMs: null,
        isWhole: false,
        problem: null,
        differs: false,
        addsUp: false,
        askedAtMs: -Infinity,
      };
      states.set(uid, state);
      return state;
    },

    /** Something happened to it lately. */
    isActive(uid: string, nowMs: number): boolean {
      return nowMs - (states.get(uid)?.changedAtMs ?? -Infinity) < ACTIVE_MS;
    },

    /** Is it time to ask for this client again? `clients`: how many the desk has. */
    isDue(
      uid: string,
      nowMs: number,
      { clients, everyMs }: { clients: number; everyMs: number },
    ): boolean {
      const state = states.get(uid);
      if (!state) return true;
      // Asked for again now and then: it may be known tomorrow.
      if (state.readAtMs === null && state.problem && isRefused({ code: state.problem }))
        return nowMs - state.askedAtMs >= MAX_WAIT_MS;
      const { readAtMs } = state;
      const isInQuestion = state.problem !== null || state.differs || !state.isWhole;
      if (readAtMs === null || readAtMs > nowMs || isInQuestion) return true;
      const byDesk = MIN_MAX_WAIT_MS + clients * MAX_WAIT_PER_CLIENT_MS;
      const longestMs = Math.max(everyMs, Math.min(MAX_WAIT_MS, byDesk));
      const quietMs = nowMs - (state.changedAtMs ?? -Infinity);
      const waitMs = Math.max(everyMs, Math.min(quietMs / QUIET_SHARE, longestMs));
      return nowMs - readAtMs >= waitMs - SLACK_MS;
    },
  };
}

export type ClientStates = ReturnType<typeof createClientStates>;
