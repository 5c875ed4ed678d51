import type { HistoryCursor, HistoryFilter } from '#shared/domain/transaction.ts';
import { historyPage } from '../../src/main/storage/cache/history-repo.ts';
import { openForReading, type CacheDb } from '../../src/main/storage/open.ts';
import { createRandom } from '../../test/simulation/random.ts';
import type { Dataset } from '../dataset.ts';
import { interleave, median, percentile, type Figure } from '../harness.ts';
import { cliMsEach, sqlText } from '../sqlite-cli.ts';

const PAGE_ROWS = 100;
const QUERIES_A_ROUND = 300;
const NEWEST_FIRST = { by: 'time', descending: true } as const;

/** A place in the history: of all clients or of one, after any of its rows. */
type Place = { clientUid: string | null; after: HistoryCursor };

function pickPlaces(cache: CacheDb, count: number, seed: number): Place[] {
  const random = createRandom(seed);
  const rows = Number(cache.prepare('SELECT max(id) FROM main.transactions').pluck().get());
  const place = cache.prepare<[number], { uid: string; key: number; rowId: number }>(
    `SELECT c.uid, t.created_at_ms AS key, t.id AS rowId
     FROM main.transactions t JOIN main.clients c ON c.id = t.client_id WHERE t.id = ?`,
  );
  return Array.from({ length: count }, (_, index) => {
    const found = place.get(random.between(1, rows));
    if (!found) throw new Error('Row ids have gaps');
    const { uid, key, rowId } = found;
    return { clientUid: index % 2 === 0 ? uid : null, after: { key, rowId } };
  });
}

function askForPage(cache: CacheDb, { clientUid, after }: Place): void {
  const filter: HistoryFilter = clientUid === null ? {} : { clientUid };
  historyPage(cache, { filter, sort: NEWEST_FIRST, after, limit: PAGE_ROWS });
}

/** The same columns, in the SQL of the anchor's version. */
function pageSql({ clientUid, after }: Place): string {
  const ofClient =
    clientUid === null
      ? ''
      : `AND t.client_id = (SELECT id FROM main.clients WHERE uid = ${sqlText(clientUid)})`;
  return `SELECT t.id, c.uid, t.tid, t.type, t.amount_sats, t.created_at_ms, s.name, t.confirmations,
      hex(t.tx_id), t.address, t.fetched_at_ms, r.label, n.note,
      (SELECT group_concat(tag) FROM records.tags g WHERE g.client_uid = c.uid AND g.tid = t.tid)
    FROM main.transactions t CROSS JOIN main.clients c ON c.id = t.client_id
    LEFT JOIN main.states s ON s.id = t.state_id
    LEFT JOIN records.clients r ON r.uid = c.uid
    LEFT JOIN records.notes n ON n.client_uid = c.uid AND n.tid = t.tid
    WHERE (t.created_at_ms, t.id) < (${after.key}, ${after.rowId}) ${ofClient}
    ORDER BY t.created_at_ms DESC, t.id DESC LIMIT ${PAGE_ROWS + 1};`;
}

/** Milliseconds of each of the calls. */
function timesOf<Input>(inputs: readonly Input[], call: (input: Input) => void): number[] {
  return inputs.map((input) => {
    const startMs = performance.now();
    call(input);
    return performance.now() - startMs;
  });
}

async function againstCli<Input>(
  dataset: Dataset,
  rounds: number,
  queries: {
    inputs: readonly Input[];
    call: (input: Input) => void;
    sql: (input: Input) => string;
  },
) {
  const { inputs, call, sql } = queries;
  timesOf(inputs, call);
  const all: number[] = [];
  const ours = () => {
    const times = timesOf(inputs, call);
    all.push(...times);
    return median(times);
  };
  const texts = inputs.map(sql);
  const { value, anchorValue } = await interleave(rounds, ours, () => cliMsEach(dataset, texts));
  return { value, anchorValue, readings: { p99: percentile(all, 99), max: percentile(all, 100) } };
}

const page: Figure = {
  name: 'query.page',
  unit: 'ms',
  anchor: 'sqlite3, the same page',
  goal: [{ maxRatio: 1 }, { of: 'p99', max: 1, unit: 'ms' }],
  run({ dataset, rounds, seed }) {
    const data = dataset();
    const cache = openForReading(data.cachePath, data.recordsPath);
    const inputs = pickPlaces(cache, QUERIES_A_ROUND, seed);
    const call = (place: Place) => askForPage(cache, place);
    return againstCli(data, rounds, { inputs, call, sql: pageSql }).finally(() => cache.close());
  },
};

export const figures: readonly Figure[] = [page];
