import * as z from 'zod/mini';
import { plainText } from '../text-schema.ts';

export const reportKindSchema = z.enum(['transactions', 'balances', 'rates']);
export type ReportKind = z.infer<typeof reportKindSchema>;

const dayPattern = /^\d{4}-\d{2}-\d{2}$/;

/** Whole days in a named zone: from the start of `fromDay` to the end of `toDay`, kept as a half-open range. */
export const reportRequestSchema = z.strictObject({
  report: reportKindSchema,
  fromDay: z.string().check(z.maxLength(10), z.regex(dayPattern)),
  toDay: z.string().check(z.maxLength(10), z.regex(dayPattern)),
  timeZone: plainText(60),
  clientUid: z.optional(plainText(64)),
});
export type ReportRequest = z.infer<typeof reportRequestSchema>;

/** `state` is final except for `running`; `rows` of `totalRows` are written. */
export type ReportProgress = {
  jobId: string;
  report: ReportKind;
  state: 'running' | 'done' | 'cancelled' | 'failed';
  rows: number;
  totalRows: number;
  path: string;
  sha256: string | null;
  error: string | null;
};

/** What a report is, held against the manifest beside it. */
export type ReportVerdict = {
  ok: boolean;
  /** One sentence for each thing that is not as the manifest says; empty when all is. */
  differences: string[];
};
