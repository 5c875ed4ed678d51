import type { Environment } from '#shared/domain/profile.ts';
import type { ReportRequest } from '#shared/domain/report.ts';
import type { CacheDb } from '../storage/open.ts';
import type { ReportRange } from './report-range.ts';

/** What a report is made of: one connection that reads both databases of a profile, in one transaction. */
export type ReportSource = {
  db: CacheDb;
  profile: { id: string; name: string; environment: Environment };
  request: ReportRequest;
  range: ReportRange;
  /** When the report is made, epoch ms. */
  nowMs: number;
};

/** Whole units summed over a column, as in the manifest. */
export type ReportSum = {
  /** Type of transaction, or column of balances. */
  type: string;
  currency: 'BTC' | 'USD';
  rows: number;
  /** Decimal, signed as in the rows. */
  amount: string;
};

/** A report as it is being read. `chunks` is lazy and in a total order; `sums` is final after its last. */
export type ReportRows = {
  columns: readonly string[];
  totalRows: number;
  chunks: Iterable<ReportChunk>;
  sums: () => ReportSum[];
};
/** `bytes` are good until the next chunk is asked for. */
export type ReportChunk = { bytes: Uint8Array; rows: number };

/** Small enough to answer a cancel at once and to stay out of the old generation of the heap. */
export const CHUNK_ROWS = 200;
