import { ListFilter, X } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useStore } from 'zustand';
import type { ClientName } from '#shared/domain/client.ts';
import { dayOf } from '#shared/time-zone.ts';
import { Button } from '../../components/button.tsx';
import { ClientChoice } from '../../components/client-choice.tsx';
import { DateRange } from '../../components/date-range.tsx';
import { SearchBox } from '../../components/search-box.tsx';
import { Select } from '../../components/select.tsx';
import { TextField } from '../../components/text-field.tsx';
import { transactionTypeWords } from '../../components/wording.ts';
import { addDays } from '../../lib/format.ts';
import { useNow } from '../../lib/now.ts';
import { useTimeZone } from '../../lib/time-zone.ts';
import css from './history.module.css';
import { isNarrowed, readAmount, type FilterForm } from './history-filter.ts';
import type { HistoryStore } from './history-store.ts';

type FilterBarProps = {
  store: HistoryStore;
  clients: readonly ClientName[];
  tags: readonly string[];
};

const types = [
  { value: '', label: 'All types' },
  { value: 'deposit', label: transactionTypeWords.deposit },
  { value: 'buy', label: transactionTypeWords.buy },
  { value: 'withdrawal', label: transactionTypeWords.withdrawal },
  { value: 'unknown', label: transactionTypeWords.unknown },
] as const;

/** The states the reference names; others are found by no filter but always shown. */
const states = [
  { value: '', label: 'All states' },
  { value: 'pending', label: 'Pending' },
  { value: 'accepted', label: 'Accepted' },
  { value: 'processed', label: 'Processed' },
] as const;

type Period = 'all' | 'today' | 'week' | 'month' | 'year' | 'own';

const periods: { value: Period; label: string }[] = [
  { value: 'all', label: 'All dates' },
  { value: 'today', label: 'Today' },
  { value: 'week', label: 'Last 7 days' },
  { value: 'month', label: 'Last 30 days' },
  { value: 'year', label: 'Last 365 days' },
  { value: 'own', label: 'Other dates' },
];

const periodDays: Partial<Record<Period, number>> = { today: 1, week: 7, month: 30, year: 365 };

export function FilterBar({ store, clients, tags }: FilterBarProps): ReactNode {
  const form = useStore(store, (state) => state.form);
  const { setForm: onChange, clear } = store.getState();
  const hasMore = form.days !== null || form.minBtc !== '' || form.maxBtc !== '' || form.tag !== '';
  const [open, setOpen] = useState(hasMore);
  return (
    <div className={css['filters']} role="search" aria-label="History">
      <div className={css['line']}>
        <SearchBox
          label="Search history"
          placeholder="Transaction id, address, label, note"
          value={form.text}
          onChange={(text) => onChange({ text })}
        />
        <Select
          label="Type"
          hideLabel
          items={types}
          value={form.type}
          onChange={(type) => onChange({ type })}
        />
        <Select
          label="State"
          hideLabel
          items={states}
          value={form.state}
          onChange={(state) => onChange({ state })}
        />
        <div className={css['client']}>
          <ClientChoice
            hideLabel
            clients={clients}
            uid={form.clientUid}
            onChange={(clientUid) => onChange({ clientUid })}
          />
        </div>
        <Button icon={ListFilter} aria-expanded={open} onClick={() => setOpen(!open)}>
          More filters
        </Button>
        {isNarrowed(form) && (
          <Button variant="ghost" icon={X} onClick={clear}>
            Clear filters
          </Button>
        )}
      </div>
      {(open || hasMore) && <MoreFilters form={form} tags={tags} onChange={onChange} />}
    </div>
  );
}

type MoreFiltersProps = {
  form: FilterForm;
  tags: readonly string[];
  onChange: (patch: Partial<FilterForm>) => void;
};

function MoreFilters({ form, tags, onChange }: MoreFiltersProps): ReactNode {
  const timeZone = useTimeZone();
  const today = dayOf(useNow(60_000), timeZone);
  const tagChoices = [
    { value: '', label: 'All tags' },
    ...tags.map((tag) => ({ value: tag, label: tag })),
  ];
  return (
    <div className={css['labelled']}>
      <Select
        label="Dates"
        items={periods}
        value={periodOf(form, today)}
        onChange={(period) => onChange({ days: daysOf(period, today) })}
      />
      {form.days !== null && (
        <div className={css['dates']}>
          <span className={css['label']}>First and last day</span>
          <DateRange
            label="First and last day"
            value={form.days}
            onChange={(days) => onChange({ days })}
          />
        </div>
      )}
      <AmountLimit
        label="At least"
        value={form.minBtc}
        onChange={(minBtc) => onChange({ minBtc })}
      />
      <AmountLimit
        label="At most"
        value={form.maxBtc}
        onChange={(maxBtc) => onChange({ maxBtc })}
      />
      <Select
        label="Tag"
        items={tagChoices}
        value={form.tag}
        onChange={(tag) => onChange({ tag })}
      />
    </div>
  );
}

type AmountLimitProps = { label: string; value: string; onChange: (value: string) => void };

function AmountLimit({ label, value, onChange }: AmountLimitProps): ReactNode {
  const { error } = readAmount(value);
  return (
    <div className={css['limit']}>
      <TextField
        label={label}
        numeric
        suffix="BTC"
        placeholder="Any"
        value={value}
        error={error}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}

function daysOf(period: Period, today: string): FilterForm['days'] {
  if (period === 'all') return null;
  return { fromDay: addDays(today, 1 - (periodDays[period] ?? 90)), toDay: today };
}

function periodOf({ days }: FilterForm, today: string): Period {
  if (days === null) return 'all';
  const match = periods.find(({ value }) => {
    const count = periodDays[value];
    return (
      count !== undefined && days.toDay === today && addDays(today, 1 - count) === days.fromDay
    );
  });
  return match?.value ?? 'own';
}
