import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { interleave, median, percentile, type Figure } from '../harness.ts';
import type { ExportOrder, ExportReading } from '../export-process.ts';
import type { Dataset } from '../dataset.ts';
import { runCli, sqlText } from '../sqlite-cli.ts';

/** An export in a process of its own, as nothing that ran before is to be in its memory. */
export async function runExport(order: ExportOrder): Promise<ExportReading> {
  const child = fork(join(import.meta.dirname, '../export-process.ts'), {
    execArgv: ['--no-warnings'],
  });
  child.send(order);
  const exited = once(child, 'exit').then(([code]) => {
    throw new Error(`The export ended with ${String(code)} and without a reading`);
  });
  const [reading] = (await Promise.race([once(child, 'message'), exited])) as [ExportReading];
  await exited.catch(() => undefined);
  return reading;
}

const decimal = (units: string, places: number) =>
  `printf('%.${places}f', (${units}) / 1e${places})`;
const iso = (ms: string, zone = 'Z') =>
  `strftime('%Y-%m-%dT%H:%M:%f${zone}', ${ms} / 1000.0, 'unixepoch')`;
const signed = 'CASE t.type WHEN 2 THEN -t.amount_sats WHEN 3 THEN NULL ELSE t.amount_sats END';

/** Where the app's columns need more than the row: a window for the balance, a look into rates and intents. */
const computed = {
  balance: `sum(CASE WHEN t.type = 0 AND t.settling = 1 THEN 0 ELSE ${signed} END)
    OVER (PARTITION BY t.client_id ORDER BY t.created_at_ms, t.tid)`,
  fiat: `iif(q.id IS NULL, NULL, 'USD'),
    ${decimal(`coalesce(i.usd_cents, (${signed}) * q.buy_price_cents / 1e8)`, 2)},
    ${decimal('q.buy_price_cents', 2)}, iif(q.id IS NULL, 'none', 'snapshot'), ${iso('q.observed_at_ms')}`,
  intent: `i.id, (SELECT actor FROM records.audit a
    WHERE a.subject = i.id AND a.action = 'intent.journaled')`,
  joins: `LEFT JOIN records.rates q ON q.id = (SELECT id FROM records.rates x
      WHERE x.observed_at_ms <= t.created_at_ms ORDER BY x.observed_at_ms DESC LIMIT 1)
    LEFT JOIN records.intents i
      ON i.client_uid = c.uid AND i.server_tid = t.tid AND i.state = 'confirmed'`,
};
/** The same columns, those left empty: what is merely stored. */
const storedOnly = {
  balance: 'NULL',
  fiat: `NULL, NULL, NULL, 'none', NULL`,
  intent: 'NULL, NULL',
  joins: '',
};

/**
 * The report's 31 columns as well as plain SQL can: no guard against formulas, one offset for the whole year, rates
 * of any asset, and floats for the value.
 */
function reportSql({ recordsPath }: Dataset, path: string, parts: typeof computed): string {
  const settings = ['.mode csv', '.headers on', '.separator "," "\\r\\n"', `.output ${path}`];
  return `${settings.join('\n')}
    ATTACH ${sqlText(recordsPath)} AS records;
    SELECT 'transactions/1' AS schema, 'practice' AS environment, 'Practice' AS profile,
      c.uid, r.label, t.tid,
      CASE t.type WHEN 0 THEN 'deposit' WHEN 1 THEN 'buy' WHEN 2 THEN 'withdrawal' ELSE 'unknown' END,
      CASE t.type WHEN 2 THEN 'out' WHEN 3 THEN NULL ELSE 'in' END, s.name,
      ${iso('t.created_at_ms')}, ${iso('(t.created_at_ms + 3600000)', '+01:00')}, 'Europe/Paris',
      ${decimal(signed, 8)}, ${signed}, ${parts.balance}, NULL, ${parts.fiat},
      a.address, NULL, lower(hex(t.tx_id)), t.confirmations, n.note,
      (SELECT group_concat(g.tag, '; ') FROM records.tags g
        WHERE g.client_uid = c.uid AND g.tid = t.tid),
      ${parts.intent}, NULL, ${iso('t.fetched_at_ms')}
    FROM main.transactions t JOIN main.clients c ON c.id = t.client_id
    LEFT JOIN main.states s ON s.id = t.state_id
    LEFT JOIN main.addresses a ON a.id = t.address_id
    LEFT JOIN records.clients r ON r.uid = c.uid
    LEFT JOIN records.notes n ON n.client_uid = c.uid AND n.tid = t.tid
    ${parts.joins}
    ORDER BY t.created_at_ms, t.tid, c.uid;`;
}

