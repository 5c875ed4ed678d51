import type { HistoryFilter } from '#shared/domain/transaction.ts';
import { historyPage, historySummary } from '../../src/main/storage/cache/history-repo.ts';
import { openForReading } from '../../src/main/storage/open.ts';
import { interleave, median, type Context, type Figure } from '../harness.ts';
import { monthsOf, pickWords } from '../questions.ts';
import { runExport } from './csv.ts';
import { createTimer, filtered, ids, pages, words, type Asking } from './queries.ts';

/** The anchor has a tenth of the rows, of a tenth of the clients. */
const TIMES = 10;
/** A sum of what a search finds looks at every match. */
const SUMMED = 3;

const totals: Asking<HistoryFilter> = { inputs: monthsOf, call: historySummary };
const searchSums: Asking<HistoryFilter> = {
  inputs: (cache, seed) => pickWords(cache, SUMMED, seed).map((text) => ({ text })),
  call: historySummary,
};

/** Times the anchor's median, question by question, one after the other in turns. */
async function timesOf<Input>(context: Context, asking: Asking<Input>): Promise<number> {
  const large = createTimer(context, asking);
  const small = createTimer(context, asking, ...tenth(context));
  const { value, anchorValue } = await interleave(context.rounds, large.time, small.time);
  large.close();
  small.close();
  return value / anchorValue;
}

function tenth({ rows, clients }: Context): [rows: number, clients: number] {
  return [Math.ceil(rows / TIMES), Math.ceil(clients / TIMES)];
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
  historyPage(cache, { filter, sort: { by: 'time', descending: true }, after: null, limit: 100 });
  const ms = performance.now() - startMs;
  cache.close();
  return ms;
}

/** Its goals are those of ten million rows: `--rows 10000000 --clients 20000 --only scale.10m`. */
const tenMillion: Figure = {
  name: 'scale.10m',
  unit: 'ms of an export',
  anchor: 'the same of a tenth of the rows and clients',
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
        page: await timesOf(context, pages),
        filtered: await timesOf(context, filtered),
        totals: await timesOf(context, totals),
        'cold open': cold.value / cold.anchorValue,
        'search of ids': await timesOf(context, ids),
        'search of text': await timesOf(context, words),
        'sums of a search': await timesOf(context, searchSums),
        'first search': median(searches),
      },
    };
  },
};

export const figures: readonly Figure[] = [tenMillion];
