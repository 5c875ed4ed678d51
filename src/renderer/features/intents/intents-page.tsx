import { CircleCheck } from 'lucide-react';
import { useMemo, useState, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import type { ClientName } from '#shared/domain/client.ts';
import type { Intent } from '#shared/domain/intent.ts';
import { Btc, Usd } from '../../components/amounts.tsx';
import { Card } from '../../components/card.tsx';
import type { Column } from '../../components/data-grid-columns.ts';
import { DataGrid } from '../../components/data-grid.tsx';
import { GridSkeleton } from '../../components/grid-skeleton.tsx';
import { Hash } from '../../components/hash.tsx';
import { describeIntent, intentSubject } from '../../components/intent/wording.ts';
import { Named } from '../../components/named.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { IntentBadge } from '../../components/state-badge.tsx';
import { EmptyState, ErrorState } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import { intentKindWords } from '../../components/wording.ts';
import { useClientNames } from '../../lib/client-names.ts';
import { useRequest } from '../../lib/resource.ts';
import css from './intents.module.css';

type Scope = 'open' | 'all';

export function IntentsPage(): ReactNode {
  const [scope, setScope] = useState<Scope>('open');
  const [selected, setSelected] = useState<string | null>(null);
  const [, navigate] = useLocation();
  const intents = useRequest('intents.list', { openOnly: scope === 'open' }, ['intents.changed']);
  const clients = useClientNames();
  const columns = useMemo(() => intentColumns(clients), [clients]);
  return (
    <div className={css['page']}>
      <PageHeader
        title="Requests"
        meta="Every buy, withdrawal and new client that was ever started here, and what became of it."
      />
      <div className={css['bar']}>
        <Segmented
          label="Show"
          hideLabel
          items={[
            { value: 'open', label: 'Not settled' },
            { value: 'all', label: 'All' },
          ]}
          value={scope}
          onChange={setScope}
        />
      </div>
      <div className={css['table']}>
        <Card padded={false}>
          {intents.status === 'error' ? (
            <ErrorState error={intents.error} onRetry={intents.reload} />
          ) : intents.status === 'loading' ? (
            <GridSkeleton columns={columns} rows={8} />
          ) : intents.value.length === 0 ? (
            <EmptyState
              icon={CircleCheck}
              title={scope === 'open' ? 'Everything is settled' : 'No requests yet'}
              text={
                scope === 'open'
                  ? 'No buy, withdrawal or new client waits for an answer or a decision.'
                  : 'Buys and withdrawals start on the page of a client.'
              }
            />
          ) : (
            <DataGrid
              label="Requests"
              columns={columns}
              rows={intents.value}
              rowKey={intentKey}
              selectedKey={selected}
              onSelect={({ id }) => setSelected(id)}
              onOpen={({ id }) => navigate(`/intents/${id}`)}
            />
          )}
        </Card>
      </div>
    </div>
  );
}

function intentKey({ id }: Intent): string {
  return id;
}

function amountOf({ kind, usdCents, amountSats }: Intent): ReactNode {
  if (usdCents !== null) return <Usd cents={usdCents} />;
  if (amountSats !== null) return <Btc sats={amountSats} />;
  return kind === 'create_client' ? '' : '—';
}

/** As `amountOf` draws it. */
function amountText(intent: Intent): string | null {
  return intent.kind === 'create_client' ? null : intentSubject(intent);
}

function intentColumns(clients: readonly ClientName[]): Column<Intent>[] {
  const labels = new Map(clients.map(({ uid, label }) => [uid, label]));
  return [
    {
      key: 'time',
      header: 'Started',
      widthPx: 150,
      leaves: 4,
      cell: ({ createdAtMs }) => <Time ms={createdAtMs} />,
    },
    {
      key: 'kind',
      header: 'Kind',
      widthPx: 100,
      leaves: 5,
      cell: ({ kind }) => intentKindWords[kind],
    },
    {
      key: 'client',
      header: 'Client',
      widthPx: 184,
      grow: 2,
      cell: ({ clientUid, label }) => (
        <Named>{clientUid === null ? (label ?? '') : labels.get(clientUid) || clientUid}</Named>
      ),
    },
    {
      key: 'subject',
      header: 'Amount',
      widthPx: 150,
      numeric: true,
      figure: amountText,
      cell: amountOf,
    },
    {
      key: 'address',
      header: 'Address',
      widthPx: 146,
      leaves: 2,
      muted: true,
      cell: ({ address }) =>
        address === null ? '' : <Hash value={address} keep={6} copy={false} />,
    },
    {
      key: 'state',
      header: 'State',
      widthPx: 144,
      leaves: 3,
      cell: (intent) => <IntentBadge intent={intent} />,
    },
    {
      key: 'known',
      header: 'What is known',
      widthPx: 120,
      grow: 3,
      leaves: 1,
      muted: true,
      cell: (intent) => {
        const { known } = describeIntent(intent);
        return <span title={known}>{known}</span>;
      },
    },
  ];
}
