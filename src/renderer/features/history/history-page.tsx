import { History, SearchX } from 'lucide-react';
import { useEffect, useMemo, useState, type ReactNode } from 'react';
import { useStore } from 'zustand';
import type { ClientsReading } from '#shared/domain/client.ts';
import type { TransactionRow } from '#shared/domain/transaction.ts';
import { visibleText } from '#shared/text.ts';
import { Banner } from '../../components/banner.tsx';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { sortsOf } from '../../components/data-grid-columns.ts';
import { RowGrid } from '../../components/data-grid.tsx';
import { GridSkeleton } from '../../components/grid-skeleton.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { EmptyState, ErrorState } from '../../components/states.tsx';
import { DetailsDrawer } from '../../components/transaction/details-drawer.tsx';
import { transactionColumns } from '../../components/transaction/transaction-columns.tsx';
import { useClientNames } from '../../lib/client-names.ts';
import { call, listen } from '../../lib/ipc.ts';
import { useRequest } from '../../lib/resource.ts';
import { useTimeZone } from '../../lib/time-zone.ts';
import { Coverage } from './coverage.tsx';
import { FilterBar } from './filter-bar.tsx';
import { isNarrowed, toHistoryFilter } from './history-filter.ts';
import css from './history.module.css';
import { useHistoryStore, type HistoryStore } from './history-store.ts';
import { JumpToDate } from './jump-to-date.tsx';
import { News } from './news.tsx';
import { findRow, keyOf, rowAt } from './row-pages.ts';
import { SummaryLine } from './summary-line.tsx';

/** The list's own id: a jump to a date ends in it. */
const GRID_ID = 'history-rows';
const SORTED = ['time', 'amount'] as const;

export function HistoryPage(): ReactNode {
  const store = useHistoryStore();
  const tags = useRequest('history.tags', {}, ['transactions.changed']);
  const clients = useClientNames();
  const clientUid = useStore(store, ({ form }) => form.clientUid || null);
  const reading = useRequest('clients.reading', { clientUid }, ['clients.changed']).value;
  const [opened, setOpened] = useState<TransactionRow | null>(null);
  useReading(store);
  const { missing, forget } = useWantedRow(store, setOpened);
  return (
    <div className={css['page']}>
      <PageHeader
        title="History"
        actions={
          <>
            <News store={store} />
            <Coverage reading={reading} />
            <JumpToDate store={store} gridId={GRID_ID} />
          </>
        }
      />
      {missing && (
        <div className={css['missing']}>
          <MissingRow {...missing} onClear={forget} />
        </div>
      )}
      <FilterBar store={store} clients={clients} tags={tags.value ?? none} />
      <SummaryLine store={store} reading={reading} />
      <div className={css['table']}>
        <Card padded={false}>
          <Rows store={store} reading={reading} onOpen={setOpened} />
        </Card>
      </div>
      <Details store={store} opened={opened} onOpen={setOpened} onSaved={tags.reload} />
    </div>
  );
}

/** A link named it, and nothing opens: it may be of another profile, or not read yet. */
function MissingRow({
  clientUid,
  tid,
  reason,
  onClear,
}: WantedRow & { onClear: () => void }): ReactNode {
  const of = clientUid === null ? '' : ` of ${visibleText(clientUid)}`;
  return (
    <Banner
      tone="warning"
      title="No row has this id"
      actions={
        <>
          <Button onClick={onClear}>Clear</Button>
          <Button onClick={() => void call('sync.start', {}).then(onClear)}>Sync now</Button>
        </>
      }
    >
      {reason ??
        `No transaction${of} that was read so far has the id “${visibleText(tid)}”. It may not be read yet.`}
    </Banner>
  );
}

const none: readonly never[] = [];
const columns = transactionColumns({ withClient: true });

type RowsProps = {
  store: HistoryStore;
  reading: ClientsReading | null;
  onOpen: (row: TransactionRow) => void;
};

function Rows({ store, reading, onOpen }: RowsProps): ReactNode {
  const state = useStore(store);
  const { pages, sort, status, error } = state;
  if (status === 'error' && error) {
    return <ErrorState error={error} onRetry={() => void state.reload()} />;
  }
  if (status === 'loading') return <GridSkeleton columns={columns} rows={14} />;
  if (state.rowCount === 0) return <NoRows store={store} reading={reading} />;
  return (
    <RowGrid
      id={GRID_ID}
      label="Transactions"
      columns={columns}
      sorts={sortsOf(SORTED, sort, state.setSort)}
      rowCount={state.rowCount}
      rowAt={(index) => rowAt(pages, index)}
      selectedIndex={state.selectedIndex}
      onSelect={state.select}
      onOpen={onOpen}
      onSight={state.show}
      place={state.place}
      isOutdated={state.isAsking}
    />
  );
}

