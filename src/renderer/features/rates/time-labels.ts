import { formatDay, formatMinute } from '../../lib/format.ts';

const DAY_S = 86_400;
const MONTH_S = 28 * DAY_S;

/**
 * Labels of a time axis in a zone: hours with the day below where it changes, days with the year, or months.
 * uPlot's own are for American eyes.
 */
export function timeLabels(splitsS: readonly number[], stepS: number, timeZone: string): string[] {
  let before = '';
  return splitsS.map((seconds) => {
    const day = formatDay(seconds * 1000, timeZone);
    if (stepS >= MONTH_S) return day.slice(0, 7);
    const [label, context] =
      stepS >= DAY_S
        ? [day.slice(5), day.slice(0, 4)]
        : [formatMinute(seconds * 1000, timeZone).slice(-5), day];
    const isNew = context !== before;
    before = context;
    return isNew ? `${label}\n${context}` : label;
  });
}
