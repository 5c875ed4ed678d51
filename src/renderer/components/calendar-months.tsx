import type { ReactNode } from 'react';
import { DayPicker, type DayPickerProps } from 'react-day-picker';
import { enGB } from 'react-day-picker/locale';
import css from './calendar.module.css';

const longDay = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full' });

/** The day picker in the look of the app, with the focus on the chosen day. */
export function Months(props: DayPickerProps): ReactNode {
  return (
    <DayPicker
      locale={enGB}
      autoFocus
      classNames={classNames}
      // Without a year first, screen readers and axe meet a name that differs from the visible number.
      labels={{ labelDayButton: (day) => `${day.getDate()}, ${longDay.format(day)}` }}
      {...props}
    />
  );
}

function picked(name: string): string {
  return css[name] ?? '';
}

const classNames = {
  root: picked('picker'),
  months: picked('months'),
  month: picked('month'),
  month_caption: picked('caption'),
  dropdowns: picked('dropdowns'),
  dropdown_root: picked('dropdownRoot'),
  dropdown: picked('dropdown'),
  caption_label: picked('captionLabel'),
  nav: picked('nav'),
  button_previous: picked('navButton'),
  button_next: picked('navButton'),
  chevron: picked('chevron'),
  month_grid: picked('grid'),
  weekday: picked('weekday'),
  day: picked('day'),
  day_button: picked('dayButton'),
  selected: picked('selected'),
  disabled: picked('disabled'),
  range_start: picked('rangeStart'),
  range_middle: picked('rangeMiddle'),
  range_end: picked('rangeEnd'),
  today: picked('today'),
  outside: picked('outside'),
  hidden: picked('hiddenDay'),
};
