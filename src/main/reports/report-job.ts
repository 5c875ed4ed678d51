import { copyFileSync, existsSync, linkSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { assertNever, AppError } from '#shared/errors.ts';
import { visibleText } from '#shared/text.ts';
import { renameDurably, writeFileDurably } from '../storage/durable-file.ts';
import { openForReading } from '../storage/open.ts';
import { balancesReport } from './balances-report.ts';
import { onDisk } from './file-problem.ts';
import { buildManifest, manifestPathOf } from './manifest.ts';
import { ratesReport } from './rates-report.ts';
import type { ReportRows, ReportSource } from './report-source.ts';
import { writeReport } from './report-writer.ts';
import { createSpreadsheetCopy, spreadsheetPathOf } from './spreadsheet.ts';
import { transactionsReport } from './transactions-report.ts';

/** All that a report needs, as plain data: it crosses into a worker. */
export type ReportJob = Omit<ReportSource, 'db'> & {
  cachePath: string;
  recordsPath: string;
  appVersion: string;
  /** Where the report will be, and where it is until it is whole. */
  path: string;
  temporaryPath: string;
};

export type JobHooks = {
  isCancelled: () => boolean;
  onRows: (rows: number, totalRows: number) => void;
};

/**
 * In order of time, rows come from the newest page of each client in turn. Of 20,000 clients these do not fit, and come
 * from the system's own cache: with room for all of them a million rows took 6 % less time and 93 MiB more. The records
 * are mostly read one after the other.
 */
const CACHE_KIB = 16_384;
const RECORDS_CACHE_KIB = 2048;

/**
 * Makes one report and its manifest. Both appear under their names only when whole; the report comes last, so
 * that it never lies there without its manifest. After a failure nothing is left.
 * @throws AppError cancelled, disk_full, storage_failed
 */
export function runReportJob(job: ReportJob, hooks: JobHooks): { rows: number; sha256: string } {
  onDisk(job.path, () => refuseFolder(job.path));
  refuseCancelled(hooks);
  const db = openForReading(job.cachePath, job.recordsPath);
  try {
    db.pragma(`main.cache_size = -${CACHE_KIB}`);
    db.pragma(`records.cache_size = -${RECORDS_CACHE_KIB}`);
    // One transaction: rows, sums and the state of the history are of one moment.
    db.exec('BEGIN');
    const source: ReportSource = { ...job, db };
    const report = reportRows(source);
    const { totalRows } = report;
    refuseCancelled(hooks);
    hooks.onRows(0, totalRows);
    const copyPath = spreadsheetPathOf(job.path);
    const { spreadsheet } = job.request;
    const copy = spreadsheet
      ? { ...createSpreadsheetCopy(report.columns, spreadsheet), path: copyPathOf(job) }
      : null;
    // A problem is told of the file that was chosen.
    const written = onDisk(job.path, () =>
      writeReport(
        job.temporaryPath,
        report,
        { isCancelled: hooks.isCancelled, onRows: (rows) => hooks.onRows(rows, totalRows) },
        copy,
      ),
    );
    const { rows } = written;
    const { bytes, sha256 } = written.file;
    const manifest = buildManifest(source, {
      appVersion: job.appVersion,
      columns: report.columns,
      rows,
      sums: report.sums(),
      file: { name: basename(job.path), bytes, sha256 },
      ...(spreadsheet && written.copy
        ? { spreadsheet: { name: basename(copyPath), ...written.copy, ...spreadsheet } }
        : {}),
    });
    refuseCancelled(hooks);
    onDisk(job.path, () => publish(job, `${JSON.stringify(manifest, null, 2)}\n`));
    return { rows, sha256 };
  } finally {
    db.close();
    removeQuietly(job.temporaryPath);
    removeQuietly(copyPathOf(job));
    removeQuietly(`${job.temporaryPath}.old`);
  }
}

/** Where the copy is until it is whole. */
export function copyPathOf({ temporaryPath }: Pick<ReportJob, 'temporaryPath'>): string {
  return `${temporaryPath}.copy`;
}

/** Counting, reading and the manifest take a while each. */
function refuseCancelled({ isCancelled }: JobHooks): void {
  if (isCancelled()) throw new AppError('cancelled', 'The report was cancelled.');
}

function reportRows(source: ReportSource): ReportRows {
  const { report } = source.request;
  switch (report) {
    case 'transactions':
      return transactionsReport(source);
    case 'balances':
      return balancesReport(source);
    case 'rates':
      return ratesReport(source);
    default:
      return assertNever(report);
  }
}

/** Gives all files their names, or none: an earlier report of that name keeps its manifest and its copy. */
function publish(job: ReportJob, manifest: string): void {
  const { path, temporaryPath } = job;
  const manifestPath = manifestPathOf(path);
  const earlier = existsSync(manifestPath) ? readFileSync(manifestPath, 'utf8') : null;
  writeFileDurably(manifestPath, manifest, READABLE);
  let takeBackCopy = (): void => {};
  try {
    if (job.request.spreadsheet) takeBackCopy = publishCopy(job);
    renameDurably(temporaryPath, path);
  } catch (error) {
    takeBackCopy();
    if (earlier === null) removeQuietly(manifestPath);
    else writeFileDurably(manifestPath, earlier, READABLE);
    throw error;
  }
}

/** @returns what puts back the state before it */
function publishCopy(job: ReportJob): () => void {
  const path = spreadsheetPathOf(job.path);
  refuseFolder(path);
  const aside = `${job.temporaryPath}.old`;
  const hasEarlier = existsSync(path);
  if (hasEarlier) linkOrCopy(path, aside);
  renameDurably(copyPathOf(job), path);
  return () => {
    if (hasEarlier) renameDurably(aside, path);
    else removeQuietly(path);
  };
}

/** Some disks know no links. */
function linkOrCopy(path: string, aside: string): void {
  try {
    linkSync(path, aside);
  } catch {
    copyFileSync(path, aside);
  }
}

/** Less what the umask takes away: who may read a report, the folder decides. */
const READABLE = 0o666;

/** What cannot be removed was never written, or is left to the operator: it must not hide why the report failed. */
export function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Where nothing can be removed, nothing could be written.
  }
}

/** The last step would fail on it, after all the work. */
function refuseFolder(path: string): void {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new AppError('invalid_input', `${visibleText(path)} is a folder. Choose a file name.`);
}
