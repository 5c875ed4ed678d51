import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReportProgress } from '#shared/domain/report.ts';
import { AppError } from '#shared/errors.ts';
import { createReports, type Reports } from '../../../src/main/reports/jobs.ts';
import { onDisk } from '../../../src/main/reports/file-problem.ts';
import { verifyManifest } from '../../../src/main/reports/verify-manifest.ts';
import { saveTransactions } from '../../../src/main/storage/cache/transactions-repo.ts';
import { registerClient } from '../../../src/main/storage/records/clients-repo.ts';
import { buy } from '../storage/transactions.ts';
import { openDesk, practice, reportRequest, type Desk } from './desk-fixture.ts';

const MANY_ROWS = 60_000;

let desk: Desk;
let reports: Reports;
let told: ReportProgress[];
let failures: [string, unknown][];
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
  failures = [];
  reports = createReports({
    onFailure: (event, error) => void failures.push([event, error]),
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

  /** Where no report can be, and the words for why. Nothing of it may end the process that asked. */
  const bad: [what: string, path: () => string, says: RegExp][] = [
    [
      'in a folder that is not there',
      () => join(outDirectory(), 'no', 'q.csv'),
      /the folder is not there/,
    ],
    ['below a file', () => join(filed('file'), 'q.csv'), /is a file and no folder/],
    ['deep below a file', () => join(filed('file'), 'a', 'b', 'q.csv'), /is a file and no folder/],
    ['through links that go round', () => join(looped(), 'q.csv'), /round in a circle/],
    ['on a link to itself', () => looped('q.csv'), /round in a circle/],
    ['under a name of 252 bytes, for its manifest', () => named(252), /the name is too long/],
    ['under a name of 256 bytes', () => named(256), /the name is too long/],
    ['under a name of 400 bytes', () => named(400), /the name is too long/],
    [
      'under a name of many bytes and few letters',
      () => join(outDirectory(), `${'ä'.repeat(130)}.csv`),
      /the name is too long/,
    ],
    [
      'under a path of 5,000 bytes',
      () => join(outDirectory(), 'deep/'.repeat(1000), 'q.csv'),
      /too long|not there/,
    ],
    ['in place of a folder', () => outDirectory(), /is a folder/],
    ['in place of a folder of that name', () => folder('q.csv'), /is a folder/],
    [
      'with a folder where its manifest belongs',
      () => {
        folder('q.manifest.json');
        return join(outDirectory(), 'q.csv');
      },
      /could not be written/,
    ],
  ];
  const filed = (name: string) => {
    writeFileSync(join(outDirectory(), name), '');
    return join(outDirectory(), name);
  };
  const folder = (name: string) => {
    mkdirSync(join(outDirectory(), name));
    return join(outDirectory(), name);
  };
  const looped = (name = 'loop') => {
    symlinkSync(join(outDirectory(), name), join(outDirectory(), name));
    return join(outDirectory(), name);
  };
  const named = (bytes: number) => join(outDirectory(), `${'q'.repeat(bytes - 4)}.csv`);

  it.each(bad)('ends as failed, with the reason in words, %s', async (_what, where, says) => {
    const uncaught: unknown[] = [];
    const note = (error: unknown): void => void uncaught.push(error);
    process.on('uncaughtException', note);
    try {
      const last = await failed(where());
      expect(last).toMatch(says);
      expect(last).not.toContain('.part');
      await reports.close();
      expect(uncaught).toEqual([]);
      expect(files().filter((name) => /part|tmp|\.old/.test(name))).toEqual([]);
    } finally {
      process.off('uncaughtException', note);
    }
  });

  /** How it failed, at once or later. */
  async function failed(where: string): Promise<string> {
    try {
      const { jobId } = reports.start(reportRequest(), where);
      const last = await ended(jobId);
      return `${last.state} ${last.error}`;
    } catch (error) {
      return error instanceof AppError ? `failed ${error.message}` : 'thrown';
    }
  }

  it('takes a name as long as there may be one', async () => {
    const { jobId, path: at } = reports.start(reportRequest(), named(241));
    expect(await ended(jobId)).toMatchObject({ state: 'done', error: null });
    expect((await verifyManifest(at)).ok).toBe(true);
  });

  it('adds the extension, so that no two reports share a manifest', async () => {
    const without = join(outDirectory(), 'q3');
    const first = reports.start(reportRequest(), without);
    expect(first.path).toBe(`${without}.csv`);
    await ended(first.jobId);
    expect(files()).toEqual(['q3.csv', 'q3.manifest.json']);
    expect(() => reports.start(reportRequest(), without)).toThrow(/q3\.csv in this folder already/);
    const other = reports.start(reportRequest({ report: 'rates' }), `${without}.txt`);
    await ended(other.jobId);
    expect(files()).toEqual(['q3.csv', 'q3.manifest.json', 'q3.txt.csv', 'q3.txt.manifest.json']);
    for (const { path: at } of [first, other]) expect((await verifyManifest(at)).ok).toBe(true);
  });

  it('replaces no file by a copy for spreadsheets but an earlier copy of the same report', async () => {
    const spreadsheet = { separator: 'comma', decimal: 'point' } as const;
    const q3 = join(outDirectory(), 'q3.csv');
    const withCopy = () => reports.start(reportRequest({ spreadsheet }), q3);
    writeFileSync(join(outDirectory(), 'q3.spreadsheet.csv'), 'mine');
    expect(withCopy).toThrow(/would replace q3\.spreadsheet\.csv.*another name/);
    rmSync(join(outDirectory(), 'q3.spreadsheet.csv'));
    for (let round = 0; round < 2; round += 1) {
      expect(await ended(withCopy().jobId)).toMatchObject({ state: 'done' });
    }
    expect((await verifyManifest(q3)).ok).toBe(true);
  });

  it.each(['Q3.CSV', 'q3.spreadsheet.csv'])(
    'writes no %s while a report of the same files is being written',
    async (name) => {
      const spreadsheet = { separator: 'comma', decimal: 'point' } as const;
      const { jobId } = reports.start(
        reportRequest({ spreadsheet }),
        join(outDirectory(), 'q3.csv'),
      );
      expect(() => reports.start(reportRequest(), join(outDirectory(), name))).toThrow(
        'being written already',
      );
      await ended(jobId);
    },
  );

  it('ends as failed, and says nothing of its inside, when its worker breaks', async () => {
    desk.cache.exec('ALTER TABLE main.transactions RENAME TO gone');
    const { jobId } = reports.start(reportRequest(), path());
    expect(await ended(jobId)).toMatchObject({ state: 'failed' });
    expect(files()).toEqual([]);
    // For whoever looks into it later; a packaged app has no console.
    await expect.poll(() => String(failures[0])).toMatch(/report worker.*no such table/s);
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
