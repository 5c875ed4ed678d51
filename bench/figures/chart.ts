import { createRequire } from 'node:module';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium, type Page } from 'playwright-core';
import type { RateSeries } from '#shared/domain/rate.ts';
import { findChromium } from '../../scripts/paths.mjs';
import { rateSeries } from '../../src/main/rates/series.ts';
import { openForReading, RecordsDb } from '../../src/main/storage/open.ts';
import { END_MS } from '../generate.ts';
import { interleave, median, type Figure } from '../harness.ts';

/** Seconds and dollars, as uPlot takes them. */
type Columns = [timesS: number[], prices: (number | null)[]];
/** The scale that uPlot found for the prices is drawn from their extremes. */
type Drawn = { ms: number; lowest: number; highest: number };
type Points = Pick<RateSeries, 'timesMs' | 'pricesCents'>;

function columnsOf({ timesMs, pricesCents }: Points): Columns {
  return [
    timesMs.map((atMs) => atMs / 1000),
    pricesCents.map((cents) => (cents === null ? null : cents / 100)),
  ];
}

async function openPage(): Promise<{ page: Page; close: () => Promise<void> }> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('No Chromium is installed');
  const isRoot = process.getuid?.() === 0;
  const browser = await chromium.launch({
    executablePath,
    chromiumSandbox: !isRoot,
    args: ['--disable-gpu'],
  });
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const path = createRequire(import.meta.url).resolve('uplot/dist/uPlot.iife.min.js');
  await page.addScriptTag({ path });
  return { page, close: () => browser.close() };
}

/** Keeps data in the page, so that drawing alone is measured. */
async function keep(page: Page, name: string, columns: Columns): Promise<void> {
  await page.evaluate(([key, data]) => Object.assign(globalThis, { [key]: data }), [
    name,
    columns,
  ] as const);
}

/** From making the chart until its pixels can be read. */
async function draw(page: Page, name: string): Promise<Drawn> {
  return await page.evaluate(async (key) => {
    const { uPlot, [key]: data } = globalThis as unknown as Record<string, unknown> & {
      uPlot: typeof import('uplot');
    };
    const drawn = Promise.withResolvers<void>();
    const startMs = performance.now();
    const plot = new uPlot(
      {
        width: 1000,
        height: 360,
        series: [{}, { stroke: 'blue', width: 1.5, spanGaps: false, points: { show: false } }],
        hooks: { draw: [() => drawn.resolve()] },
      },
      data as import('uplot').AlignedData,
      document.body,
    );
    await drawn.promise;
    plot.ctx.getImageData(0, 0, 1, 1);
    const ms = performance.now() - startMs;
    const { min = Number.NaN, max = Number.NaN } = plot.scales['y'] ?? {};
    plot.destroy();
    return { ms, lowest: min, highest: max };
  }, name);
}

function allRates(records: RecordsDb): Points {
  const rows = records
    .prepare<[], [number, number]>(
      'SELECT observed_at_ms, buy_price_cents FROM rates ORDER BY observed_at_ms',
    )
    .raw()
    .all();
  return { timesMs: rows.map(([at]) => at), pricesCents: rows.map(([, cents]) => cents) };
}

type Reading = { wholeMs: number; readMs: number; drawn: Drawn };

/**
 * From the question until the pixels can be read, through the copy that a message between processes makes. How the
 * columns get into this page is the bench's own way, and is left out on both sides.
 */
async function readAndDraw(page: Page, read: () => Points | Promise<Points>): Promise<Reading> {
  const startMs = performance.now();
  const points = await read();
  const readMs = performance.now() - startMs;
  const columns = columnsOf(structuredClone(points));
  const copiedMs = performance.now() - startMs;
  await keep(page, 'columns', columns);
  const drawn = await draw(page, 'columns');
  return { wholeMs: copiedMs + drawn.ms, readMs, drawn };
}

/** How long the event loop was kept in one go, at worst. */
async function longestHoldMs(rounds: number, work: () => Promise<unknown>): Promise<number> {
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  for (let round = 0; round < rounds; round += 1) {
    await work();
    // The delay is counted when the loop comes round.
    await sleep(2);
  }
  loop.disable();
  return loop.max / 1e6;
}

const year: Figure = {
  name: 'chart.year',
  unit: 'ms',
  anchor: 'uPlot drawing every point',
  goal: [{ maxRatio: 0.25 }],
  async run({ dataset, rounds }) {
    const { cachePath, recordsPath } = dataset();
    const records = new RecordsDb(recordsPath, { readonly: true });
    const cache = openForReading(cachePath, recordsPath);
    const { page, close } = await openPage();
    const sides = { ours: new Array<Reading>(), anchor: new Array<Reading>() };
    const series = () => rateSeries(records, cache, 'year', END_MS);
    const ours = async () => {
      const reading = await readAndDraw(page, series);
      sides.ours.push(reading);
      return reading.drawn.ms;
    };
    const anchor = async () => {
      const reading = await readAndDraw(page, () => allRates(records));
      sides.anchor.push(reading);
      return reading.drawn.ms;
    };
    try {
      const { value, anchorValue } = await interleave(rounds, ours, anchor);
      const all = [...sides.ours, ...sides.anchor];
      const scales = new Set(
        all.map(({ drawn: { lowest, highest } }) => `${lowest} to ${highest}`),
      );
      if (scales.size !== 1) throw new Error(`Different extremes: ${[...scales].join('; ')}`);
      const wholeMs = (side: readonly Reading[]) => median(side.map((each) => each.wholeMs));
      const readings = {
        'thinning in main': median(sides.ours.map(({ readMs }) => readMs)),
        'read, copied and drawn': wholeMs(sides.ours),
        'all of them so': wholeMs(sides.anchor),
        'loop max': await longestHoldMs(rounds, series),
      };
      return { value, anchorValue, readings };
    } finally {
      await close();
      cache.close();
      records.close();
    }
  },
};

export const figures: readonly Figure[] = [year];
