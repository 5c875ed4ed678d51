import type { ReportRequest } from '#shared/domain/report.ts';
import { AppError } from '#shared/errors.ts';
import { dayAfter, isDay, isTimeZone, startOfDayMs } from '#shared/time-zone.ts';

/** Half-open: [fromMs, toMs), in epoch ms. */
export type ReportRange = { fromMs: number; toMs: number };

/**
 * The moments between which a report's days lie: from the start of the first to the end of the last, in the
 * zone of the request.
 * @throws AppError invalid_input with the field at fault
 */
export function readRange(
  request: Pick<ReportRequest, 'fromDay' | 'toDay' | 'timeZone'>,
): ReportRange {
  const { fromDay, toDay, timeZone } = request;
  if (!isTimeZone(timeZone)) throw invalid('timeZone', `There is no time zone "${timeZone}".`);
  if (!isReportDay(fromDay)) throw invalid('fromDay', `There is no day ${fromDay}.`);
  if (!isReportDay(toDay)) throw invalid('toDay', `There is no day ${toDay}.`);
  if (toDay < fromDay) {
    throw invalid('toDay', 'The last day is before the first. Choose a later last day.');
  }
  return { fromMs: startOfDayMs(fromDay, timeZone), toMs: startOfDayMs(dayAfter(toDay), timeZone) };
}

/** The day after the last one must have a year of four digits too. */
function isReportDay(day: string): boolean {
  return isDay(day) && day < '9999-12-31';
}

function invalid(field: string, message: string): AppError {
  return new AppError('invalid_input', message, { field });
}
