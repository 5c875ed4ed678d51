import type { TransactionRow } from '#shared/domain/transaction.ts';
import { Named } from '../named.tsx';
import { Btc } from '../amounts.tsx';
import type { Column } from '../data-grid-columns.ts';
import { Hash } from '../hash.tsx';
import { StateBadge } from '../state-badge.tsx';
import { Time } from '../time.tsx';
import { transactionTypeWords } from '../wording.ts';
import { formatBtc } from '#shared/money.ts';
import { signedSats } from './signed-sats.ts';
import css from './transaction-columns.module.css';

type Options = {
  /** False on the page of one client. */
  withClient: boolean;
};

/** The columns of a list of transactions, the same wherever one is shown. */
export function transactionColumns({ withClient }: Options): Column<TransactionRow>[] {
  return [
    {
      key: 'time',
      header: 'Time',
      widthPx: 150,
      leaves: 7,
      cell: (row) => <Time ms={row.createdAtMs} />,
    },
    ...(withClient ? [clientColumn] : []),
    {
      key: 'type',
      header: 'Type',
      widthPx: 94,
      leaves: withClient ? 5 : 8,
      cell: (row) => transactionTypeWords[row.type],
    },
    {
      key: 'amount',
      header: 'Amount',
      widthPx: 134,
      numeric: true,
      figure: signedText,
      cell: (row) => <Btc sats={signedSats(row)} signed={row.type !== 'unknown'} unit={false} />,
    },
    {
      key: 'unit',
      header: 'Unit',
      quiet: true,
      widthPx: 40,
      leaves: 6,
      muted: true,
      cell: () => 'BTC',
    },
    {
      key: 'state',
      header: 'State',
      widthPx: 116,
      leaves: 4,
      cell: (row) => <StateBadge transaction={row} />,
    },
    {
      key: 'address',
      header: 'Address',
      widthPx: 142,
      leaves: 2,
      muted: true,
      cell: (row) =>
        row.address === null ? '' : <Hash value={row.address} keep={5} copy={false} />,
    },
    {
      key: 'tid',
      header: 'ID',
      widthPx: 92,
      leaves: 1,
      muted: true,
      cell: (row) => row.tid,
    },
    { key: 'note', header: 'Notes', widthPx: 76, grow: 2, leaves: 3, cell: noteCell },
  ];
}

const clientColumn: Column<TransactionRow> = {
  key: 'client',
  header: 'Client',
  // Together with the others this fits a window of 1280 px.
  widthPx: 184,
  grow: 3,
  cell: (row) => (
    <span
      className={css['client']}
      title={row.clientLabel === '' ? row.clientUid : `${row.clientLabel} (${row.clientUid})`}
    >
      <Named>{row.clientLabel === '' ? row.clientUid : row.clientLabel}</Named>
    </span>
  ),
};

function noteCell(row: TransactionRow) {
  if (row.note === '' && row.tags.length === 0) return '';
  return (
    <span className={css['note']} title={row.note}>
      {row.tags.map((tag) => (
        <span key={tag} className={css['tag']}>
          <Named>{tag}</Named>
        </span>
      ))}
      <span className={css['text']}>
        <Named>{row.note}</Named>
      </span>
    </span>
  );
}

function signedText(row: TransactionRow): string {
  const sats = signedSats(row);
  return `${row.type !== 'unknown' && sats > 0 ? '+' : ''}${formatBtc(sats)}`;
}
