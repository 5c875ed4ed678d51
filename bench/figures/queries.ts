import type {
  HistoryFilter,
  HistoryPage,
  HistoryQuery,
  HistorySummary,
} from '#shared/domain/transaction.ts';
import { historyPage, historySummary } from '../../src/main/storage/cache/history-repo.ts';
import { openForReading, type CacheDb } from '../../src/main/storage/open.ts';
import { interleave, median, percentile, type Context, type Figure } from '../harness.ts';
import {
  filteredSql,
  monthsOf,
  monthsSql,
  pageSql,
  pickFilters,
  pickIdParts,
  pickPlaces,
  pickWords,
  textSql,
} from '../questions.ts';
import { cliMsEach } from '../sqlite-cli.ts';

const PAGE_ROWS = 100;
const NEWEST_FIRST = { by: 'time', descending: true } as const;
const SMALL_ROWS = 10_000;

export type Asking<Input> = {
  inputs: (cache: CacheDb, seed: number) => readonly Input[];
  call: (cache: CacheDb, input: Input) => HistoryPage | HistorySummary;
};

export const pages: Asking<HistoryQuery> = {
  inputs: (cache, seed) => pickPlaces(cache, 300, seed).map(pageQuery),
  call: historyPage,
};
export const filtered: Asking<HistoryFilter> = {
  inputs: (cache, seed) => pickFilters(cache, 300, seed),
  call: historySummary,
};
export const ids: Asking<HistoryQuery> = {
  inputs: (cache, seed) => pickIdParts(cache, 300, seed).map((text) => firstPage({ text })),
  call: historyPage,
};
export const words: Asking<HistoryQuery> = {
  inputs: (cache, seed) => pickWords(cache, 300, seed).map((text) => firstPage({ text })),
  call: historyPage,
};

function firstPage(filter: HistoryFilter): HistoryQuery {
  return { filter, sort: NEWEST_FIRST, after: null, limit: PAGE_ROWS };
}

function pageQuery({ clientUid, after }: ReturnType<typeof pickPlaces>[0]): HistoryQuery {
  return { ...firstPage(clientUid === null ? {} : { clientUid }), after };
}

/**
 * Milliseconds of each call, after a round that warms the caches of all layers. `p99` is of the questions, each at
 * its median: what a question costs, and not when the system gave the processor to others. `p99 of calls` has that.
 */
export function createTimer<Input>(
  { dataset, seed }: Context,
  { inputs, call }: Asking<Input>,
  rows?: number,
  clients?: number,
) {
  const data = dataset(rows, clients);
  const cache = openForReading(data.cachePath, data.recordsPath);
  const asked = inputs(cache, seed);
  const timesOf = asked.map((input) => ({ input, times: new Array<number>() }));
  const time = () => {
    const round = timesOf.map(({ input, times }) => {
      const startMs = performance.now();
      call(cache, input);
      const ms = performance.now() - startMs;
      times.push(ms);
      return ms;
    });
    return median(round);
  };
  time();
  for (const { times } of timesOf) times.length = 0;
  const readings = () => {
    const costs = timesOf.map(({ times }) => median(times));
    const calls = timesOf.flatMap(({ times }) => times);
    return {
      p99: percentile(costs, 99),
      'p99 of calls': percentile(calls, 99),
      max: percentile(calls, 100),
      calls: calls.length,
    };
  };
  /** Median length of the answers: where it grows, time does. A sum is one row. */
  const rowsEach = () => median(asked.map((input) => rowsIn(call(cache, input))));
  return { data, cache, asked, time, readings, rowsEach, close: () => cache.close() };
}

function rowsIn(answer: ReturnType<Asking<never>['call']>): number {
  return 'rows' in answer ? answer.rows.length : 1;
}

