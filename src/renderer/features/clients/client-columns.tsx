import type { ReactNode } from 'react';
import type { ClientView, HistoryCoverage } from '#shared/domain/client.ts';
import { Badge } from '../../components/badge.tsx';
import { Btc } from '../../components/amounts.tsx';
import type { Column } from '../../components/data-grid.tsx';
import { Hash } from '../../components/hash.tsx';
import { Age } from '../../components/time.tsx';
import { formatCount } from '../../lib/format.ts';
import css from './clients.module.css';

/** A balance older than this is marked. */
export const STALE_AFTER_MS = 3_600_000;

export function clientColumns(): Column<ClientView>[] {
  return [
    {
      key: 'label',
      header: 'Client',
      width: 'minmax(150px, 2fr)',
      cell: ({ label }) =>
        label === '' ? (
          <span className={css['unnamed']}>No label</span>
        ) : (
          <span className={css['name']}>{label}</span>
        ),
    },
    {
      key: 'uid',
      header: 'UID',
      width: 'minmax(84px, 1fr)',
      muted: true,
      cell: ({ uid }) => uid,
    },
    {
      key: 'address',
      header: 'Deposit address',
      width: '136px',
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
      width: '132px',
      numeric: true,
      cell: ({ balance }) => balance && <Btc sats={balance.balanceSats} unit={false} />,
    },
    {
      key: 'unconfirmed',
      header: 'Unconfirmed',
      width: '124px',
      numeric: true,
      cell: ({ balance }) => balance && <Unconfirmed sats={balance.unconfirmedSats} />,
    },
    {
      key: 'unit',
      header: '',
      width: '44px',
      muted: true,
      cell: ({ balance }) => balance && 'BTC',
    },
    {
      key: 'age',
      header: 'Read',
      width: '112px',
      muted: true,
      cell: ({ balance }) => <Age ms={balance?.asOfMs ?? null} staleAfterMs={STALE_AFTER_MS} />,
    },
    {
      key: 'history',
      header: 'History',
      width: '116px',
      muted: true,
      cell: ({ history }) => coverageText(history),
    },
    { key: 'open', header: '', width: '132px', cell: (client) => <Attention client={client} /> },
  ];
}

function Unconfirmed({ sats }: { sats: number }): ReactNode {
  if (sats === 0) return <span className={css['none']}>0</span>;
  return <Btc sats={sats} unit={false} />;
}

/** How far the history on this machine reaches back without a gap. */
export function coverageText({ complete, completeToPage, asOfMs }: HistoryCoverage): string {
  if (complete) return 'Complete';
  if (completeToPage === 0) return asOfMs === null ? 'Not read yet' : 'Has gaps';
  return `To page ${formatCount(completeToPage)}`;
}

function Attention({ client }: { client: ClientView }): ReactNode {
  if (client.conflictingAddress !== null) return <Badge tone="danger">Address changed</Badge>;
  if (client.openIntents === 0) return null;
  return <Badge tone="warning">{formatCount(client.openIntents)} not settled</Badge>;
}
