import type { DayRange } from '../../components/date-range.tsx';
import { addDays } from '../../lib/format.ts';

/** Before bitcoin there was nothing to report. */
const FIRST_DAY = '2009-01-03';

/** Whole days up to `today`, both ends included. */
export function rangePresets(today: string): { label: string; value: DayRange }[] {
  const monthStart = `${today.slice(0, 7)}-01`;
  const lastMonthEnd = addDays(monthStart, -1);
  return [
    { label: 'This month', value: { fromDay: monthStart, toDay: today } },
    {
      label: 'Last month',
      value: { fromDay: `${lastMonthEnd.slice(0, 7)}-01`, toDay: lastMonthEnd },
    },
    { label: 'This year', value: { fromDay: `${today.slice(0, 4)}-01-01`, toDay: today } },
    { label: 'All', value: { fromDay: FIRST_DAY, toDay: today } },
  ];
}

export function isBackwards({ fromDay, toDay }: DayRange): boolean {
  return fromDay > toDay;
}
