import { FileUp, Plus, SearchX, UserPlus, Users } from 'lucide-react';
import { useMemo, useState, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { useStore } from 'zustand';
import type { ClientView } from '#shared/domain/client.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { sortsOf } from '../../components/data-grid-columns.ts';
import { DataGrid } from '../../components/data-grid.tsx';
import type { RowRange } from '../../components/data-grid-window.ts';
import { GridSkeleton } from '../../components/grid-skeleton.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { SearchBox } from '../../components/search-box.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { EmptyState, ErrorState } from '../../components/states.tsx';
import { formatCount, plural } from '../../lib/format.ts';
import { useDamage } from '../../lib/damage.ts';
import { useOnScreen } from '../../lib/on-screen.ts';
import { useRequest } from '../../lib/resource.ts';
import { AddByUidDialog } from './add-by-uid-dialog.tsx';
import { clientColumns } from './client-columns.tsx';
import css from './clients.module.css';
import { CLIENT_SORTS, findClients, sortClients, useClientsStore } from './clients-store.ts';
import { ImportDialog } from './import-dialog.tsx';
import { NewClientDialog } from './new-client-dialog.tsx';

type OpenDialog = 'new' | 'add' | 'import' | null;

export function ClientsPage(): ReactNode {
  const clients = useRequest('clients.list', {}, ['clients.changed', 'transactions.changed']);
  const [dialog, setDialog] = useState<OpenDialog>(null);
  const isDamaged = useDamage() !== null;
  const ways = <WaysIn onChoose={setDialog} />;
  const close = (open: boolean): void => {
    if (!open) setDialog(null);
  };
  return (
    <div className={css['page']}>
      <PageHeader
        title="Clients"
        {...(clients.value?.length ? { meta: countText(clients.value), actions: ways } : {})}
      />
      {clients.status === 'error' ? (
        <ErrorState error={clients.error} onRetry={clients.reload} />
      ) : clients.value?.length === 0 ? (
        <EmptyState
          icon={Users}
          title={isDamaged ? 'No clients could be read' : 'No clients yet'}
          text="Bitpro’s API has no list of clients, so this app keeps its own. Create a client, or add those you have by their uid."
          actions={ways}
        />
      ) : (
        <ClientList clients={clients.value} />
      )}
      <NewClientDialog open={dialog === 'new'} onOpenChange={close} />
      <AddByUidDialog open={dialog === 'add'} onOpenChange={close} />
      <ImportDialog open={dialog === 'import'} onOpenChange={close} />
    </div>
  );
}

function countText(clients: readonly ClientView[]): string {
  const archived = clients.filter((client) => client.archived).length;
  const active = plural(clients.length - archived, 'client');
  return archived === 0 ? active : `${active}, ${formatCount(archived)} archived`;
}

function WaysIn({ onChoose }: { onChoose: (dialog: OpenDialog) => void }): ReactNode {
  return (
    <>
      <Button icon={FileUp} onClick={() => onChoose('import')}>
        Import UIDs
      </Button>
      <Button icon={UserPlus} onClick={() => onChoose('add')}>
        Add by UID
      </Button>
      <Button variant="primary" icon={Plus} onClick={() => onChoose('new')}>
        New client
      </Button>
    </>
  );
}

function ClientList({ clients }: { clients: readonly ClientView[] | null }): ReactNode {
  const { text, archive, selectedUid, sort, set, setSort } = useStore(useClientsStore());
  const [, navigate] = useLocation();
  const found = useMemo(
    () => (clients === null ? null : sortClients(findClients(clients, text, archive), sort)),
    [clients, text, archive, sort],
  );
  const columns = useMemo(() => clientColumns(found ?? []), [found]);
  const [sight, setSight] = useState<RowRange>({ first: 0, last: -1 });
  useOnScreen((found ?? []).slice(sight.first, sight.last + 1).map(clientKey));
  return (
    <>
      <div className={css['bar']}>
        <SearchBox
          label="Search clients"
          placeholder="Label, uid or deposit address"
          value={text}
          onChange={(next) => set({ text: next })}
        />
        <Segmented
          label="Show"
          hideLabel
          items={[
            { value: 'active', label: 'Active' },
            { value: 'archived', label: 'Archived' },
          ]}
          value={archive}
          onChange={(next) => set({ archive: next })}
        />
      </div>
      <div className={css['table']}>
        <Card padded={false}>
          {found === null ? (
            <GridSkeleton columns={columns} rows={12} />
          ) : found.length === 0 ? (
            <NothingFound archive={archive} text={text} onClear={() => set({ text: '' })} />
          ) : (
            <DataGrid
              label="Clients"
              columns={columns}
              sorts={sortsOf(CLIENT_SORTS, sort, setSort)}
              rows={found}
              rowKey={clientKey}
              selectedKey={selectedUid}
              onSelect={({ uid }) => set({ selectedUid: uid })}
              onOpen={({ uid }) => navigate(`/clients/${uid}`)}
              onSight={setSight}
            />
          )}
        </Card>
      </div>
    </>
  );
}

function clientKey({ uid }: ClientView): string {
  return uid;
}

type NothingFoundProps = { archive: string; text: string; onClear: () => void };

function NothingFound({ archive, text, onClear }: NothingFoundProps): ReactNode {
  if (text === '') {
    return archive === 'archived' ? (
      <EmptyState
        icon={Users}
        title="Nothing archived"
        text="Archived clients leave the list and the totals, but keep their history."
      />
    ) : (
      <EmptyState icon={Users} title="All clients are archived" text="Find them under Archived." />
    );
  }
  return (
    <EmptyState
      icon={SearchX}
      title="No client found"
      text={`No ${archive} client has “${text}” in its label, uid or deposit address.`}
      actions={<Button onClick={onClear}>Clear search</Button>}
    />
  );
}
