import type { ReportVerdict } from '#shared/domain/report.ts';
import type { ErrorDto } from '#shared/errors.ts';
import type { ReportJob } from './report-job.ts';

/** What goes into a report's worker; `cancelFlag` is an Int32 that main sets to 1. */
export type ReportWorkerData = { job: ReportJob; cancelFlag: SharedArrayBuffer };

/** What comes out of it. The last message is `done` or `failed`. */
export type ReportWorkerMessage =
  | { type: 'progress'; rows: number; totalRows: number }
  | { type: 'done'; rows: number; sha256: string }
  | { type: 'failed'; error: ErrorDto };

/** What goes into the worker that verifies a report. */
export type VerifyWorkerData = { path: string };

/** The one message that comes out of it. */
export type VerifyWorkerMessage =
  { ok: true; verdict: ReportVerdict } | { ok: false; error: ErrorDto };
