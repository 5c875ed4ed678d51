import { setTimeout as delay } from 'node:timers/promises';
import type { HistoryFilter } from '#shared/domain/transaction.ts';
import { historyPage, historySummary } from '../../src/main/storage/cache/history-repo.ts';
import { createQueries } from '../../src/main/storage/cache/queries.ts';
import { openForReading } from '../../src/main/storage/open.ts';
import { interleave, median, type Context, type Figure } from '../harness.ts';
import { monthsOf, pickIdParts, pickWords } from '../questions.ts';
import { runExport } from './csv.ts';
import { createTimer, filtered, ids, pages, words, type Asking } from './queries.ts';

/** The anchor has a tenth of the rows, of the same clients. */
const TIMES = 10;
/** A search is begun so long before what it has to make way for. */
const BEGUN_MS = 20;
const NEWEST_FIRST = { by: 'time', descending: true } as const;
/** A sum of what a search finds looks at every match. */
const SUMMED = 3;

const totals: Asking<HistoryFilter> = { inputs: monthsOf, call: historySummary };
const searchSums: Asking<HistoryFilter> = {
  inputs: (cache, seed) => pickWords(cache, SUMMED, seed).map((text) => ({ text })),
  call: historySummary,
};

/** Times the anchor's median, question by question, in turns; and by how much longer the answers are. */
async function timesOf<Input>(context: Context, name: string, asking: Asking<Input>) {
  const large = createTimer(context, asking);
  const small = createTimer(context, asking, ...tenth(context));
  const { value, anchorValue } = await interleave(context.rounds, large.time, small.time);
  const longer = large.rowsEach() / small.rowsEach();
  large.close();
  small.close();
  return { [name]: value / anchorValue, [`${name}, rows`]: longer };
}

function tenth({ rows, clients }: Context): [rows: number, clients: number] {
  return [Math.ceil(rows / TIMES), clients];
}

/** From asking for a page to having it, while the worker is at the sums of a search. */
async function interruptedMs({ dataset, seed }: Context): Promise<number> {
  const paths = dataset();
  const cache = openForReading(paths.cachePath, paths.recordsPath);
  const queries = createQueries(cache, paths, (event, error) => {
    throw new Error(event, { cause: error });
  });
  const [text = ''] = pickWords(cache, 1, seed);
  const [other = ''] = pickIdParts(cache, 1, seed);
  const page = { sort: NEWEST_FIRST, after: null, limit: 100 };
  await queries.page({ ...page, filter: { text: other } });
  const sums = queries.summary({ text });
  await delay(BEGUN_MS);
  const startMs = performance.now();
  await queries.page({ ...page, filter: { text: other } });
  const ms = performance.now() - startMs;
  await sums;
  await queries.close();
  cache.close();
  return ms;
}

/** A new connection, and its first page or first search; the files themselves are in memory. */
function firstAnswerMs(
  { dataset, seed }: Context,
  what: 'page' | 'search',
  size: number[],
): number {
  const { cachePath, recordsPath } = dataset(...size);
  const questions = openForReading(cachePath, recordsPath);
  const [text = ''] = pickWords(questions, 1, seed);
  questions.close();
  const startMs = performance.now();
  const cache = openForReading(cachePath, recordsPath);
  const filter = what === 'page' ? {} : { text };
  historyPage(cache, { filter, sort: NEWEST_FIRST, after: null, limit: 100 });
  const ms = performance.now() - startMs;
  cache.close();
  return ms;
}

/** Its goals are those of ten million rows: `--rows 10000000 --clients 20000 --only scale.10m`. */
const tenMillion: Figure = {
  name: 'scale.10m',
  unit: 'ms of an export',
  anchor: 'the same of a tenth of the rows, of the same clients',
  goal: [
    { maxRatio: 11 },
    { max: 128, of: 'export memory', unit: 'MiB' },
    { max: 1.5, of: 'page', unit: '×' },
    { max: 1.5, of: 'filtered', unit: '×' },
    { max: 1.5, of: 'totals', unit: '×' },
    { max: 1.5, of: 'cold open', unit: '×' },
    { max: 2, of: 'search of ids', unit: '×' },
    { max: 2, of: 'search of text', unit: '×' },
    { max: 12, of: 'sums of a search', unit: '×' },
    { max: 50, of: 'page asked meanwhile', unit: 'ms' },
    { max: 300, of: 'first search', unit: 'ms' },
  ],
  async run(context) {
    const { dataset, rounds, scratch } = context;
    const folder = scratch('scale');
    const exported = async (size: number[] = []) =>
      (await runExport({ ...dataset(...size), folder, watch: 'nothing' })).ms;
    const { value, anchorValue } = await interleave(
      rounds,
      () => exported(),
      () => exported(tenth(context)),
    );
    const { extraMiB } = await runExport({ ...dataset(), folder, watch: 'memory' });
    const cold = await interleave(
      rounds,
      () => firstAnswerMs(context, 'page', []),
      () => firstAnswerMs(context, 'page', tenth(context)),
    );
    const searches = Array.from({ length: rounds }, () => firstAnswerMs(context, 'search', []));
    return {
      value,
      anchorValue,
      readings: {
        'export memory': extraMiB,
        ...(await timesOf(context, 'page', pages)),
        ...(await timesOf(context, 'filtered', filtered)),
        ...(await timesOf(context, 'totals', totals)),
        'cold open': cold.value / cold.anchorValue,
        ...(await timesOf(context, 'search of ids', ids)),
        ...(await timesOf(context, 'search of text', words)),
        ...(await timesOf(context, 'sums of a search', searchSums)),
        'page asked meanwhile': await interruptedMs(context),
        'first search': median(searches),
      },
    };
  },
};

export const figures: readonly Figure[] = [tenMillion];
