/** What the main process holds once garbage is collected. */
export type ProcessSample = {
  heapBytes: number;
  externalBytes: number;
  rssBytes: number;
  /** What keeps Node's loop alive: sockets, timers, handles, requests. */
  resources: number;
  /** Functions that are alive: a listener that is never removed is one. */
  functions: number;
  signals: number;
  unhandledRejections: number;
};

/** What the preload puts on the main process's `globalThis.soak`. */
export type SoakHooks = {
  sample: () => Promise<ProcessSample>;
};

export type Sample = ProcessSample & {
  atMs: number;
  /** Through the line, so far. */
  requests: number;
  /** Of the main process; null where the system does not tell (/proc). */
  threads: number | null;
  openFiles: number | null;
  pageHeapBytes: number;
  pageListeners: number;
  pageNodes: number;
};

export type Estimate = { value: number; low: number; high: number };

/**
 * Units of `y` for each unit of `x`: the median of all slopes between two points, which outliers do not move. The
 * true one lies between `low` and `high` in 95 of 100 cases (Kendall's test), if what disturbs one point does not
 * disturb the next.
 */
export function slope(points: readonly { x: number; y: number }[]): Estimate {
  const slopes = points.flatMap((a, index) =>
    points
      .slice(index + 1)
      .filter((b) => b.x !== a.x)
      .map((b) => (b.y - a.y) / (b.x - a.x)),
  );
  const sorted = slopes.toSorted((a, b) => a - b);
  const n = points.length;
  const spread = 1.96 * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const at = (index: number) =>
    sorted[Math.max(0, Math.min(sorted.length - 1, Math.round(index)))] ?? 0;
  return {
    value: median(sorted),
    low: at((sorted.length - spread) / 2 - 1),
    high: at((sorted.length + spread) / 2),
  };
}

/** 0 for an empty list. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}

/** How much the last third lies above the first. */
export function growth(values: readonly number[]): number {
  const third = Math.max(1, Math.floor(values.length / 3));
  return median(values.slice(-third)) - median(values.slice(0, third));
}
