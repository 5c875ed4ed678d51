import { afterEach, expect, test, vi } from 'vitest';
import type { RateSeries } from '#shared/domain/rate.ts';
import type { ReportProgress } from '#shared/domain/report.ts';
import { ok } from '#shared/errors.ts';
import {
  chartColumns,
  changeText,
  factsOf,
  lonePrices,
  MOST_MARKS,
} from '../../../src/renderer/features/rates/series-facts.ts';
import { timeLabels } from '../../../src/renderer/features/rates/time-labels.ts';
import { isBackwards, rangePresets } from '../../../src/renderer/features/reports/presets.ts';
import { createReportsStore } from '../../../src/renderer/features/reports/reports-store.ts';
import { installBridge } from './fake-bridge.ts';

afterEach(() => vi.unstubAllGlobals());

const trade = (atMs: number) => ({
  atMs,
  priceCents: 250,
  clientUid: 'BT-C1',
  amountSats: 1,
});
const series: RateSeries = {
  timesMs: [1000, 2000, 3000],
  pricesCents: [100, null, 300],
  trades: [trade(2500), trade(3500)],
  observations: 2,
};

test('facts leave gaps out', () => {
  expect(factsOf(series)).toEqual({
    readings: 2,
    minCents: 100,
    maxCents: 300,
    firstCents: 100,
    lastCents: 300,
  });
  expect(factsOf({ ...series, pricesCents: [null, null, null] })).toBeNull();
});

test('one reading alone is no change, not one of 0 %', () => {
  const one = { ...series, timesMs: [1000], pricesCents: [100], observations: 1 };
  expect([one, series].map((each) => changeText(factsOf(each)))).toEqual([null, '+200.00']);
});

test('a gap stays null, and a trade between observations is not one', () => {
  expect(chartColumns(series)).toEqual([
    [1, 2, 2.5, 3, 3.5],
    [1, null, undefined, 3, undefined],
    [null, null, 2.5, null, 2.5],
  ]);
});

test.each([
  [[7], [0]],
  [[7, 8], []],
  [
    [7, null, 8, 9, null, 6],
    [0, 5],
  ],
  [[undefined, 7, undefined, null], [1]],
  [[7, undefined, 8], []],
  [[null, null], []],
  [[], []],
])('of the prices %j those at %j stand alone', (prices, lone) => {
  expect(lonePrices(prices)).toEqual(lone);
});

test('of buys that would hide the line under their marks one in each place stays', () => {
  const trades = Array.from({ length: 500 }, (_, index) => trade(1000 + index * 4));
  const marked = chartColumns({ ...series, trades })[2].filter((price) => price !== null);
  expect(marked.length).toBeGreaterThan(MOST_MARKS * 0.9);
  expect(marked.length).toBeLessThanOrEqual(MOST_MARKS + 1);
});

test('the axis names the day where it changes in the zone', () => {
  const splits = ['2026-11-22T21:00Z', '2026-11-22T22:00Z', '2026-11-22T23:00Z'].map(
    (iso) => Date.parse(iso) / 1000,
  );
  expect(timeLabels(splits, 3600, 'Europe/Paris')).toEqual([
    '22:00\n2026-11-22',
    '23:00',
    '00:00\n2026-11-23',
  ]);
  expect(timeLabels(splits.slice(0, 1), 86_400, 'Europe/Paris')).toEqual(['11-22\n2026']);
  const start = splits[0] ?? 0;
  expect(timeLabels([start, start + 5], 5, 'Europe/Paris')).toEqual([
    '22:00:00\n2026-11-22',
    '22:00:05',
  ]);
});

test('presets are whole months and years', () => {
  const presets = rangePresets('2026-01-15');
  expect(presets.map(({ value }) => value)).toEqual([
    { fromDay: '2026-01-01', toDay: '2026-01-15' },
    { fromDay: '2025-12-01', toDay: '2025-12-31' },
    { fromDay: '2026-01-01', toDay: '2026-01-15' },
    { fromDay: '2009-01-03', toDay: '2026-01-15' },
  ]);
  expect(isBackwards({ fromDay: '2026-01-02', toDay: '2026-01-01' })).toBe(true);
  expect(isBackwards({ fromDay: '2026-01-01', toDay: '2026-01-01' })).toBe(false);
});

const days = { fromDay: '2026-11-01', toDay: '2026-11-23' };

function job(patch: Partial<ReportProgress>): ReportProgress {
  return {
    jobId: 'r1',
    report: 'transactions',
    state: 'running',
    rows: 0,
    totalRows: 10,
    path: '/tmp/a.csv',
    spreadsheetPath: null,
    sha256: null,
    error: null,
    ...patch,
  };
}

test('a report follows the progress of its own job alone, and a closed dialog changes nothing', async () => {
  const asked: unknown[] = [];
  let answer: ReportProgress | null = job({});
  const { emit } = installBridge({
    'reports.start': (request) => {
      asked.push(request);
      return ok(answer);
    },
  });
  const store = createReportsStore();
  const form = {
    report: 'transactions',
    days,
    timeZone: 'UTC',
    clientUid: '',
    spreadsheet: null,
  } as const;
  await store.getState().start(form);
  expect(asked).toEqual([{ report: 'transactions', ...days, timeZone: 'UTC' }]);

  emit('report.progress', job({ jobId: 'other', rows: 9 }));
  expect(store.getState().job?.rows).toBe(0);
  emit('report.progress', job({ state: 'done', rows: 10, sha256: 'ab' }));
  expect(store.getState().job).toMatchObject({ state: 'done', rows: 10 });

  answer = null;
  await store.getState().start({ ...form, clientUid: 'BT-C1' });
  expect(asked.at(-1)).toMatchObject({ clientUid: 'BT-C1' });
  expect(store.getState().job?.state).toBe('done');
});
