import { Popover } from '@base-ui/react/popover';
import { CalendarDays } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import type { DateRange as PickedRange } from 'react-day-picker';
import { spokenDay, toDate, toDay } from './calendar-day.ts';
import { Calendar } from './calendar.tsx';
import css from './date-range.module.css';

/** Whole days, both included, as `2026-11-22`. */
export type DayRange = { fromDay: string; toDay: string };

type DateRangeProps = {
  label: string;
  value: DayRange;
  onChange: (value: DayRange) => void;
  presets?: readonly { label: string; value: DayRange }[];
};

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
            <Calendar
              mode="range"
              numberOfMonths={2}
              defaultMonth={monthBefore(value.toDay)}
              selected={selected}
              onSelect={(_range, day) => pick(day)}
            />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

function spoken({ fromDay, toDay: lastDay }: DayRange): string {
  const [from, to] = [spokenDay(fromDay), spokenDay(lastDay)];
  return from === to ? from : `${from} – ${to}`;
}

function monthBefore(day: string): Date {
  const date = toDate(day);
  return new Date(date.getFullYear(), date.getMonth() - 1, 1);
}
