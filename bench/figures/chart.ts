import { createRequire } from 'node:module';
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

function columnsOf({ timesMs, pricesCents }: Pick<RateSeries, 'timesMs' | 'pricesCents'>): Columns {
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

function allRates(records: RecordsDb): Columns {
  const rows = records
    .prepare<[], [number, number]>(
      'SELECT observed_at_ms, buy_price_cents FROM rates ORDER BY observed_at_ms',
    )
    .raw()
    .all();
  return columnsOf({
    timesMs: rows.map(([at]) => at),
    pricesCents: rows.map(([, cents]) => cents),
  });
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
    try {
      const thinningMs: number[] = [];
      const sides = { thinned: new Array<Drawn>(), all: new Array<Drawn>() };
      const all = allRates(records);
      await keep(page, 'all', all);
      const ours = async () => {
        const startMs = performance.now();
        const series = await rateSeries(records, cache, 'year', END_MS);
        thinningMs.push(performance.now() - startMs);
        await keep(page, 'thinned', columnsOf(series));
        const drawn = await draw(page, 'thinned');
        sides.thinned.push(drawn);
        return drawn.ms;
      };
      const anchor = async () => {
        const drawn = await draw(page, 'all');
        sides.all.push(drawn);
        return drawn.ms;
      };
      const { value, anchorValue } = await interleave(rounds, ours, anchor);
      const extremes = ({ lowest, highest }: Drawn) => `${lowest} to ${highest}`;
      const scales = new Set([...sides.thinned, ...sides.all].map(extremes));
      if (scales.size !== 1) throw new Error(`Different extremes: ${[...scales].join('; ')}`);
      const readings = { points: all[0].length, 'thinning in main': median(thinningMs) };
      return { value, anchorValue, readings };
    } finally {
      await close();
      cache.close();
      records.close();
    }
  },
};

export const figures: readonly Figure[] = [year];
