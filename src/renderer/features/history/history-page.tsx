import { History, SearchX } from 'lucide-react';
import { useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';
import { useStore } from 'zustand';
import type { HistorySort, TransactionRow } from '#shared/domain/transaction.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { DataGrid, type Column } from '../../components/data-grid.tsx';
import { GridSkeleton } from '../../components/grid-skeleton.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { EmptyState, ErrorState } from '../../components/states.tsx';
import { transactionColumns } from '../../components/transaction/transaction-columns.tsx';
import { listen } from '../../lib/ipc.ts';
import { useRequest } from '../../lib/resource.ts';
import { useTimeZone } from '../../lib/time-zone.ts';
import { DetailsDrawer } from './details-drawer.tsx';
import { FilterBar } from './filter-bar.tsx';
import { isNarrowed, toHistoryFilter } from './history-filter.ts';
import css from './history.module.css';
import { transactionKey, useHistoryStore, type HistoryStore } from './history-store.ts';
import { SummaryLine } from './summary-line.tsx';

export function HistoryPage(): ReactNode {
  const store = useHistoryStore();
  const state = useStore(store);
  const clients = useRequest('clients.list', {}, ['clients.changed']);
  const tags = useRequest('history.tags', {}, ['transactions.changed']);
  const wanted = useWantedRow(store);
  const [openKey, setOpenKey] = useState(wanted);
  useReading(store);

  const open = state.rows.find((row) => transactionKey(row) === openKey);
  return (
    <div className={css['page']}>
      <PageHeader title="History" />
      <FilterBar
        form={state.form}
        clients={clients.value ?? []}
        tags={tags.value ?? []}
        onChange={state.setForm}
        onClear={state.clear}
      />
      <SummaryLine state={state} clients={clients.value ?? []} />
      <div className={css['table']}>
        <Card padded={false}>
          <Rows store={store} onOpen={(row) => setOpenKey(transactionKey(row))} />
        </Card>
      </div>
      <DetailsDrawer
        row={open ?? null}
        onClose={() => setOpenKey(null)}
        onSaved={(row) => {
          state.replace(row);
          tags.reload();
        }}
      />
    </div>
  );
}

type RowsProps = { store: HistoryStore; onOpen: (row: TransactionRow) => void };

function Rows({ store, onOpen }: RowsProps): ReactNode {
  const state = useStore(store);
  const { rows, sort, status, error, selectedKey } = state;
  const columns = useMemo(() => sortableColumns(sort, state.setSort), [sort, state.setSort]);
  const loadMore = useCallback(() => void store.getState().loadMore(), [store]);
  if (status === 'error' && error) {
    return <ErrorState error={error} onRetry={() => void state.reload()} />;
  }
  if (status === 'loading') return <GridSkeleton columns={columns} rows={14} />;
  if (rows.length === 0) return <NoRows store={store} />;
  return (
    <DataGrid
      label="Transactions"
      columns={columns}
      rows={rows}
      rowKey={transactionKey}
      selectedKey={selectedKey}
      onSelect={(row) => state.select(transactionKey(row))}
      onOpen={onOpen}
      onNearEnd={loadMore}
      {...(state.summary ? { totalRows: state.summary.count } : {})}
    />
  );
}

function NoRows({ store }: { store: HistoryStore }): ReactNode {
  const { form, clear } = useStore(store);
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
      text="No transaction kept on this machine fits this search and these filters."
      actions={<Button onClick={clear}>Clear filters</Button>}
    />
  );
}

function sortableColumns(
  sort: HistorySort,
  onSort: (by: HistorySort['by']) => void,
): Column<TransactionRow>[] {
  const header = (by: HistorySort['by']) => ({
    state:
      sort.by !== by
        ? ('none' as const)
        : sort.descending
          ? ('descending' as const)
          : ('ascending' as const),
    onToggle: () => onSort(by),
  });
  return transactionColumns({
    withClient: true,
    sort: { time: header('time'), amount: header('amount') },
  });
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
 * the hash. Returns the key of the row to open.
 */
function useWantedRow(store: HistoryStore): string | null {
  const [{ clientUid, tid }] = useState(readQuery);
  useEffect(() => {
    if (clientUid === null) return;
    store.getState().clear();
    store.getState().setForm({ clientUid });
    if (tid !== null) store.getState().select(transactionKey({ clientUid, tid }));
    // Taken over by the filter: left in the address it would come back with every reload.
    const address = new URL(location.href);
    address.search = '';
    history.replaceState(null, '', address);
  }, [store, clientUid, tid]);
  return clientUid === null || tid === null ? null : transactionKey({ clientUid, tid });
}

function readQuery(): { clientUid: string | null; tid: string | null } {
  const query = new URLSearchParams(location.search);
  return { clientUid: query.get('client'), tid: query.get('tid') };
}
