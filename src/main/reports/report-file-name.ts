import type { Environment } from '#shared/domain/profile.ts';
import type { ReportRequest } from '#shared/domain/report.ts';

/** Proposed name: sorts by kind and range, and names the environment, so that no test report passes for a real one. */
export function reportFileName(request: ReportRequest, environment: Environment): string {
  const { report, fromDay, toDay, clientUid } = request;
  const parts = ['bitpro', environment, report, ...(clientUid === undefined ? [] : [clientUid])];
  return `${parts.join('-')}-${fromDay}-to-${toDay}.csv`;
}
