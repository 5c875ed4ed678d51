import { FileUp, Plus, SearchX, UserPlus, Users } from 'lucide-react';
import { useMemo, useState, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { useStore } from 'zustand';
import type { ClientsPage as ClientsPageOf } from '#shared/domain/client.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { sortsOf } from '../../components/data-grid-columns.ts';
import { RowGrid } from '../../components/data-grid.tsx';
import { GridSkeleton } from '../../components/grid-skeleton.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { SearchBox } from '../../components/search-box.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { EmptyState, ErrorState } from '../../components/states.tsx';
import { formatCount, plural } from '../../lib/format.ts';
import { useDamage } from '../../lib/damage.ts';
import { useOnScreen } from '../../lib/on-screen.ts';
import { AddByUidDialog } from './add-by-uid-dialog.tsx';
import { clientColumns } from './client-columns.tsx';
import css from './clients.module.css';
import { CLIENT_SORTS, useClientsStore } from './clients-store.ts';
import { useClientsWindow, type ClientsWindow } from './clients-window.ts';
import { ImportDialog } from './import-dialog.tsx';
import { NewClientDialog } from './new-client-dialog.tsx';

type OpenDialog = 'new' | 'add' | 'import' | null;

export function ClientsPage(): ReactNode {
  const { text, archive, sort, selected } = useStore(useClientsStore());
  const clients = useClientsWindow({ text, archived: archive === 'archived', sort }, selected);
  const { page } = clients;
  const [dialog, setDialog] = useState<OpenDialog>(null);
  const isDamaged = useDamage() !== null;
  const ways = <WaysIn onChoose={setDialog} />;
  const count = page === null ? null : page.active + page.archived;
  const close = (open: boolean): void => {
    if (!open) setDialog(null);
  };
  return (
    <div className={css['page']}>
      <PageHeader
        title="Clients"
        {...(page !== null && count !== 0 ? { meta: countText(page), actions: ways } : {})}
      />
      {clients.error !== null ? (
        <ErrorState error={clients.error} onRetry={clients.reload} />
      ) : count === 0 ? (
        <EmptyState
          icon={Users}
          title={isDamaged ? 'No clients could be read' : 'No clients yet'}
          text="Bitpro’s API has no list of clients, so this app keeps its own. Create a client, or add those you have by their uid."
          actions={ways}
        />
      ) : (
        <ClientList clients={clients} />
      )}
      <NewClientDialog open={dialog === 'new'} onOpenChange={close} />
      <AddByUidDialog open={dialog === 'add'} onOpenChange={close} />
      <ImportDialog open={dialog === 'import'} onOpenChange={close} />
    </div>
  );
}

function countText({ active, archived }: ClientsPageOf): string {
  const clients = plural(active, 'client');
  return archived === 0 ? clients : `${clients}, ${formatCount(archived)} archived`;
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

function ClientList({ clients }: { clients: ClientsWindow }): ReactNode {
  const { text, archive, sort, set, setSort } = useStore(useClientsStore());
  const [, navigate] = useLocation();
  const { page, rowAt } = clients;
  const needAttention = page?.needAttention ?? false;
  const columns = useMemo(() => clientColumns(needAttention), [needAttention]);
  useOnScreen(clients.inSight);
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
          {page === null ? (
            <GridSkeleton columns={columns} rows={12} />
          ) : page.found === 0 ? (
            <NothingFound archive={archive} text={text} onClear={() => set({ text: '' })} />
          ) : (
            <RowGrid
              label="Clients"
              columns={columns}
              sorts={sortsOf(CLIENT_SORTS, sort, setSort)}
              rowCount={page.found}
              rowAt={rowAt}
              selectedIndex={clients.selectedIndex}
              onSelect={(index) => set({ selected: { index, uid: rowAt(index)?.uid ?? null } })}
              onOpen={({ uid }) => navigate(`/clients/${uid}`)}
              onSight={clients.onSight}
              isOutdated={clients.isOutdated}
            />
          )}
        </Card>
      </div>
    </>
  );
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