type DetailsProps = {
  store: HistoryStore;
  opened: TransactionRow | null;
  onOpen: (row: TransactionRow | null) => void;
  onSaved: () => void;
};

/** The opened row as it is now, as long as the list holds it. */
function Details({ store, opened, onOpen, onSaved }: DetailsProps): ReactNode {
  const current = useStore(store, ({ pages }) => opened && findRow(pages, opened));
  return (
    <DetailsDrawer
      row={current ?? opened}
      onClose={() => onOpen(null)}
      onSaved={(row) => {
        store.getState().replace(row);
        onOpen(row);
        onSaved();
      }}
    />
  );
}

function NoRows({ store, reading }: Omit<RowsProps, 'onOpen'>): ReactNode {
  const { form, clear } = useStore(store);
  if (reading === null) return <GridSkeleton columns={columns} rows={14} />;
  const isWhole = reading.incomplete === 0;
  if (!isNarrowed({ ...form, clientUid: '' }) && !isWhole) {
    return (
      <EmptyState
        icon={History}
        title="History not read yet"
        text="Transactions appear here as soon as Bitpro was asked for them."
      />
    );
  }
  if (!isNarrowed(form)) {
    return (
      <EmptyState
        icon={History}
        title="No transactions yet"
        text="Deposits, buys and withdrawals appear here as soon as a client has any. The list is kept on this machine and can be read offline."
      />
    );
  }
  return (
    <EmptyState
      icon={SearchX}
      title="Nothing matches"
      text={
        isWhole
          ? 'No transaction kept on this machine fits this search and these filters.'
          : 'Nothing that was read so far fits this search and these filters, and not all was read yet.'
      }
      actions={<Button onClick={clear}>Clear filters</Button>}
    />
  );
}

/** Reads when the question changes, and again when main reports new rows. */
function useReading(store: HistoryStore): void {
  const form = useStore(store, (state) => state.form);
  const sort = useStore(store, (state) => state.sort);
  const timeZone = useTimeZone();
  const filter = useMemo(() => toHistoryFilter(form, timeZone), [form, timeZone]);
  useEffect(() => {
    void store.getState().load(filter);
  }, [store, filter, sort]);
  useEffect(() => listen('transactions.changed', () => void store.getState().refresh()), [store]);
}

/**
 * `/history?client=…` shows that client alone, and with `&tid=…` opens that row; wouter keeps a query before
 * the hash.
 */
function useWantedRow(
  store: HistoryStore,
  onOpen: (row: TransactionRow) => void,
): { missing: WantedRow | null; forget: () => void } {
  const [{ clientUid, tid }] = useState(readQuery);
  const [missing, setMissing] = useState<WantedRow | null>(
    clientUid === null && tid !== null ? { clientUid, tid, reason: null } : null,
  );
  useEffect(() => {
    if (clientUid === null) return undefined;
    const { clear, setForm, jump, form } = store.getState();
    clear();
    setForm({ clientUid });
    const ofLink = store.getState().form;
    // What a link narrowed the list to goes with it, unless the operator went on from there.
    const restore = (): void => {
      if (store.getState().form === ofLink) setForm(form);
    };
    // Taken over by the filter: left in the address it would come back with every reload.
    const address = new URL(location.href);
    address.search = '';
    history.replaceState(null, '', address);
    if (tid === null) return restore;
    void call('history.get', { clientUid, tid }).then((result) => {
      if (!result.ok) {
        const reason = result.error.code === 'not_found' ? null : result.error.message;
        return setMissing({ clientUid, tid, reason });
      }
      onOpen(result.value);
      void jump(keyOf(result.value, store.getState().sort), tid);
    });
    return restore;
  }, [store, clientUid, tid, onOpen]);
  return { missing, forget: () => setMissing(null) };
}

/** What a link named and is not there; `reason` where it could not be looked for. */
type WantedRow = { clientUid: string | null; tid: string; reason: string | null };

function readQuery(): { clientUid: string | null; tid: string | null } {
  const query = new URLSearchParams(location.search);
  return { clientUid: query.get('client'), tid: query.get('tid') };
}
