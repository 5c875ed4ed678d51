import { lazy, Suspense, type ReactNode } from 'react';
import type { DayPickerProps } from 'react-day-picker';
import css from './calendar.module.css';

const Months = lazy(async () => ({ default: (await import('./calendar-months.tsx')).Months }));

/** Days to choose from. The picker is larger than most screens and loads when first opened. */
export function Calendar(props: DayPickerProps): ReactNode {
  return (
    <Suspense fallback={<div className={css['waiting']} data-months={props.numberOfMonths ?? 1} />}>
      <Months {...props} />
    </Suspense>
  );
}