const transactions: Figure = {
  name: 'csv.transactions',
  unit: 'ms',
  anchor: 'sqlite3 -csv, the same columns, balances by a window, rates by a look for each row',
  goal: [{ maxRatio: 0.9 }],
  async run({ dataset, rounds, scratch }) {
    const data = dataset();
    const folder = scratch('csv');
    const plain: number[] = [];
    const throughCli = (parts: typeof computed) => {
      const path = join(folder, 'cli.csv');
      const ms = runCli(data.cachePath, reportSql(data, path, parts));
      rmSync(path);
      return ms;
    };
    const ours = async () => {
      const { ms } = await runExport({ ...data, folder, watch: 'nothing' });
      plain.push(throughCli(storedOnly));
      return ms;
    };
    const { value, anchorValue } = await interleave(rounds, ours, () => throughCli(computed));
    const toStoredOnly = value / median(plain);
    return {
      value,
      anchorValue,
      readings: { 'times the CLI without computed columns': toStoredOnly },
    };
  },
};

const memory: Figure = {
  name: 'csv.memory',
  unit: 'MiB',
  anchor: null,
  goal: [{ max: 64, unit: 'MiB' }],
  async run({ dataset, rounds, scratch }) {
    const folder = scratch('csv');
    const peaks: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const { extraMiB } = await runExport({ ...dataset(), folder, watch: 'memory' });
      peaks.push(extraMiB);
    }
    return {
      value: percentile(peaks, 100),
      anchorValue: null,
      readings: { median: median(peaks) },
    };
  },
};

const loop: Figure = {
  name: 'csv.loop',
  unit: 'ms',
  anchor: null,
  goal: [
    { max: 5, unit: 'ms' },
    { of: 'max', max: 16, unit: 'ms' },
  ],
  async run({ dataset, rounds, scratch }) {
    const folder = scratch('csv');
    const readings: ExportReading[] = [];
    for (let round = 0; round < rounds; round += 1) {
      readings.push(await runExport({ ...dataset(), folder, watch: 'loop' }));
    }
    const of = (pick: (reading: ExportReading) => number) => median(readings.map(pick));
    const worst = (pick: (reading: ExportReading) => number) => percentile(readings.map(pick), 100);
    return {
      value: of(({ p99Ms }) => p99Ms),
      anchorValue: null,
      readings: {
        max: worst(({ maxMs }) => maxMs),
        'median of max': of(({ maxMs }) => maxMs),
        'idle p99': of(({ idleP99Ms }) => idleP99Ms),
        'idle max': worst(({ idleMaxMs }) => idleMaxMs),
      },
    };
  },
};

const CANCELS = 20;

const cancel: Figure = {
  name: 'csv.cancel',
  unit: 'ms',
  anchor: null,
  goal: [{ max: 100, unit: 'ms' }],
  async run({ dataset, scratch }) {
    const folder = scratch('csv');
    const times: number[] = [];
    for (let index = 0; index < CANCELS; index += 1) {
      // From the start of the worker over its counting into its rows.
      const { cancelMs } = await runExport({
        ...dataset(),
        folder,
        watch: 'nothing',
        cancelAfterMs: index * 60,
      });
      times.push(cancelMs);
      const left = readdirSync(folder);
      if (left.length > 0) throw new Error(`A cancelled report left ${left.join(', ')}`);
    }
    const value = percentile(times, 100);
    return { value, anchorValue: null, readings: { median: median(times) } };
  },
};

export const figures: readonly Figure[] = [transactions, memory, loop, cancel];
