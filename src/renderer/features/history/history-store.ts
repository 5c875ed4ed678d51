import { createStore, type StoreApi } from 'zustand';
import type {
  HistoryFilter,
  HistorySort,
  HistorySummary,
  TransactionRow,
} from '#shared/domain/transaction.ts';
import { call } from '../../lib/ipc.ts';
import { oneAtATime } from '../../lib/one-at-a-time.ts';
import { perProfile } from '../../lib/per-profile.ts';
import { emptyForm, newestFirst, type FilterForm } from './history-filter.ts';
import { createListing, type Listed, type Listing } from './listing.ts';
import { indexOf, PAGE_ROWS, rowAt, type RowRange } from './row-pages.ts';

export type HistoryState = Listed & {
  form: FilterForm;
  /** What main was last asked for, read from the form. */
  filter: HistoryFilter;
  sort: HistorySort;
  /** Of the question that the rows answer. */
  summary: HistorySummary | null;
  /** `error`: the question could not be answered, and nothing is shown. */
  status: 'loading' | 'ready' | 'error';
  /** The rows answer a former question; the answer to the present one is awaited. */
  isAsking: boolean;
  /** How many came since: the list does not move under a reader. */
  newRows: number;
  selectedIndex: number;
  /** Where the list is to stand; a new object scrolls there. */
  place: { row: number };
};

type HistoryActions = {
  setForm: (patch: Partial<FilterForm>) => void;
  clear: () => void;
  setSort: (by: HistorySort['by']) => void;
  select: (index: number) => void;
  /** A new question. The rows of the former one stay until it is answered. */
  load: (filter: HistoryFilter) => Promise<void>;
  /** The same question again, from the top. */
  reload: () => Promise<void>;
  /** Reads what is missing of the rows in sight and near them. */
  show: (sight: RowRange) => void;
  /** What is missing again, after it could not be read. */
  retry: () => void;
  /** The first row in sight, when it is loaded. */
  topRow: () => TransactionRow | undefined;
  /** After `transactions.changed`. A list that stands at its top takes new rows; another one does not move. */
  refresh: () => Promise<void>;
  /** Selects the first row not before this key of the order, or the row of that key and tid, and goes there. */
  jump: (key: number, tid?: string) => Promise<void>;
  /** Takes a row that an annotation changed. */
  replace: (row: TransactionRow) => void;
};

export type HistoryStore = StoreApi<HistoryState & HistoryActions>;

export function createHistoryStore(): HistoryStore {
  let listing: Listing | null = null;
  let sight: RowRange = { first: 0, last: 0 };
  let asked = Promise.resolve();
  /** Counts jumps and questions: a jump that is not the last of them is not carried out. */
  let jumps = 0;

  return createStore<HistoryState & HistoryActions>((set, get) => {
    /** Asks by filter and order as they are now; the answer to a former question is dropped. */
    const ask = oneAtATime(async (isLatest) => {
      const { filter, sort } = get();
      const question = { filter, sort };
      const [page, summary] = await Promise.all([
        call('history.page', { ...question, after: null, limit: PAGE_ROWS }),
        call('history.summary', { filter }),
      ]);
      if (!isLatest()) return;
      listing?.close();
      listing = null;
      if (!page.ok) return set({ status: 'error', error: page.error, isAsking: false });
      if (!summary.ok) return set({ status: 'error', error: summary.error, isAsking: false });
      const { pages, selectedIndex, isAsking, place } = get();
      const selected = rowAt(pages, selectedIndex);
      const { rows } = page.value;
      if (isAsking) sight = { first: 0, last: 0 };
      set({
        summary: summary.value,
        status: 'ready',
        isAsking: false,
        newRows: 0,
        selectedIndex: selected ? indexOf(rows, selected) : -1,
        // Rows that came by themselves do not scroll.
        place: isAsking ? { row: 0 } : place,
      });
      listing = createListing(question, page.value, summary.value.count, set);
      listing.show(sight);
    });

    function askAnew(): Promise<void> {
      jumps += 1;
      set({ isAsking: true });
      asked = ask();
      return asked;
    }

    const refresh = oneAtATime(async () => {
      const list = listing;
      if (list === null || sight.first === 0) return ask();
      const { filter } = list.question;
      const [summary] = await Promise.all([call('history.summary', { filter }), list.refresh()]);
      if (list !== listing || !summary.ok) return;
      set(({ rowCount }) => ({ newRows: Math.max(0, summary.value.count - rowCount) }));
    });

    return {
      form: emptyForm,
      filter: {},
      sort: newestFirst,
      pages: new Map(),
      rowCount: 0,
      summary: null,
      status: 'loading',
      error: null,
      isAsking: false,
      newRows: 0,
      selectedIndex: -1,
      place: { row: 0 },

      setForm: (patch) => set(({ form }) => ({ form: { ...form, ...patch } })),
      clear: () => set({ form: emptyForm }),
      setSort: (by) =>
        set(({ sort }) => ({
          sort: { by, descending: sort.by === by ? !sort.descending : true },
        })),
      select: (selectedIndex) => set({ selectedIndex }),

      load(filter) {
        set({ filter });
        return askAnew();
      },

      reload: askAnew,

      show(range) {
        sight = range;
        listing?.show(range);
      },

      retry: () => listing?.show(sight),

      topRow: () => rowAt(get().pages, sight.first),

      refresh,

      async jump(key, tid) {
        jumps += 1;
        const jump = jumps;
        await asked;
        const row = (await listing?.find(key, tid)) ?? null;
        if (row !== null && jump === jumps) set({ selectedIndex: row, place: { row } });
      },

      replace: (row) => listing?.replace(row),
    };
  });
}

export const useHistoryStore = perProfile(createHistoryStore);
