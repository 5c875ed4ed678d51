import { formatClock, formatDay, formatMinute } from '../../lib/format.ts';

const MINUTE_S = 60;
const DAY_S = 86_400;
const MONTH_S = 28 * DAY_S;

/**
 * Labels of a time axis in a zone: hours, to the second where steps are shorter than a minute, with the day
 * below where it changes; days with the year; or months.
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
        : [clockLabel(seconds * 1000, stepS, timeZone), day];
    const isNew = context !== before;
    before = context;
    return isNew ? `${label}\n${context}` : label;
  });
}

function clockLabel(ms: number, stepS: number, timeZone: string): string {
  return stepS < MINUTE_S ? formatClock(ms, timeZone) : formatMinute(ms, timeZone).slice(-5);
}
