import type { Intent, Settling } from '#shared/domain/intent.ts';
import type { RemoteTransaction } from '../bitpro/wire.ts';
import { listIntents } from '../storage/records/intents-repo.ts';
import { lateAnswers } from '../storage/records/outcomes-repo.ts';
import { getPolicy } from '../storage/records/policy-repo.ts';
import { findBaseline, listReadings } from '../storage/records/settling-repo.ts';
import { storageError } from '../storage/storage-error.ts';
import { observeConfirmed, observeRows } from './afterwards.ts';
import type { MoneyContext } from './context.ts';
import { newsOf } from './matching.ts';
import { canBeLookedUp, isOpen, lookFor } from './settle.ts';
import { createSightings } from './sightings.ts';

/** The n-th look in a row that settles nothing is followed by the next after 5 s · 2^n, at most 15 minutes. */
const FIRST_DELAY_MS = 5_000;
const MAX_DELAY_MS = 15 * 60_000;

/** What is being done about one intent. */
type Watch = {
  looks: number;
  looking: Promise<void> | null;
  nextLookAtMs: number | null;
  callOff: () => void;
  lastLookAtMs: number | null;
  problem: string | null;
  candidates: RemoteTransaction[];
  needsPerson: boolean;
};

/** Looks at the history for every intent whose outcome is unknown, ever more rarely, until it is settled. */
export function createSettling(deps: MoneyContext) {
  const { journal, records, now, onChanged, onSettling, schedule } = deps;
  const watches = new Map<string, Watch>();
  const stop = new AbortController();
  const sightings = createSightings(deps, stop.signal);
  let started = false;

  function watchOf(id: string): Watch {
    const known = watches.get(id);
    if (known) return known;
    const watch: Watch = {
      looks: 0,
      looking: null,
      nextLookAtMs: null,
      callOff: () => {},
      lastLookAtMs: null,
      problem: null,
      candidates: [],
      needsPerson: journal.get(id).state === 'needs_human',
    };
    watches.set(id, watch);
    return watch;
  }

  function forget(id: string): void {
    watches.get(id)?.callOff();
    watches.delete(id);
  }

  function plan(id: string, watch: Watch): void {
    const delayMs = Math.min(FIRST_DELAY_MS * 2 ** Math.min(watch.looks, 20), MAX_DELAY_MS);
    watch.callOff();
    watch.nextLookAtMs = now() + delayMs;
    watch.callOff = schedule(() => void look(id), delayMs);
  }

  /** Never rejects: what went wrong is in the status. */
  function look(id: string): Promise<void> {
    const watch = watchOf(id);
    watch.callOff();
    watch.nextLookAtMs = null;
    watch.looking ??= lookOnce(id, watch);
    return watch.looking;
  }

  async function lookOnce(id: string, watch: Watch): Promise<void> {
    onSettling();
    try {
      const { before, intent, problem, candidates, rows } = await lookFor(deps, id, stop.signal);
      Object.assign(watch, { problem, candidates });
      if (intent.state !== before) onChanged(intent);
      if (intent.clientUid !== null) observeRows(deps, intent.clientUid, rows);
    } catch (error) {
      if (stop.signal.aborted) return;
      watch.problem = storageError(error).message;
    } finally {
      watch.looking = null;
    }
    watch.lastLookAtMs = now();
    watch.looks += 1;
    // Settled meanwhile, it is no longer watched.
    if (started && watches.get(id) === watch && !watch.needsPerson) plan(id, watch);
    onSettling();
  }

  /** Open intents that a history can settle. */
  function lookedUp(): Intent[] {
    return listIntents(records, { openOnly: true }).filter(
      (intent) => isOpen(intent) && canBeLookedUp(intent),
    );
  }

  async function lookAtAll(): Promise<void> {
    if (!started || stop.signal.aborted) return;
    sightings.planAll();
    const unknown = lookedUp().filter(({ state }) => state === 'unknown');
    await Promise.all(
      unknown.map(({ id }) => {
        watchOf(id).looks = 0;
        return look(id);
      }),
    );
  }

  return {
    /** Looks now at all that is unknown, and from then on by itself. */
    start(): Promise<void> {
      started = true;
      void observeConfirmed(deps, stop.signal);
      return lookAtAll();
    },

    /** New rows came by another reading: whoever waits for them looks now. */
    lookSoon(clientUid: string, rows: readonly RemoteTransaction[]): void {
      if (!started || stop.signal.aborted) return;
      for (const intent of lookedUp()) {
        if (intent.state !== 'unknown' || intent.clientUid !== clientUid) continue;
        const baseline = findBaseline(records, intent.id);
        const isNews =
          baseline !== null &&
          newsOf(journal.get(intent.id), baseline, rows, () => false).length > 0;
        if (isNews && !watches.get(intent.id)?.looking) void look(intent.id);
      }
    },

    /** On reconnect and on waking up. */
    lookAtAll,

    /** After every move of an intent. */
    observe(intent: Intent): void {
      if (started && intent.state === 'confirmed') sightings.observe(intent.id);
      if (!isOpen(intent)) forget(intent.id);
      else if (intent.state === 'needs_human') {
        const watch = watchOf(intent.id);
        watch.needsPerson = true;
        watch.callOff();
      } else if (started && canBeLookedUp(intent) && !stop.signal.aborted) {
        plan(intent.id, watchOf(intent.id));
      }
    },

    /** Looks now; joins the look under way. What came of it is in the answer. */
    async lookAgain(id: string): Promise<Settling | null> {
      const intent = journal.get(id);
      if (isOpen(intent) && canBeLookedUp(intent) && !stop.signal.aborted) {
        watchOf(id).looks = 0;
        await look(id);
      }
      return this.status(id);
    },

    /** Null for an intent whose outcome is not open. */
    status(id: string): Settling | null {
      const intent = journal.get(id);
      const isChecked = deps.checking.has(id);
      if (!isOpen(intent) && !isChecked) return null;
      const watch = watches.get(id);
      const readings = listReadings(records, id);
      return {
        isLooking: isChecked || (watch?.looking !== undefined && watch.looking !== null),
        nextLookAtMs: intent.state === 'unknown' ? (watch?.nextLookAtMs ?? null) : null,
        lastLookAtMs: watch?.lastLookAtMs ?? readings.at(-1)?.atMs ?? null,
        problem: watch ? watch.problem : (readings.at(-1)?.problem ?? null),
        completeReadings: readings.filter(({ complete }) => complete).length,
        settleDelayMinutes: getPolicy(records).settleDelayMinutes,
        refusal: deps.checking.get(id) ?? intent.refusal,
        lateAnswers: lateAnswers(records, id),
        candidates: (watch?.candidates ?? []).map(
          ({ tid, amountSats, createdAtMs, address, state }) => ({
            tid,
            amountSats,
            createdAtMs,
            address,
            state,
          }),
        ),
      };
    },

    /** Stops looking; nothing is written once it resolved. */
    async close(): Promise<void> {
      stop.abort();
      sightings.close();
      const looks = [...watches.values()];
      for (const { callOff } of looks) callOff();
      await Promise.all(looks.flatMap(({ looking }) => looking ?? []));
    },
  };
}
