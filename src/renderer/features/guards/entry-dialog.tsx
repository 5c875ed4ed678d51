import { useId, useState, type FormEvent, type ReactNode } from 'react';
import type { BookEntry } from '#shared/domain/guards.ts';
import type { ErrorDto } from '#shared/errors.ts';
import { Banner } from '../../components/banner.tsx';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { AddressGroups } from '../../components/hash.tsx';
import { TextField } from '../../components/text-field.tsx';
import { toast } from '../../components/toasts.tsx';
import { call } from '../../lib/ipc.ts';
import css from './guards.module.css';

type EntryDialogProps = {
  /** Null for a new entry. Only the label of an entry can change. */
  entry: BookEntry | null;
  onClose: () => void;
};

export function EntryDialog({ entry, onClose }: EntryDialogProps): ReactNode {
  const [address, setAddress] = useState('');
  const [label, setLabel] = useState(entry?.label ?? '');
  const [error, setError] = useState<Pick<ErrorDto, 'message' | 'field'> | null>(null);
  const [working, setWorking] = useState(false);
  const form = useId();

  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (label.trim() === '') return setError({ field: 'label', message: 'Enter a label.' });
    setWorking(true);
    const result = entry
      ? await call('addressBook.label', { address: entry.address, label: label.trim() })
      : await call('addressBook.add', { address, label: label.trim() });
    setWorking(false);
    if (!result.ok) return setError(result.error);
    onClose();
    toast.show({ tone: 'success', title: entry ? 'Label saved' : 'In the address book' });
  };

  const at = (field: string): string | null => (error?.field === field ? error.message : null);
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={entry ? 'Change label' : 'Add address'}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form={form} loading={working}>
            {entry ? 'Save label' : 'Add address'}
          </Button>
        </>
      }
    >
      <form id={form} className={css['form']} onSubmit={(event) => void save(event)}>
        {error !== null && error.field === undefined && (
          <Banner tone="danger" title="Not saved">
            {error.message}
          </Banner>
        )}
        {entry ? (
          <AddressGroups address={entry.address} />
        ) : (
          <TextField
            label="Address"
            hint="Ask for it in a second way, for instance by telephone, and compare."
            value={address}
            error={at('address')}
            onChange={(event) => setAddress(event.target.value)}
          />
        )}
        <TextField
          label="Label"
          hint="Whose address it is."
          maxLength={80}
          value={label}
          error={at('label')}
          onChange={(event) => setLabel(event.target.value)}
        />
      </form>
    </Dialog>
  );
}
