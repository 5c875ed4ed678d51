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

/** `value` null: this system does not tell. */
export type Goal = { name: string; unit: string; value: number | null; atMost: number };

/** Of one request that the app makes: less than any object that could be kept for it. */
const BYTES_A_REQUEST = 64;
/** Two files of 1 MB, and the line that made the older one too long. */
const LOG_BYTES = 2_100_000;
const BACK_SECONDS = 2;
/** A slope through fewer points says nothing. */
const SAMPLES = 8;

/** The goals that a soak must meet, with what it measured. */
export function goalsOf(soaked: Soaked): Goal[] {
  const { samples, backSeconds } = soaked;
  const perRequest = (of: (sample: Sample) => number) =>
    slope(samples.map((sample) => ({ x: sample.requests, y: of(sample) })));
  const grown = (of: (sample: Sample) => number | null) => {
    const values = samples.map(of).filter((value) => value !== null);
    return values.length === 0 ? null : growth(values);
  };
  const goal = (name: string, unit: string, value: number | null, atMost: number): Goal => ({
    name,
    unit,
    value,
    atMost,
  });
  return [
    goal('samples that are missing', '', Math.max(0, SAMPLES - samples.length), 0),
    goal(
      'memory of main',
      'bytes a request',
      perRequest((s) => s.heapBytes + s.externalBytes),
      BYTES_A_REQUEST,
    ),
    goal(
      'functions kept by main',
      'a request',
      perRequest((s) => s.functions),
      0.1,
    ),
    goal(
      'abort signals kept by main',
      'a request',
      perRequest((s) => s.signals),
      0.01,
    ),
    goal(
      'resources of main',
      'more',
      grown((s) => s.resources),
      8,
    ),
    goal(
      'open files of main',
      'more',
      grown((s) => s.openFiles),
      8,
    ),
    goal(
      'threads of main',
      'more',
      grown((s) => s.threads),
      0,
    ),
    goal(
      'listeners of the page',
      'more',
      grown((s) => s.pageListeners),
      16,
    ),
    goal(
      'nodes of the page',
      'more',
      grown((s) => s.pageNodes),
      200,
    ),
    goal(
      'memory of the page',
      'bytes a request',
      perRequest((s) => s.pageHeapBytes),
      BYTES_A_REQUEST,
    ),
    goal('log', 'bytes', soaked.logBytes, LOG_BYTES),
    goal('unhandled rejections', '', soaked.unhandledRejections, 0),
    goal('errors of the page', '', soaked.pageErrors.length, 0),
    goal('recoveries by hand', '', soaked.recoveriesByHand, 0),
    goal('first page after the line is back, median', 's', median(backSeconds), BACK_SECONDS),
    goal(
      'first page after the line is back, worst',
      's',
      Math.max(0, ...backSeconds),
      BACK_SECONDS,
    ),
    goal('differences from the ledger in the end', '', soaked.differences.length, 0),
  ];
}

export function isMet({ value, atMost }: Goal): boolean {
  return value === null || value <= atMost;
}
