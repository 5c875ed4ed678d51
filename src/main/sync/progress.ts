import type { SyncProgress } from '#shared/domain/sync.ts';

const REPORT_EVERY_MS = 250;
/** Named; of a service that fails there may be thousands. */
const NAMED_FAILURES = 50;

export type Changed = { clients: boolean; transactions: boolean };

export type ProgressDeps = {
  now: () => number;
  onProgress: (progress: SyncProgress) => void;
  onChanged: (changed: Changed) => void;
  lastCompletedAtMs: number | null;
};

/** What a run has done so far, told at most every 250 ms unless it is forced. */
export type Progress = ReturnType<typeof createProgress>;

export function createProgress({ now, onProgress, onChanged, lastCompletedAtMs }: ProgressDeps) {
  let current: SyncProgress = {
    running: false,
    clientsDone: 0,
    clientsTotal: 0,
    pages: 0,
    rows: 0,
    pagesLeft: null,
    clientUid: null,
    lastCompletedAtMs,
    lastError: null,
    failingCount: 0,
    failing: [],
  };
  const failures = new Map<string, string>();
  let changed: Changed = { clients: false, transactions: false };
  /** Figures were read again and are the same: told with the end of a run. */
  let ages = false;
  let reportedAtMs = -Infinity;

  function listFailures(): void {
    const failing = [...failures]
      .slice(0, NAMED_FAILURES)
      .map(([clientUid, message]) => ({ clientUid, message }));
    current = { ...current, failingCount: failures.size, failing };
  }

  return {
    current: (): SyncProgress => current,
    update(patch: Partial<SyncProgress>): void {
      current = { ...current, ...patch };
    },
    add({ pages, rows }: { pages: number; rows: number }): void {
      current = { ...current, pages: current.pages + pages, rows: current.rows + rows };
    },
    /** A client could not be read; it counts until it is. */
    failed(clientUid: string, message: string): void {
      failures.set(clientUid, message);
      listFailures();
    },
    succeeded(clientUid: string): void {
      if (failures.delete(clientUid)) listFailures();
    },
    /** Clients that are read no more do not fail. */
    keepOnly(clientUids: ReadonlySet<string>): void {
      for (const uid of failures.keys()) if (!clientUids.has(uid)) failures.delete(uid);
      listFailures();
    },
    /** Something was written that screens show; `ages`: nothing but when it was read. */
    touch({ ages: areOlder = false, ...what }: Partial<Changed> & { ages?: boolean }): void {
      changed = { ...changed, ...what };
      ages ||= areOlder;
    },
    report(force: boolean): void {
      if (!force && now() - reportedAtMs < REPORT_EVERY_MS) return;
      reportedAtMs = now();
      onProgress(current);
      if (!current.running && ages) changed = { ...changed, clients: true };
      if (!current.running) ages = false;
      if (changed.clients || changed.transactions) onChanged(changed);
      changed = { clients: false, transactions: false };
    },
  };
}
