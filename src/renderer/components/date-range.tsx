import { Popover } from '@base-ui/react/popover';
import { CalendarDays } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { DayPicker, type DateRange as PickedRange } from 'react-day-picker';
import { enGB } from 'react-day-picker/locale';
import css from './date-range.module.css';

/** Whole days, both included, as `2026-11-22`. */
export type DayRange = { fromDay: string; toDay: string };

type DateRangeProps = {
  label: string;
  value: DayRange;
  onChange: (value: DayRange) => void;
  presets?: readonly { label: string; value: DayRange }[];
};

/** Days are calendar days without a zone; the picker's Date objects are only their carriers. */
function toDate(day: string): Date {
  const [year = 1970, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date);
}

function toDay(date: Date): string {
  const pad = (part: number): string => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

export function DateRange({ label, value, onChange, presets = [] }: DateRangeProps): ReactNode {
  const [open, setOpen] = useState(false);
  // The first day of a new range, until its last one is chosen.
  const [start, setStart] = useState<Date | null>(null);
  const selected: PickedRange = start
    ? { from: start, to: undefined }
    : { from: toDate(value.fromDay), to: toDate(value.toDay) };

  const choose = (range: DayRange): void => {
    onChange(range);
    setStart(null);
    setOpen(false);
  };

  // The picker would stretch the range it finds; a first choice starts a new one instead.
  const pick = (day: Date): void => {
    if (!start) return setStart(day);
    const [from, to] = start <= day ? [start, day] : [day, start];
    choose({ fromDay: toDay(from), toDay: toDay(to) });
  };

  return (
    <Popover.Root
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        setStart(null);
      }}
    >
      <Popover.Trigger className={css['trigger']} aria-label={`${label}: ${spoken(value)}`}>
        <CalendarDays size={15} aria-hidden />
        {spoken(value)}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner className={css['positioner']} sideOffset={4} align="end">
          <Popover.Popup className={css['popup']} aria-label={label}>
            {presets.length > 0 && (
              <div className={css['presets']}>
                {presets.map((preset) => (
                  <button
                    key={preset.label}
                    type="button"
                    className={css['preset']}
                    onClick={() => choose(preset.value)}
                  >
                    {preset.label}
                  </button>
                ))}
              </div>
            )}
            <DayPicker
              mode="range"
              locale={enGB}
              numberOfMonths={2}
              defaultMonth={monthBefore(value.toDay)}
              selected={selected}
              onSelect={(_range, day) => pick(day)}
              autoFocus
              classNames={dayPickerClasses}
              // Without a year first, screen readers and axe meet a name that differs from the visible number.
              labels={{ labelDayButton: (day) => `${day.getDate()}, ${longDay.format(day)}` }}
            />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

const longDay = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full' });
const shortDay = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' });

function spoken({ fromDay, toDay: lastDay }: DayRange): string {
  const [from, to] = [shortDay.format(toDate(fromDay)), shortDay.format(toDate(lastDay))];
  return from === to ? from : `${from} – ${to}`;
}

function monthBefore(day: string): Date {
  const date = toDate(day);
  return new Date(date.getFullYear(), date.getMonth() - 1, 1);
}

function picked(name: string): string {
  return css[name] ?? '';
}

const dayPickerClasses = {
  root: picked('picker'),
  months: picked('months'),
  month: picked('month'),
  month_caption: picked('caption'),
  nav: picked('nav'),
  button_previous: picked('navButton'),
  button_next: picked('navButton'),
  chevron: picked('chevron'),
  month_grid: picked('grid'),
  weekday: picked('weekday'),
  day: picked('day'),
  day_button: picked('dayButton'),
  selected: picked('selected'),
  range_start: picked('rangeStart'),
  range_middle: picked('rangeMiddle'),
  range_end: picked('rangeEnd'),
  today: picked('today'),
  outside: picked('outside'),
  hidden: picked('hiddenDay'),
};
