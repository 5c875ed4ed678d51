import { closeSync, mkdirSync, openSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReportProgress } from '#shared/domain/report.ts';
import { createReports, type Reports } from '../../../src/main/reports/jobs.ts';
import { onDisk } from '../../../src/main/reports/report-writer.ts';
import { verifyManifest } from '../../../src/main/reports/verify-manifest.ts';
import { saveTransactions } from '../../../src/main/storage/cache/transactions-repo.ts';
import { registerClient } from '../../../src/main/storage/records/clients-repo.ts';
import { buy } from '../storage/transactions.ts';
import { openDesk, practice, reportRequest, type Desk } from './desk-fixture.ts';

const MANY_ROWS = 60_000;

let desk: Desk;
let reports: Reports;
let told: ReportProgress[];
let onTold: (progress: ReportProgress) => void;
const outDirectory = () => join(desk.directory, 'out');
const path = () => join(outDirectory(), 'report.csv');
const files = () => readdirSync(outDirectory()).toSorted();

beforeEach(() => {
  desk = openDesk();
  mkdirSync(outDirectory());
  told = [];
  onTold = () => undefined;
  registerClient(desk.records, { uid: 'BT-C1', label: '', source: 'added', addedAtMs: 1 });
  const file = 'src/main/reports/report-worker.ts';
  reports = createReports({
    ...desk,
    profile: practice,
    appVersion: '1.2.3',
    now: () => Date.UTC(2026, 5, 1),
    onProgress(progress) {
      told.push(progress);
      onTold(progress);
    },
    workerUrl: pathToFileURL(join(import.meta.dirname, '../../..', file)),
  });
});
afterEach(async () => {
  await reports.close();
  desk.close();
});

function insertMany(): void {
  const rows = Array.from({ length: MANY_ROWS }, (_, index) =>
    buy(String(index), { createdAtMs: Date.UTC(2026, 0, 1) + index * 1000 }),
  );
  saveTransactions(desk.cache, 'BT-C1', rows, 1);
}

function ended(jobId: string): Promise<ReportProgress> {
  return new Promise((resolve) => {
    onTold = (progress) => {
      if (progress.jobId === jobId && progress.state !== 'running') resolve(progress);
    };
  });
}

describe('a report in its worker', () => {
  it('tells of its progress and ends as done, with the file and its manifest', async () => {
    insertMany();
    const started = reports.start(reportRequest(), path());
    expect(started).toMatchObject({ state: 'running', rows: 0, path: path(), sha256: null });
    const last = await ended(started.jobId);
    expect(last).toMatchObject({
      state: 'done',
      rows: MANY_ROWS,
      totalRows: MANY_ROWS,
      error: null,
    });
    expect(told[0]).toMatchObject({ state: 'running', totalRows: MANY_ROWS });
    expect(files()).toEqual(['report.csv', 'report.manifest.json']);
    expect(reports.pathOf(started.jobId)).toBe(path());
    expect((await verifyManifest(path())).ok).toBe(true);
  }, 20_000);

  it('ends as cancelled when asked to, and leaves nothing', async () => {
    insertMany();
    const { jobId } = reports.start(reportRequest(), path());
    const last = new Promise<ReportProgress>((resolve) => {
      onTold = (progress) => {
        if (progress.state === 'running') reports.cancel(jobId);
        else resolve(progress);
      };
    });
    expect(await last).toMatchObject({ state: 'cancelled', sha256: null, error: null });
    expect(files()).toEqual([]);
    expect(() => reports.pathOf(jobId)).toThrow(expect.objectContaining({ code: 'not_found' }));
  }, 20_000);

  it('is cancelled when the profile closes', async () => {
    insertMany();
    const { jobId } = reports.start(reportRequest(), path());
    const last = ended(jobId);
    await reports.close();
    expect(await last).toMatchObject({ state: 'cancelled' });
    expect(files()).toEqual([]);
  }, 20_000);

  it('ends as failed, with the reason in words, when it cannot be written', async () => {
    const { jobId } = reports.start(reportRequest(), join(outDirectory(), 'no', 'report.csv'));
    const last = await ended(jobId);
    expect(last.state).toBe('failed');
    expect(last.error).toContain('could not be written');
  });

  it('ends as failed, and says nothing of its inside, when its worker breaks', async () => {
    desk.cache.exec('ALTER TABLE main.transactions RENAME TO gone');
    const { jobId } = reports.start(reportRequest(), path());
    expect(await ended(jobId)).toMatchObject({ state: 'failed' });
    expect(files()).toEqual([]);
  });

  it('is refused for a range backwards, and for a file that is being written', async () => {
    const backwards = reportRequest({ fromDay: '2026-02-02', toDay: '2026-02-01' });
    expect(() => reports.start(backwards, path())).toThrow(
      expect.objectContaining({ code: 'invalid_input', field: 'toDay' }),
    );
    const { jobId } = reports.start(reportRequest(), path());
    expect(() => reports.start(reportRequest(), path())).toThrow(
      expect.objectContaining({ code: 'conflict' }),
    );
    await ended(jobId);
  });
});

describe('a full disk', () => {
  it.runIf(process.platform === 'linux')('is named', () => {
    const write = () => {
      const full = openSync('/dev/full', 'w');
      try {
        writeSync(full, 'x');
      } finally {
        closeSync(full);
      }
    };
    expect(() => onDisk('report.csv', write)).toThrow(
      expect.objectContaining({
        code: 'disk_full',
        message: expect.stringContaining('disk is full'),
      }),
    );
  });
});
