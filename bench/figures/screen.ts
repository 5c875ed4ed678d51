import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { CDPSession, Page } from 'playwright-core';
import { historyLandmarks } from '../../src/main/storage/cache/history-landmarks.ts';
import { historyPage } from '../../src/main/storage/cache/history-repo.ts';
import { openForReading } from '../../src/main/storage/open.ts';
import { PAGE_ROWS } from '../../src/renderer/features/history/row-pages.ts';
import { root } from '../../scripts/paths.mjs';
import { launchApp } from '../../test/e2e/launch.ts';
import { copyOfDesk, withDesk } from '../desk-window.ts';
import { interleave, median, percentile, type Figure } from '../harness.ts';
import {
  bringUp,
  countFrames,
  frameAfterNext,
  invoke,
  openHistory,
  paintVanilla,
  putFirst,
  removeVanilla,
  rowsOnScreen,
  turnOrder,
} from '../in-page.ts';

/** Seventy pixels a frame: a quick turn of the wheel that goes on. */
const SCROLL = { distancePx: 12_000, pxPerSecond: 4200 };
const newestFirst = { filter: {}, sort: { by: 'time', descending: true } } as const;

const startWindow: Figure = {
  name: 'start.window',
  unit: 'ms',
  anchor: 'the same runtime showing an empty page',
  goal: [{ maxRatio: 1.5 }],
  async run(context) {
    const userDataDir = copyOfDesk(context);
    const empty = {
      userDataDir: context.scratch('empty'),
      entry: join(root, 'bench/empty-window.ts'),
    };
    const ours = () => launchUntil({ userDataDir }, 'table tbody tr:not([aria-hidden])');
    return await interleave(context.rounds, ours, () => launchUntil(empty, 'p'));
  },
};

/** From the start of the process until an element is in a painted frame. */
async function launchUntil(
  options: Parameters<typeof launchApp>[0],
  selector: string,
): Promise<number> {
  const startMs = performance.now();
  const app = await launchApp(options);
  try {
    const page = await app.firstWindow();
    await page.waitForSelector(selector);
    await page.evaluate(frameAfterNext);
    return performance.now() - startMs;
  } finally {
    await app.close();
  }
}

const listPaint: Figure = {
  name: 'list.paint',
  unit: 'ms',
  anchor: 'recycled rows in plain DOM',
  goal: [{ maxRatio: 1.5 }],
  async run(context) {
    return await withDesk(copyOfDesk(context), async (page) => {
      await page.evaluate(openHistory);
      let isDescending = true;
      return await interleave(
        context.rounds,
        async () => {
          await page.evaluate(removeVanilla);
          isDescending = !isDescending;
          return await page.evaluate(turnOrder);
        },
        async () => {
          await page.evaluate(removeVanilla);
          return await page.evaluate(paintVanilla({ ...context, descending: isDescending }));
        },
      );
    });
  },
};

const listScript: Figure = {
  name: 'list.script',
  unit: 'ms a frame',
  anchor: 'recycled rows in plain DOM, without reading any',
  goal: [
    { max: 1.5, unit: 'ms' },
    { max: 1.1, of: 'frame p99 ratio' },
  ],
  async run(context) {
    return await withDesk(copyOfDesk(context), async (page) => {
      await page.evaluate(openHistory);
      await page.evaluate(paintVanilla({ ...context, descending: true }));
      const cdp = await page.context().newCDPSession(page);
      await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
      const frames = { ours: new Array<number>(), anchor: new Array<number>() };
      let start = 0.2;
      const scrolled = async (side: 'ours' | 'anchor'): Promise<number> => {
        // Another place each time: rows that were read before would make it easy.
        start += side === 'ours' ? 0.07 : 0;
        const selector = side === 'ours' ? '[role=grid]' : '#vanilla-list';
        const { scriptMs, framesMs } = await scroll(page, cdp, selector, start);
        frames[side].push(...framesMs);
        return scriptMs / framesMs.length;
      };
      const result = await interleave(
        context.rounds,
        () => scrolled('ours'),
        () => scrolled('anchor'),
      );
      const p99 = percentile(frames.ours, 99);
      const anchorP99 = percentile(frames.anchor, 99);
      const readings = {
        'frame p99 ratio': p99 / anchorP99,
        'frame p99': p99,
        'anchor frame p99': anchorP99,
      };
      return { ...result, readings };
    });
  },
};

