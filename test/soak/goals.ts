import { growth, median, slope, type Sample } from './samples.ts';

/** What a soak has seen. */
export type Soaked = {
  samples: readonly Sample[];
  /** From the line being back to the first page of a history. */
  backSeconds: readonly number[];
  unhandledRejections: number;
  pageErrors: readonly string[];
  recoveriesByHand: number;
  logBytes: number;
  /** What the app says in the end and the service's own ledger does not; empty when they agree. */
  differences: readonly string[];
};

/** `value` null: this system, or so short a run, does not tell. `low`: as good as it may be by the noise. */
export type Goal = {
  name: string;
  unit: string;
  value: number | null;
  low?: number;
  high?: number;
  atMost: number;
};

/** Of one request that the app makes: less than any object that could be kept for it. */
const BYTES_A_REQUEST = 64;
/** Before that memory still grows by what is compiled and cached once. */
const WARM_REQUESTS = 8000;
/** Two files of 1 MB, and the line that made the older one too long. */
const LOG_BYTES = 2_100_000;
const BACK_SECONDS = 2;
/** A slope through fewer points says nothing. */
const SAMPLES = 8;

/**
 * The goals that a soak must meet, with what it measured. Of memory a short run says nothing: what it keeps a
 * request is less than what the heap moves by anyway. The time of each return is the machine's too: that of a short
 * run is judged by the median.
 */
export function goalsOf(soaked: Soaked): Goal[] {
  const { samples, backSeconds } = soaked;
  const warm = samples.filter(({ requests }) => requests >= WARM_REQUESTS);
  const isLong = warm.length >= SAMPLES;
  const goal = (name: string, unit: string, value: number | null, atMost: number): Goal => ({
    name,
    unit,
    value,
    atMost,
  });
  const kept = (
    name: string,
    unit: string,
    of: (sample: Sample) => number,
    atMost: number,
  ): Goal => {
    const points = warm.map((sample) => ({ x: sample.requests, y: of(sample) }));
    return { name, unit, atMost, ...(isLong ? slope(points) : { value: null }) };
  };
  const more = (name: string, of: (sample: Sample) => number | null, atMost: number): Goal => {
    const values = samples.map(of).filter((value) => value !== null);
    return goal(name, 'more', values.length === 0 ? null : growth(values), atMost);
  };
  return [
    goal('samples that are missing', '', Math.max(0, SAMPLES - samples.length), 0),
    kept(
      'memory of main',
      'bytes a request',
      (s) => s.heapBytes + s.externalBytes,
      BYTES_A_REQUEST,
    ),
    kept('memory of the page', 'bytes a request', (s) => s.pageHeapBytes, BYTES_A_REQUEST),
    kept('functions kept by main', 'a request', (s) => s.functions, 0.1),
    kept('abort signals kept by main', 'a request', (s) => s.signals, 0.01),
    more('resources of main', (s) => s.resources, 8),
    more('open files of main', (s) => s.openFiles, 8),
    more('threads of main', (s) => s.threads, 0),
    more('listeners of the page', (s) => s.pageListeners, 16),
    more('nodes of the page', (s) => s.pageNodes, 200),
    goal('log', 'bytes', soaked.logBytes, LOG_BYTES),
    goal('unhandled rejections', '', soaked.unhandledRejections, 0),
    goal('errors of the page', '', soaked.pageErrors.length, 0),
    goal('recoveries by hand', '', soaked.recoveriesByHand, 0),
    goal('first page after the line is back, median', 's', median(backSeconds), BACK_SECONDS),
    goal(
      'first page after the line is back, worst',
      's',
      isLong ? Math.max(0, ...backSeconds) : null,
      BACK_SECONDS,
    ),
    goal('differences from the ledger in the end', '', soaked.differences.length, 0),
  ];
}

export function isMet({ value, atMost }: Goal): boolean {
  return value === null || value <= atMost;
}
