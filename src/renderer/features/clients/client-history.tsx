import { History } from 'lucide-react';
import { useMemo, useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import type { ClientView, HistoryCoverage } from '#shared/domain/client.ts';
import type { TransactionRow } from '#shared/domain/transaction.ts';
import { Card } from '../../components/card.tsx';
import { DataGrid } from '../../components/data-grid.tsx';
import { GridSkeleton } from '../../components/grid-skeleton.tsx';
import { EmptyState, ErrorState } from '../../components/states.tsx';
import { DetailsDrawer } from '../../components/transaction/details-drawer.tsx';
import { transactionColumns } from '../../components/transaction/transaction-columns.tsx';
import { useRequest } from '../../lib/resource.ts';
import { Age } from '../../components/time.tsx';
import { coverageWords } from '../../components/wording.ts';
import { plural } from '../../lib/format.ts';
import css from './client-page.module.css';

const SHOWN_ROWS = 50;

function rowKey({ tid }: TransactionRow): string {
  return tid;
}

/** The newest rows of one client; the whole list, with search and filters, is the history page. */
export function ClientHistory({ client }: { client: ClientView }): ReactNode {
  const [selected, setSelected] = useState<string | null>(null);
  const [opened, setOpened] = useState<string | null>(null);
  const columns = useMemo(() => transactionColumns({ withClient: false }), []);
  const page = useRequest(
    'history.page',
    {
      filter: { clientUid: client.uid },
      sort: { by: 'time', descending: true },
      after: null,
      limit: SHOWN_ROWS,
    },
    ['transactions.changed'],
  );
  const all = `/history?client=${client.uid}`;
  return (
    <div className={css['history']}>
      <Card
        title="Latest transactions"
        padded={false}
        actions={
          <>
            <Coverage history={client.history} />
            <Link href={all}>Full history</Link>
          </>
        }
      >
        {page.status === 'error' ? (
          <ErrorState error={page.error} onRetry={page.reload} />
        ) : page.status === 'loading' ? (
          <GridSkeleton columns={columns} rows={6} />
        ) : page.value.rows.length === 0 && !client.history.complete ? (
          <EmptyState
            icon={History}
            title="History not read yet"
            text="Its transactions appear here as soon as Bitpro was asked for them."
          />
        ) : page.value.rows.length === 0 ? (
          <EmptyState
            icon={History}
            title="No transactions yet"
            text="Deposits to the address above appear here, first as unconfirmed."
          />
        ) : (
          <DataGrid
            label="Latest transactions"
            columns={columns}
            rows={page.value.rows}
            rowKey={rowKey}
            selectedKey={selected}
            onSelect={({ tid }) => setSelected(tid)}
            onOpen={({ tid }) => setOpened(tid)}
          />
        )}
      </Card>
      <DetailsDrawer
        row={page.value?.rows.find(({ tid }) => tid === opened) ?? null}
        onClose={() => setOpened(null)}
        onSaved={page.reload}
      />
    </div>
  );
}

/** How much of the client's history is on this machine, and how old the reading is. */
function Coverage({ history }: { history: HistoryCoverage }): ReactNode {
  return (
    <span className={css['coverage']}>
      {plural(history.rows, 'row')}, {coverageWords(history).toLowerCase()}
      {history.asOfMs !== null && (
        <>
          , <Age ms={history.asOfMs} />
        </>
      )}
    </span>
  );
}
