import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDataset, type Dataset } from './dataset.ts';

/** What a run is made for. The same numbers give the same data on every machine. */
export type Options = { rows: number; clients: number; seed: number; rounds: number };

export type Context = Options & {
  /** The profile that is measured, made once and then kept. Nobody writes into it: copy it into a scratch folder. */
  dataset: (rows?: number, clients?: number) => Dataset;
  /** An empty folder of this run, removed at its end. */
  scratch: (name: string) => string;
};

/** A bound on the ratio, on the value itself, or on one of the further `readings` of a measurement. */
export type Condition =
  { maxRatio: number } | { minRatio: number } | { max: number; of?: string; unit?: string };

export type Measurement = {
  value: number;
  /** Null for a figure without an anchor. */
  anchorValue: number | null;
  /** What conditions name beside value and ratio, and what explains them: `{ p99: 0.4 }`. */
  readings?: Readonly<Record<string, number>>;
};

export type Figure = {
  name: string;
  unit: string;
  /** What it is held against, in words. */
  anchor: string | null;
  /** All of them must hold. */
  goal: readonly Condition[];
  run: (context: Context) => Measurement | Promise<Measurement>;
};

export type Result = {
  name: string;
  value: number | null;
  unit: string;
  anchor: string | null;
  anchorValue: number | null;
  ratio: number | null;
  goal: string;
  pass: boolean;
  readings: Readonly<Record<string, number>>;
  /** Why there is no value. */
  error: string | null;
};

/** Where data and scratch files of the bench lie. */
export const benchCache = fileURLToPath(new URL('../node_modules/.cache/bench', import.meta.url));

export function createContext(options: Options, scratchRoot: string): Context {
  mkdirSync(scratchRoot, { recursive: true });
  return {
    ...options,
    dataset: (rows = options.rows, clients = options.clients) =>
      openDataset({ ...options, rows, clients }, benchCache),
    scratch: (name) => mkdtempSync(join(scratchRoot, `${name}-`)),
  };
}

/** Measures one figure; a failure becomes a result, so that the others still run. */
export async function measure(figure: Figure, context: Context): Promise<Result> {
  const { name, unit, anchor, goal } = figure;
  const known = { name, unit, anchor, goal: goal.map(inWords).join(', ') };
  try {
    const { value, anchorValue, readings = {} } = await figure.run(context);
    const ratio = anchorValue === null ? null : value / anchorValue;
    const pass = goal.every((condition) => holds(condition, { value, ratio, readings }));
    return { ...known, value, anchorValue, ratio, pass, readings, error: null };
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const nothing = { value: null, anchorValue: null, ratio: null, readings: {} };
    return { ...known, ...nothing, pass: false, error: text };
  }
}

function holds(
  condition: Condition,
  { value, ratio, readings }: { value: number; ratio: number | null } & Pick<Result, 'readings'>,
): boolean {
  if ('maxRatio' in condition) return ratio !== null && ratio <= condition.maxRatio;
  if ('minRatio' in condition) return ratio !== null && ratio >= condition.minRatio;
  const { max, of } = condition;
  const reading = of === undefined ? value : readings[of];
  if (reading === undefined) throw new Error(`The goal names a reading that is missing: ${of}`);
  return reading <= max;
}

function inWords(condition: Condition): string {
  if ('maxRatio' in condition) return `≤ ${condition.maxRatio}×`;
  if ('minRatio' in condition) return `≥ ${condition.minRatio}×`;
  const { max, of, unit } = condition;
  return `${of === undefined ? '' : `${of} `}≤ ${max}${unit === undefined ? '' : ` ${unit}`}`;
}

type Reading = () => number | Promise<number>;

/**
 * Takes a reading of ours and one of the anchor in each round, first the one, then the other, so that what
 * else the machine does meets both alike.
 * @returns the medians, ready to be a measurement
 */
export async function interleave(
  rounds: number,
  ours: Reading,
  anchor: Reading,
): Promise<{ value: number; anchorValue: number; ours: number[]; anchor: number[] }> {
  const readings = { ours: new Array<number>(), anchor: new Array<number>() };
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? (['ours', 'anchor'] as const) : (['anchor', 'ours'] as const);
    for (const side of order) readings[side].push(await (side === 'ours' ? ours() : anchor()));
  }
  return { ...readings, value: median(readings.ours), anchorValue: median(readings.anchor) };
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** The smallest value that `percent` of all values do not exceed (nearest rank). */
export function percentile(values: readonly number[], percent: number): number {
  const rank = Math.max(1, Math.ceil((percent / 100) * values.length));
  const value = values.toSorted((a, b) => a - b)[rank - 1];
  if (value === undefined) throw new Error('A percentile of nothing');
  return value;
}
