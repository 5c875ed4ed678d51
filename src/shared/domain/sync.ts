export type SyncProgress = {
  running: boolean;
  clientsDone: number;
  clientsTotal: number;
  pages: number;
  rows: number;
  /** Client being read now. */
  clientUid: string | null;
  /** End of the last run without a failure; null before the first. */
  lastCompletedAtMs: number | null;
  /** Why the last run stopped short, for the operator. */
  lastError: string | null;
};

/** `offline` since the first failure that no answer followed. `clockOffsetMs`: server minus local. */
export type ConnectionStatus = {
  state: 'unknown' | 'online' | 'offline';
  sinceMs: number;
  reason: string | null;
  clockOffsetMs: number;
  /** The offset exceeds 30 s and deserves a look (api-readings.md, 8). */
  clockWarning: boolean;
};
