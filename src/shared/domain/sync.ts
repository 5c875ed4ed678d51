export type SyncProgress = {
  running: boolean;
  clientsDone: number;
  clientsTotal: number;
  /** Read, and new or changed rows on them, since the run began. */
  pages: number;
  rows: number;
  /** Still to read; null while the end of some history was not seen, for the service tells no total. */
  pagesLeft: number | null;
  /** Client being read now. */
  clientUid: string | null;
  /** End of the last run without a failure; null before the first. */
  lastCompletedAtMs: number | null;
  /** Why the last run stopped short, for the operator. */
  lastError: string | null;
  /** Clients that could not be read when they were last tried. */
  failingCount: number;
  /** The first of them. */
  failing: { clientUid: string; message: string }[];
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