async function against<Input>(
  context: Context,
  asking: Asking<Input>,
  sql: (input: Input) => string,
  anchorInputs = Number.POSITIVE_INFINITY,
) {
  const timer = createTimer(context, asking);
  const queries = timer.asked.slice(0, anchorInputs).map(sql);
  const anchor = () => cliMsEach(timer.data, queries);
  const { value, anchorValue } = await interleave(context.rounds, timer.time, anchor);
  timer.close();
  return { value, anchorValue, readings: timer.readings() };
}

const page: Figure = {
  name: 'query.page',
  unit: 'ms',
  anchor: 'sqlite3, the same page',
  goal: [{ maxRatio: 1 }, { of: 'p99', max: 1, unit: 'ms' }],
  run: (context) => against(context, pages, pageSql),
};

const filteredSums: Figure = {
  name: 'query.filtered',
  unit: 'ms',
  anchor: 'sqlite3, the same sums',
  goal: [{ maxRatio: 1 }, { of: 'p99', max: 5, unit: 'ms' }],
  run: (context) => against(context, filtered, filteredSql),
};

const searchId: Figure = {
  name: 'search.id',
  unit: 'ms',
  anchor: null,
  goal: [{ of: 'p99', max: 1, unit: 'ms' }],
  run(context) {
    const timer = createTimer(context, ids);
    const value = median(Array.from({ length: context.rounds }, timer.time));
    timer.close();
    return { value, anchorValue: null, readings: timer.readings() };
  },
};

const searchText: Figure = {
  name: 'search.text',
  unit: 'ms',
  anchor: "sqlite3, LIKE '%…%'",
  goal: [
    { maxRatio: 1 / 80 },
    { of: 'p99', max: 5, unit: 'ms' },
    { of: 'indexShare', max: 0.5, unit: 'of the table' },
  ],
  async run(context) {
    const measured = await against(context, words, textSql, 3);
    const { cachePath, recordsPath } = context.dataset();
    const cache = openForReading(cachePath, recordsPath);
    const indexShare = searchIndexShare(cache);
    cache.close();
    return { ...measured, readings: { ...measured.readings, indexShare } };
  },
};

/** Bytes of all that only searching needs, beside those of the transactions with their addresses. */
function searchIndexShare(cache: CacheDb): number {
  const size = cache
    .prepare<[string], number>('SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE name GLOB ?')
    .pluck();
  const sum = (names: readonly string[]) =>
    names.reduce((total, name) => total + (size.get(name) ?? 0), 0);
  return sum(['annotations_*', 'by_address', 'tx_head']) / sum(['transactions', 'addresses']);
}

const totalsMonth: Figure = {
  name: 'totals.month',
  unit: 'ms',
  anchor: 'sqlite3, GROUP BY strftime',
  goal: [{ maxRatio: 0.1 }],
  async run({ dataset, rounds }) {
    const data = dataset();
    const cache = openForReading(data.cachePath, data.recordsPath);
    const months = monthsOf(cache);
    const ours = () => {
      const startMs = performance.now();
      for (const month of months) historySummary(cache, month);
      return performance.now() - startMs;
    };
    ours();
    const { value, anchorValue } = await interleave(rounds, ours, () =>
      cliMsEach(data, [monthsSql]),
    );
    cache.close();
    return { value, anchorValue };
  },
};

function growth<Input>(name: string, asking: Asking<Input>): Figure {
  return {
    name: `growth.${name}`,
    unit: 'ms',
    anchor: `the same at ${SMALL_ROWS} rows`,
    goal: [{ maxRatio: 2 }],
    async run(context) {
      const large = createTimer(context, asking);
      const small = createTimer(context, asking, Math.min(SMALL_ROWS, context.rows));
      const { value, anchorValue } = await interleave(context.rounds, large.time, small.time);
      const readings = { 'rows of an answer': large.rowsEach(), 'of the anchor': small.rowsEach() };
      large.close();
      small.close();
      return { value, anchorValue, readings };
    },
  };
}

export const figures: readonly Figure[] = [
  page,
  filteredSums,
  searchId,
  searchText,
  totalsMonth,
  growth('page', pages),
  growth('filtered', filtered),
  growth('search.id', ids),
  growth('search.text', words),
];
