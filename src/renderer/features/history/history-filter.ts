import type { HistoryFilter, HistorySort, TransactionType } from '#shared/domain/transaction.ts';
import { describeAmountProblem, parseBtc } from '#shared/money.ts';
import { dayAfter, startOfDayMs } from '#shared/time-zone.ts';

/** The filter bar as typed and chosen; an empty text asks for nothing. */
export type FilterForm = {
  text: string;
  type: TransactionType | '';
  state: string;
  clientUid: string;
  /** Whole days in the operator's zone, both included. */
  days: { fromDay: string; toDay: string } | null;
  minBtc: string;
  maxBtc: string;
  tag: string;
};

export const emptyForm: FilterForm = {
  text: '',
  type: '',
  state: '',
  clientUid: '',
  days: null,
  minBtc: '',
  maxBtc: '',
  tag: '',
};

export const newestFirst: HistorySort = { by: 'time', descending: true };

/** What main is asked. An amount that cannot be read narrows nothing; the bar says so beside it. */
export function toHistoryFilter(form: FilterForm, timeZone: string): HistoryFilter {
  const filter: HistoryFilter = {};
  const text = form.text.trim();
  if (text !== '') filter.text = text;
  if (form.type !== '') filter.types = [form.type];
  if (form.state !== '') filter.states = [form.state];
  if (form.clientUid !== '') filter.clientUid = form.clientUid;
  if (form.tag !== '') filter.tag = form.tag;
  if (form.days !== null) {
    filter.fromMs = startOfDayMs(form.days.fromDay, timeZone);
    filter.toMs = startOfDayMs(dayAfter(form.days.toDay), timeZone);
  }
  const min = readAmount(form.minBtc);
  const max = readAmount(form.maxBtc);
  if (min.sats !== null) filter.minSats = min.sats;
  if (max.sats !== null) filter.maxSats = max.sats;
  return filter;
}

/** An amount of the bar: empty and 0 both mean no limit. */
export function readAmount(text: string): { sats: number | null; error: string | null } {
  if (text.trim() === '') return { sats: null, error: null };
  const reading = parseBtc(text);
  if (reading.ok) return { sats: reading.value, error: null };
  if (reading.problem === 'zero') return { sats: null, error: null };
  return { sats: null, error: describeAmountProblem(reading.problem, 'BTC') };
}

export function isNarrowed(form: FilterForm): boolean {
  return JSON.stringify(form) !== JSON.stringify(emptyForm);
}
