import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { assertNever, AppError } from '#shared/errors.ts';
import { renameDurably, writeFileDurably } from '../storage/durable-file.ts';
import { openForReading } from '../storage/open.ts';
import { balancesReport } from './balances-report.ts';
import { onDisk } from './file-problem.ts';
import { buildManifest, manifestPathOf } from './manifest.ts';
import { ratesReport } from './rates-report.ts';
import type { ReportRows, ReportSource } from './report-source.ts';
import { writeReport } from './report-writer.ts';
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
 * In order of time, rows come from the newest page of each client in turn: of 2,000 clients, three quarters are
 * kept. The records are mostly read one after the other.
 */
const CACHE_KIB = 6144;
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
    const written = writeReport(job.temporaryPath, report, {
      isCancelled: hooks.isCancelled,
      onRows: (rows) => hooks.onRows(rows, totalRows),
    });
    const { rows, bytes, sha256 } = written;
    const manifest = buildManifest(source, {
      appVersion: job.appVersion,
      columns: report.columns,
      rows,
      sums: report.sums(),
      file: { name: basename(job.path), bytes, sha256 },
    });
    refuseCancelled(hooks);
    onDisk(job.path, () => publish(job, `${JSON.stringify(manifest, null, 2)}\n`));
    return { rows, sha256 };
  } finally {
    db.close();
    removeQuietly(job.temporaryPath);
  }
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

/** Gives both files their names, or neither: an earlier report of that name keeps its manifest. */
function publish({ path, temporaryPath }: ReportJob, manifest: string): void {
  const manifestPath = manifestPathOf(path);
  const earlier = existsSync(manifestPath) ? readFileSync(manifestPath, 'utf8') : null;
  writeFileDurably(manifestPath, manifest, READABLE);
  try {
    renameDurably(temporaryPath, path);
  } catch (error) {
    if (earlier === null) removeQuietly(manifestPath);
    else writeFileDurably(manifestPath, earlier, READABLE);
    throw error;
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
  throw new AppError('invalid_input', `${path} is a folder. Choose a file name.`);
}
