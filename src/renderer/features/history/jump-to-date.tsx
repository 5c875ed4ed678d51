import { Popover } from '@base-ui/react/popover';
import { CalendarSearch } from 'lucide-react';
import { useRef, useState, type ReactNode } from 'react';
import { useStore } from 'zustand';
import { dayAfter, dayOf, startOfDayMs } from '#shared/time-zone.ts';
import { Button } from '../../components/button.tsx';
import { toDate, toDay } from '../../components/calendar-day.ts';
import { Calendar } from '../../components/calendar.tsx';
import { useNow } from '../../lib/now.ts';
import { useRequest } from '../../lib/resource.ts';
import { useTimeZone } from '../../lib/time-zone.ts';
import type { HistoryStore } from './history-store.ts';
import css from './history.module.css';

type JumpToDateProps = {
  store: HistoryStore;
  /** The list, which takes the focus once a day is chosen. */
  gridId: string;
};

/** Scrolls to a day without leaving anything out. Only a list in the order of time has a place for it. */
export function JumpToDate({ store, gridId }: JumpToDateProps): ReactNode {
  const { sort, rowCount } = useStore(store);
  const timeZone = useTimeZone();
  const [open, setOpen] = useState(false);
  const isUsable = sort.by === 'time' && rowCount > 0;
  const isPicked = useRef(false);
  const pick = (day: string): void => {
    isPicked.current = true;
    setOpen(false);
    const key = sort.descending
      ? startOfDayMs(dayAfter(day), timeZone) - 1
      : startOfDayMs(day, timeZone);
    void store.getState().jump(key);
  };
  return (
    <Popover.Root
      open={open}
      onOpenChange={(next) => {
        isPicked.current = false;
        setOpen(next);
      }}
    >
      <Popover.Trigger
        disabled={!isUsable}
        render={<Button icon={CalendarSearch}>Jump to date</Button>}
      />
      <Popover.Portal>
        <Popover.Positioner className={css['positioner']} sideOffset={4} align="end">
          <Popover.Popup
            className={css['popup']}
            aria-label="Jump to date"
            finalFocus={() => (isPicked.current ? document.getElementById(gridId) : true)}
          >
            <Days store={store} onPick={pick} />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** From the day of the oldest row on; the calendar opens where the list stands. */
function Days({
  store,
  onPick,
}: {
  store: HistoryStore;
  onPick: (day: string) => void;
}): ReactNode {
  const { filter, topRow } = useStore(store);
  const timeZone = useTimeZone();
  const today = dayOf(useNow(60_000), timeZone);
  const oldest = useRequest('history.page', {
    filter,
    sort: { by: 'time', descending: false },
    after: null,
    limit: 1,
  });
  const near = topRow();
  const nearDay = near ? dayOf(near.createdAtMs, timeZone) : today;
  const oldestMs = oldest.value?.rows[0]?.createdAtMs;
  const firstDay = toDate(oldestMs === undefined ? nearDay : dayOf(oldestMs, timeZone));
  return (
    <Calendar
      mode="single"
      captionLayout="dropdown"
      startMonth={firstDay}
      endMonth={toDate(today)}
      disabled={{ before: firstDay, after: toDate(today) }}
      defaultMonth={toDate(nearDay)}
      selected={toDate(nearDay)}
      onSelect={(_selected, day) => onPick(toDay(day))}
    />
  );
}
