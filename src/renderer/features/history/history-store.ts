import { createStore, type StoreApi } from 'zustand';
import type {
  HistoryCursor,
  HistoryFilter,
  HistorySort,
  HistorySummary,
  TransactionRow,
} from '#shared/domain/transaction.ts';
import type { ErrorDto } from '#shared/errors.ts';
import { call } from '../../lib/ipc.ts';
import { perProfile } from '../../lib/per-profile.ts';
import { emptyForm, newestFirst, type FilterForm } from './history-filter.ts';

const PAGE_ROWS = 200;
/** What main gives at once, and so how far a list can be read again in place. */
const MAX_PAGE_ROWS = 500;

export type HistoryState = {
  form: FilterForm;
  sort: HistorySort;
  rows: readonly TransactionRow[];
  next: HistoryCursor | null;
  summary: HistorySummary | null;
  status: 'loading' | 'ready' | 'error';
  error: ErrorDto | null;
  /** Rows changed below a list too long to read again at once. */
  outdated: boolean;
  selectedKey: string | null;
};

type HistoryActions = {
  setForm: (patch: Partial<FilterForm>) => void;
  clear: () => void;
  setSort: (by: HistorySort['by']) => void;
  select: (key: string | null) => void;
  /** Reads from the start; answers to earlier questions are dropped when they come. */
  load: (filter: HistoryFilter) => Promise<void>;
  /** The same question from the start again. */
  reload: () => Promise<void>;
  loadMore: () => Promise<void>;
  /** After `transactions.changed`: reads the shown rows again without moving the list. */
  refresh: () => Promise<void>;
  /** Takes a row that an annotation changed. */
  replace: (row: TransactionRow) => void;
};

export type HistoryStore = StoreApi<HistoryState & HistoryActions>;

/** Rows are known by client and tid together (api-readings.md, 24). */
export function transactionKey(row: { clientUid: string; tid: string }): string {
  return `${row.clientUid}/${row.tid}`;
}

export function createHistoryStore(): HistoryStore {
  /** Counts the questions: an answer that is not to the last one is stale. */
  let question = 0;
  let filter: HistoryFilter = {};
  let loadingMore = false;

  return createStore<HistoryState & HistoryActions>((set, get) => {
    async function read(limit: number): Promise<void> {
      const asked = ++question;
      loadingMore = false;
      const { sort } = get();
      const [page, summary] = await Promise.all([
        call('history.page', { filter, sort, after: null, limit }),
        call('history.summary', { filter }),
      ]);
      if (asked !== question) return;
      if (!page.ok) return set({ status: 'error', error: page.error });
      set({
        rows: page.value.rows,
        next: page.value.next,
        summary: summary.ok ? summary.value : null,
        status: 'ready',
        error: null,
        outdated: false,
      });
    }

    return {
      form: emptyForm,
      sort: newestFirst,
      rows: [],
      next: null,
      summary: null,
      status: 'loading',
      error: null,
      outdated: false,
      selectedKey: null,

      setForm: (patch) => set(({ form }) => ({ form: { ...form, ...patch } })),
      clear: () => set({ form: emptyForm }),
      setSort: (by) =>
        set(({ sort }) => ({
          sort: { by, descending: sort.by === by ? !sort.descending : true },
        })),
      select: (selectedKey) => set({ selectedKey }),

      load(next) {
        filter = next;
        return read(PAGE_ROWS);
      },

      reload: () => read(PAGE_ROWS),

      async loadMore() {
        const { next: after, sort } = get();
        if (after === null || loadingMore) return;
        loadingMore = true;
        const asked = question;
        const page = await call('history.page', { filter, sort, after, limit: PAGE_ROWS });
        if (asked !== question) return;
        loadingMore = false;
        if (!page.ok) return set({ error: page.error });
        set(({ rows }) => ({
          rows: [...rows, ...page.value.rows],
          next: page.value.next,
          error: null,
        }));
      },

      async refresh() {
        const { rows } = get();
        if (rows.length > MAX_PAGE_ROWS) return set({ outdated: true });
        await read(Math.max(PAGE_ROWS, rows.length));
      },

      replace: (row) =>
        set(({ rows }) => ({
          rows: rows.map((each) => (transactionKey(each) === transactionKey(row) ? row : each)),
        })),
    };
  });
}

export const useHistoryStore = perProfile(createHistoryStore);
