import { ExternalLink } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import type { TransactionRow } from '#shared/domain/transaction.ts';
import type { ErrorDto } from '#shared/errors.ts';
import { visibleText } from '#shared/text.ts';
import { Named } from '../named.tsx';
import { Btc } from '../amounts.tsx';
import { Button } from '../button.tsx';
import { DetailList, type Detail } from '../detail-list.tsx';
import { Drawer } from '../dialog.tsx';
import { AddressGroups, Hash } from '../hash.tsx';
import { StateBadge } from '../state-badge.tsx';
import { TextArea, TextField } from '../text-field.tsx';
import { Age, Time } from '../time.tsx';
import { toast } from '../toasts.tsx';
import { signedSats } from './signed-sats.ts';
import { transactionTypeWords } from '../wording.ts';
import { call } from '../../lib/ipc.ts';
import { useProfile } from '../../lib/profile.tsx';
import css from './details-drawer.module.css';
import { readTags } from './tags.ts';

type DetailsDrawerProps = {
  row: TransactionRow | null;
  onClose: () => void;
  onSaved: (row: TransactionRow) => void;
};

export function DetailsDrawer({ row, onClose, onSaved }: DetailsDrawerProps): ReactNode {
  return (
    <Drawer
      open={row !== null}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={
        row === null ? 'Transaction' : `${transactionTypeWords[row.type]} ${visibleText(row.tid)}`
      }
    >
      {row !== null && (
        <div className={css['details']}>
          <p className={css['headline']}>
            <Btc sats={signedSats(row)} signed={row.type !== 'unknown'} />
            <StateBadge transaction={row} />
          </p>
          <DetailList items={detailsOf(row)} />
          <ExplorerLink row={row} />
          <Annotations key={`${row.clientUid}/${row.tid}`} row={row} onSaved={onSaved} />
        </div>
      )}
    </Drawer>
  );
}

function detailsOf(row: TransactionRow): Detail[] {
  const details: Detail[] = [
    {
      term: 'Client',
      value: (
        <Link href={`/clients/${row.clientUid}`}>
          <Named>{row.clientLabel === '' ? row.clientUid : row.clientLabel}</Named>
        </Link>
      ),
    },
    { term: 'Created', value: <Time ms={row.createdAtMs} /> },
  ];
  if (row.removedAtMs !== null) {
    details.push({ term: 'Removed by Bitpro', value: <Time ms={row.removedAtMs} /> });
  }
  if (row.confirmations !== null) {
    details.push({ term: 'Confirmations', value: confirmationsText(row.confirmations) });
  }
  if (row.address !== null) {
    details.push({ term: 'Address', value: <AddressGroups address={row.address} /> });
  }
  details.push(
    {
      term: 'Network id',
      value: row.txId === null ? 'Not reported' : <Hash value={row.txId} label="network id" />,
    },
    { term: 'Bitpro id', value: <Hash value={row.tid} label="Bitpro id" /> },
    { term: 'State at Bitpro', value: visibleText(row.state ?? 'Not reported') },
    { term: 'Fee', value: 'Not reported by Bitpro' },
    { term: 'Read', value: <Age ms={row.fetchedAtMs} /> },
  );
  return details;
}

/** The service stops counting at 6 (api-readings.md, 22). */
function confirmationsText(count: number): string {
  return count >= 6 ? '6 of 6, final' : `${count} of 6`;
}

function ExplorerLink({ row }: { row: TransactionRow }): ReactNode {
  const { environment, explorerUrl } = useProfile();
  if (environment === 'practice') {
    return <p className={css['hint']}>A practice transaction: it is on no chain.</p>;
  }
  if (row.txId === null || explorerUrl === '') return null;
  const open = async (): Promise<void> => {
    const { clientUid, tid } = row;
    const result = await call('history.openExplorer', { clientUid, tid });
    if (result.ok) return;
    toast.show({ tone: 'danger', title: 'Not opened', text: result.error.message });
  };
  return (
    <div>
      <Button icon={ExternalLink} onClick={() => void open()}>
        Open in explorer
      </Button>
    </div>
  );
}

type AnnotationsProps = { row: TransactionRow; onSaved: (row: TransactionRow) => void };

function Annotations({ row, onSaved }: AnnotationsProps): ReactNode {
  const [note, setNote] = useState(row.note);
  const [tagText, setTagText] = useState(row.tags.join(', '));
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState<ErrorDto | null>(null);
  const reading = readTags(tagText);
  const changed = note !== row.note || reading.tags.join() !== row.tags.join();

  const save = async (): Promise<void> => {
    setSaving(true);
    const { clientUid, tid } = row;
    const result = await call('history.annotate', { clientUid, tid, note, tags: reading.tags });
    setSaving(false);
    if (!result.ok) return setError(result.error);
    setError(null);
    setTagText(result.value.tags.join(', '));
    onSaved(result.value);
    toast.show({ tone: 'success', title: 'Note and tags saved' });
  };

  return (
    <form
      className={css['annotations']}
      onSubmit={(event) => {
        event.preventDefault();
        if (changed && !saving && reading.problem === null) void save();
      }}
    >
      <TextArea
        label="Note"
        value={note}
        maxLength={2000}
        onChange={(event) => setNote(event.target.value)}
      />
      <TextField
        label="Tags"
        hint="Separated by commas. Kept on this machine only."
        value={tagText}
        error={reading.problem ?? error?.message}
        onChange={(event) => setTagText(event.target.value)}
      />
      <div>
        <Button type="submit" disabled={!changed || reading.problem !== null} loading={saving}>
          Save
        </Button>
      </div>
    </form>
  );
}