/** Scrolls with the wheel, by Chromium's own hand, and measures scripting and the time between frames. */
async function scroll(
  page: Page,
  cdp: CDPSession,
  selector: string,
  start: number,
): Promise<{ scriptMs: number; framesMs: number[] }> {
  await page.evaluate(bringUp, selector);
  await page.evaluate(putFirst, { selector, start });
  await page.waitForTimeout(400);
  const box = await page.locator(selector).boundingBox();
  if (box === null) throw new Error(`${selector} is not on screen`);
  await page.evaluate(countFrames);
  const before = await scriptSeconds(cdp);
  await cdp.send('Input.synthesizeScrollGesture', {
    x: box.x + box.width / 2,
    y: box.y + box.height / 2,
    yDistance: -SCROLL.distancePx,
    speed: SCROLL.pxPerSecond,
    gestureSourceType: 'mouse',
    preventFling: true,
  });
  const scriptMs = (await scriptSeconds(cdp)) - before;
  const framesMs = await page.evaluate(() => Reflect.get(window, 'stopCounting')() as number[]);
  return { scriptMs: scriptMs * 1000, framesMs };
}

async function scriptSeconds(cdp: CDPSession): Promise<number> {
  const { metrics } = await cdp.send('Performance.getMetrics');
  const metric = metrics.find(({ name }) => name === 'ScriptDuration');
  if (metric === undefined) throw new Error('Chromium gives no ScriptDuration');
  return metric.value;
}

const ipcPage: Figure = {
  name: 'ipc.page',
  unit: 'ms',
  anchor: 'the query alone',
  goal: [{ max: 5, of: 'beyond the query', unit: 'ms' }],
  async run(context) {
    const { cachePath, recordsPath } = context.dataset();
    const db = openForReading(cachePath, recordsPath);
    try {
      const landmarks = historyLandmarks(db, { ...newestFirst, after: null, step: PAGE_ROWS });
      const after = (round: number) => landmarks[(round * 37) % landmarks.length] ?? null;
      const result = await withDesk(copyOfDesk(context), async (page) => {
        await page.evaluate(openHistory);
        // Far down once, so that the landmarks are known.
        await page.evaluate(putFirst, { selector: '[role=grid]', start: 1 });
        await page.waitForTimeout(1500);
        let round = 0;
        const query = () => ({ ...newestFirst, after: after(round), limit: PAGE_ROWS });
        const invoked: number[] = [];
        const nothing: number[] = [];
        const measured = await interleave(
          5 * context.rounds,
          async () => {
            round += 1;
            nothing.push(await page.evaluate(invoke, ['app.info', {}] as const));
            invoked.push(await page.evaluate(invoke, ['history.page', query()] as const));
            return await page.evaluate(rowsOnScreen, (round * 0.137) % 1);
          },
          () => {
            const startMs = performance.now();
            historyPage(db, query());
            return performance.now() - startMs;
          },
        );
        return { ...measured, invoked: median(invoked), nothing: median(nothing) };
      });
      const readings = {
        'beyond the query': result.value - result.anchorValue,
        'beyond query and empty request': result.value - result.anchorValue - result.nothing,
        'an empty request': result.nothing,
        'the request without drawing': result.invoked,
      };
      return { ...result, readings };
    } finally {
      db.close();
    }
  },
};

const bundle: Figure = {
  name: 'bundle',
  unit: 'kB gzip',
  anchor: null,
  goal: [{ max: 180, unit: 'kB' }],
  async run(context) {
    const folder = join(root, 'out/renderer/assets');
    const loaded = await withDesk(copyOfDesk(context), async (page) => {
      await page.reload();
      await page.waitForSelector('table tbody tr:not([aria-hidden])');
      return await page.evaluate(() =>
        performance.getEntriesByType('resource').map(({ name }) => name.split('/').at(-1) ?? ''),
      );
    });
    const files = loaded.filter((name) => /\.(?:js|css)$/.test(name));
    const early = files.filter((name) => /^(?:rates|reports|calendar)-/.test(name));
    if (early.length > 0) throw new Error(`The first screen loads ${early.join(', ')}`);
    const kilobytes = (names: readonly string[]): number =>
      names.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).length, 0) /
      1000;
    const all = readdirSync(folder).filter((name) => /\.(?:js|css)$/.test(name));
    const readings = { files: files.length, 'the whole renderer': kilobytes(all) };
    return { value: kilobytes(files), anchorValue: null, readings };
  },
};

export const figures: readonly Figure[] = [startWindow, listPaint, listScript, ipcPage, bundle];
