import type { ReactNode } from 'react';
import type { ClientView } from '#shared/domain/client.ts';
import { formatBtc } from '#shared/money.ts';
import { Named } from '../../components/named.tsx';
import { Badge } from '../../components/badge.tsx';
import { Btc } from '../../components/amounts.tsx';
import type { Column } from '../../components/data-grid-columns.ts';
import { Hash } from '../../components/hash.tsx';
import { Age } from '../../components/time.tsx';
import { coverageWords, whatDiffers } from '../../components/wording.ts';
import { formatCount } from '../../lib/format.ts';
import css from './clients.module.css';

/** A balance older than this is marked. */
export const STALE_AFTER_MS = 3_600_000;

/** The column of what needs attention is there when any of them does. */
export function clientColumns(needAttention: boolean): Column<ClientView>[] {
  return needAttention ? [...columns, attentionColumn] : columns;
}

const columns: Column<ClientView>[] = [
  {
    key: 'label',
    header: 'Client',
    widthPx: 120,
    grow: 1,
    cell: ({ label }) =>
      label === '' ? (
        <span className={css['unnamed']}>No label</span>
      ) : (
        <span className={css['name']}>
          <Named>{label}</Named>
        </span>
      ),
  },
  {
    key: 'uid',
    header: 'UID',
    widthPx: 108,
    leaves: 4,
    muted: true,
    cell: ({ uid }) => uid,
  },
  {
    key: 'address',
    header: 'Deposit address',
    widthPx: 144,
    leaves: 1,
    muted: true,
    cell: ({ depositAddress }) =>
      depositAddress === null ? (
        'Not read yet'
      ) : (
        <Hash value={depositAddress} keep={6} copy={false} />
      ),
  },
  {
    key: 'balance',
    header: 'Balance',
    widthPx: 130,
    numeric: true,
    figure: ({ balance }) => balance && formatBtc(balance.balanceSats),
    cell: ({ balance }) =>
      balance === null ? <NotRead /> : <Btc sats={balance.balanceSats} unit={false} />,
  },
  {
    key: 'unconfirmed',
    header: 'Unconfirmed',
    widthPx: 130,
    leaves: 5,
    numeric: true,
    figure: ({ balance }) => balance && formatBtc(balance.unconfirmedSats),
    cell: ({ balance }) =>
      balance === null ? <NotRead /> : <Unconfirmed sats={balance.unconfirmedSats} />,
  },
  {
    key: 'unit',
    header: 'Unit',
    quiet: true,
    widthPx: 40,
    leaves: 6,
    muted: true,
    cell: ({ balance }) => balance && 'BTC',
  },
  {
    key: 'read',
    header: 'Read',
    widthPx: 90,
    leaves: 3,
    muted: true,
    cell: ({ balance }) => (
      <Age ms={balance?.asOfMs ?? null} staleAfterMs={STALE_AFTER_MS} isShort />
    ),
  },
  {
    key: 'history',
    header: 'History',
    widthPx: 104,
    leaves: 2,
    muted: true,
    cell: ({ history }) => coverageWords(history, true),
  },
];

const attentionColumn: Column<ClientView> = {
  key: 'open',
  header: 'Attention',
  quiet: true,
  widthPx: 118,
  leaves: 7,
  cell: (client) => <Attention client={client} />,
};

function NotRead(): ReactNode {
  return (
    <span className={css['none']} title="Not read yet">
      —
    </span>
  );
}

function Unconfirmed({ sats }: { sats: number }): ReactNode {
  const amount = <Btc sats={sats} unit={false} />;
  return sats === 0 ? <span className={css['none']}>{amount}</span> : amount;
}

function Attention({ client }: { client: ClientView }): ReactNode {
  const { problem, unusableRows } = client;
  if (client.conflictingAddress !== null) return <Badge tone="danger">Address changed</Badge>;
  if (client.addressProblem !== null) {
    return (
      <span title={client.addressProblem}>
        <Badge tone="danger">Bad address</Badge>
      </span>
    );
  }
  if (problem !== null) {
    return (
      <span title={problem.message}>
        <Badge tone="danger">
          {client.reconciliation.verdict === 'not_known' ? 'Not known' : 'Not read'}
        </Badge>
      </span>
    );
  }
  if (unusableRows.length > 0) return <Badge tone="danger">Unusable rows</Badge>;
  if (client.reconciliation.verdict === 'differs') {
    return (
      <span title={whatDiffers(client.reconciliation)}>
        <Badge tone="danger">Differs</Badge>
      </span>
    );
  }
  if (client.openIntents === 0) return null;
  return <Badge tone="warning">{formatCount(client.openIntents)} not settled</Badge>;
}
