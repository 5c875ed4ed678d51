import type { TransactionRow } from '#shared/domain/transaction.ts';
import { Btc } from '../amounts.tsx';
import type { Column } from '../data-grid.tsx';
import { Hash } from '../hash.tsx';
import { StateBadge } from '../state-badge.tsx';
import { Time } from '../time.tsx';
import { transactionTypeWords } from '../wording.ts';
import { signedSats } from './signed-sats.ts';
import css from './transaction-columns.module.css';

type Options = {
  /** False on the page of one client. */
  withClient: boolean;
  sort?: { time: Column<TransactionRow>['sort']; amount: Column<TransactionRow>['sort'] };
};

/** The columns of a list of transactions, the same wherever one is shown. */
export function transactionColumns({ withClient, sort }: Options): Column<TransactionRow>[] {
  return [
    {
      key: 'time',
      header: 'Time',
      width: '142px',
      cell: (row) => <Time ms={row.createdAtMs} />,
      ...(sort?.time ? { sort: sort.time } : {}),
    },
    ...(withClient ? [clientColumn] : []),
    { key: 'type', header: 'Type', width: '100px', cell: (row) => transactionTypeWords[row.type] },
    {
      key: 'amount',
      header: 'Amount',
      width: '154px',
      numeric: true,
      cell: (row) => <Btc sats={signedSats(row)} signed={row.type !== 'unknown'} unit={false} />,
      ...(sort?.amount ? { sort: sort.amount } : {}),
    },
    { key: 'unit', header: '', width: '44px', muted: true, cell: () => 'BTC' },
    {
      key: 'state',
      header: 'State',
      width: '112px',
      cell: (row) => <StateBadge transaction={row} />,
    },
    {
      key: 'address',
      header: 'Address',
      width: '132px',
      muted: true,
      cell: (row) =>
        row.address === null ? '' : <Hash value={row.address} keep={6} copy={false} />,
    },
    { key: 'tid', header: 'ID', width: '92px', muted: true, cell: (row) => row.tid },
    { key: 'note', header: 'Note and tags', width: 'minmax(140px, 2fr)', cell: noteCell },
  ];
}

const clientColumn: Column<TransactionRow> = {
  key: 'client',
  header: 'Client',
  width: 'minmax(120px, 1fr)',
  cell: (row) => (
    <span className={css['client']} title={row.clientUid}>
      {row.clientLabel === '' ? row.clientUid : row.clientLabel}
    </span>
  ),
};

function noteCell(row: TransactionRow) {
  return (
    <span className={css['note']} title={row.note}>
      {row.tags.map((tag) => (
        <span key={tag} className={css['tag']}>
          {tag}
        </span>
      ))}
      <span className={css['text']}>{row.note}</span>
    </span>
  );
}
