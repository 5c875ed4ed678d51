import * as z from 'zod/mini';
import { plainText } from '../text-schema.ts';

export const reportKindSchema = z.enum(['transactions', 'balances', 'rates']);
export type ReportKind = z.infer<typeof reportKindSchema>;

const dayPattern = /^\d{4}-\d{2}-\d{2}$/;

export const spreadsheetFormSchema = z.strictObject({
  separator: z.enum(['comma', 'semicolon', 'tab']),
  decimal: z.enum(['point', 'comma']),
});
/** How a copy for spreadsheets is written: as the reader's country has it. */
export type SpreadsheetForm = z.infer<typeof spreadsheetFormSchema>;

/** Whole days in a named zone: from the start of `fromDay` to the end of `toDay`, kept as a half-open range. */
export const reportRequestSchema = z.strictObject({
  report: reportKindSchema,
  fromDay: z.string().check(z.maxLength(10), z.regex(dayPattern)),
  toDay: z.string().check(z.maxLength(10), z.regex(dayPattern)),
  timeZone: plainText(60),
  clientUid: z.optional(plainText(64)),
  /** A copy for spreadsheets beside the report. */
  spreadsheet: z.optional(spreadsheetFormSchema),
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
  /** Of the copy for spreadsheets; null without one. */
  spreadsheetPath: string | null;
  sha256: string | null;
  error: string | null;
};

/** What a report is, held against the manifest beside it. */
export type ReportVerdict = {
  ok: boolean;
  /** One sentence for each thing that is not as the manifest says; empty when all is. */
  differences: string[];
};
