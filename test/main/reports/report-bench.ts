import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import * as z from 'zod/mini';
import type { ReportRequest } from '#shared/domain/report.ts';
import { manifestPathOf, manifestSchema } from '../../../src/main/reports/manifest.ts';
import { runReportJob, type JobHooks } from '../../../src/main/reports/report-job.ts';
import { readRange } from '../../../src/main/reports/report-range.ts';
import type { SentTransaction } from '../../../src/main/storage/cache/transactions-repo.ts';
import { registerClient } from '../../../src/main/storage/records/clients-repo.ts';
import { insertRate } from '../../../src/main/storage/records/rates-repo.ts';
import {
  confirmBuy,
  openDesk,
  practice,
  reportRequest,
  saveHistory,
  sent,
} from './desk-fixture.ts';

export const utc = (text: string) => Date.parse(text);
export const ADDRESS = '2MzCEdXEzBaxCJQAq8igw4pUP1NSGAgzsUr';
export const TX_ID = '7518e03ffd987865aa6c7e456e3796900f7ee8a7cafe57c24108aba16d19d0d4';
/** When the reports are made. */
export const NOW = utc('2026-06-01T12:00:00Z');

/** The databases of a profile, a folder for its report, and what reads and writes them. */
export function openBench() {
  const desk = openDesk();
  mkdirSync(join(desk.directory, 'out'));

  const bench = {
    desk,
    path: join(desk.directory, 'out', 'report.csv'),
    close: () => desk.close(),

    register(uid: string, label = ''): void {
      const depositAddress = ADDRESS;
      registerClient(desk.records, { uid, label, source: 'added', addedAtMs: 1, depositAddress });
    },
    rate(observed: string, buyPriceCents: number, validityMs = 60_000): void {
      const observedAtMs = utc(observed);
      const timeExpiresMs = observedAtMs + validityMs;
      insertRate(
        desk.records,
        { asset: 'BTC', buyPriceCents, timeExpiresMs, observedAtMs, trigger: 'poll' },
        null,
      );
    },
    saveHistory(uid: string, rows: readonly SentTransaction[], readAtMs: number): void {
      saveHistory(desk, uid, rows, readAtMs);
    },
    confirmBuy(buy: Parameters<typeof confirmBuy>[1]): void {
      confirmBuy(desk, buy);
    },
    /** The reference's own example of a history, newest first. */
    saveExample(uid = 'BT-C1'): void {
      saveHistory(
        desk,
        uid,
        [
          sent({
            tid: '39486536',
            type: 'withdrawal',
            amountSats: 1_000_000,
            createdAtMs: utc('2026-04-10T10:14:12Z'),
            txId: TX_ID,
            address: ADDRESS,
            state: 'processed',
          }),
          sent({
            tid: '35728038',
            type: 'buy',
            amountSats: 128_949_065,
            createdAtMs: utc('2026-04-06T06:21:52Z'),
          }),
          sent({
            tid: '3501712',
            amountSats: 10_000_000,
            createdAtMs: utc('2026-04-06T06:16:19Z'),
            txId: 'ff',
            confirmations: 6,
          }),
        ],
        utc('2026-05-01T00:00:00Z'),
      );
    },

    run(changes: Partial<ReportRequest> = {}, hooks: Partial<JobHooks> = {}) {
      const request = reportRequest(changes);
      return runReportJob(
        {
          ...desk,
          profile: practice,
          appVersion: '1.2.3',
          request,
          range: readRange(request),
          nowMs: NOW,
          path: bench.path,
          temporaryPath: `${bench.path}.part`,
        },
        { isCancelled: () => false, onRows: () => undefined, ...hooks },
      );
    },
    readCsv(): Record<string, string>[] {
      const csv = readFileSync(bench.path);
      const rows: unknown = parse(csv, { columns: true, record_delimiter: '\r\n' });
      return z.parse(z.array(z.record(z.string(), z.string())), rows);
    },
    column(name: string): (string | undefined)[] {
      return bench.readCsv().map((row) => row[name]);
    },
    readManifest() {
      return z.parse(manifestSchema, JSON.parse(readFileSync(manifestPathOf(bench.path), 'utf8')));
    },
  };
  return bench;
}
export type ReportBench = ReturnType<typeof openBench>;
