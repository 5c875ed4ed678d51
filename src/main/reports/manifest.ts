import * as z from 'zod/mini';
import { environmentSchema } from '#shared/domain/profile.ts';
import { reportKindSchema, spreadsheetFormSchema } from '#shared/domain/report.ts';
import { listReportClients } from './client-figures.ts';
import type { ReportSource, ReportSum } from './report-source.ts';

export const MANIFEST_SCHEMA = 'bitpro-desk/report-manifest/1';

const fileSchema = z.object({ name: z.string(), bytes: z.int(), sha256: z.string() });

/** What lies beside a report as `name.manifest.json` (reports.md). Times are ISO 8601 in UTC. */
export const manifestSchema = z.object({
  schema: z.literal(MANIFEST_SCHEMA),
  appVersion: z.string(),
  createdAt: z.string(),
  profile: z.object({ id: z.string(), name: z.string() }),
  environment: environmentSchema,
  report: reportKindSchema,
  /** Half-open, and the days it was asked for by, the last one included. */
  range: z.object({ from: z.string(), to: z.string(), fromDay: z.string(), toDay: z.string() }),
  timeZone: z.string(),
  filters: z.object({ clientUid: z.nullable(z.string()) }),
  columns: z.array(z.string()),
  rowCount: z.int(),
  sums: z.array(
    z.object({
      type: z.string(),
      currency: z.enum(['BTC', 'USD']),
      rows: z.int(),
      amount: z.string(),
    }),
  ),
  /** Whether all history of the clients in it was on this machine, and how far it was not. */
  history: z.object({
    complete: z.boolean(),
    clients: z.int(),
    incomplete: z.array(
      z.object({ clientUid: z.string(), completeToPage: z.int(), asOf: z.nullable(z.string()) }),
    ),
  }),
  file: fileSchema,
  /** The copy for spreadsheets, where one was asked for. */
  spreadsheet: z.optional(z.extend(fileSchema, spreadsheetFormSchema.shape)),
  /** Last link of the audit chain when the report was made; null while the log is empty. */
  auditHead: z.nullable(z.object({ seq: z.int(), hash: z.string() })),
});
export type Manifest = z.infer<typeof manifestSchema>;

export function buildManifest(
  source: ReportSource,
  written: {
    appVersion: string;
    columns: readonly string[];
    rows: number;
    sums: ReportSum[];
    file: Manifest['file'];
    spreadsheet?: Manifest['spreadsheet'];
  },
): Manifest {
  const { profile, request, range, nowMs } = source;
  const { fromDay, toDay, timeZone, report } = request;
  return {
    schema: MANIFEST_SCHEMA,
    appVersion: written.appVersion,
    createdAt: isoUtc(nowMs),
    profile: { id: profile.id, name: profile.name },
    environment: profile.environment,
    report,
    range: { from: isoUtc(range.fromMs), to: isoUtc(range.toMs), fromDay, toDay },
    timeZone,
    // Rates belong to no client.
    filters: { clientUid: report === 'rates' ? null : (request.clientUid ?? null) },
    columns: [...written.columns],
    rowCount: written.rows,
    sums: written.sums,
    history: historyOf(source),
    file: written.file,
    ...(written.spreadsheet ? { spreadsheet: written.spreadsheet } : {}),
    auditHead: readAuditHead(source),
  };
}

function historyOf({ db, request }: ReportSource): Manifest['history'] {
  const clients = listReportClients(db, request.clientUid);
  const incomplete = clients
    .filter(({ historyComplete }) => !historyComplete)
    .map(({ uid, completeToPage, historyAsOfMs }) => ({
      clientUid: uid,
      completeToPage,
      asOf: historyAsOfMs === null ? null : isoUtc(historyAsOfMs),
    }));
  return { complete: incomplete.length === 0, clients: clients.length, incomplete };
}

function readAuditHead({ db }: ReportSource): Manifest['auditHead'] {
  const head = db
    .prepare<[], { seq: number; hash: string }>(
      'SELECT seq, hash FROM records.audit ORDER BY seq DESC LIMIT 1',
    )
    .get();
  return head ?? null;
}

function isoUtc(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** `name.csv` → `name.manifest.json`, in the same folder; `name.CSV` → `name.CSV-manifest.json`. No two share one. */
export function manifestPathOf(csvPath: string): string {
  const name = csvPath.replace(/\.csv$/, '');
  return name === csvPath ? `${csvPath}-manifest.json` : `${name}.manifest.json`;
}
