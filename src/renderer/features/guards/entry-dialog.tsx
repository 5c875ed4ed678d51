import { useState, type ReactNode } from 'react';
import type { BookEntry } from '#shared/domain/guards.ts';
import { AddressGroups } from '../../components/hash.tsx';
import { TextField } from '../../components/text-field.tsx';
import { toast } from '../../components/toasts.tsx';
import { call } from '../../lib/ipc.ts';
import { FormDialog, type Problem } from '../../components/form-dialog.tsx';

type EntryDialogProps = {
  /** Null for a new entry. Only the label of an entry can change. */
  entry: BookEntry | null;
  onClose: () => void;
};

export function EntryDialog({ entry, onClose }: EntryDialogProps): ReactNode {
  const [address, setAddress] = useState('');
  const [label, setLabel] = useState(entry?.label ?? '');

  const save = async (): Promise<Problem | null> => {
    if (label.trim() === '') return { field: 'label', message: 'Enter a label.' };
    const result = entry
      ? await call('addressBook.label', { address: entry.address, label: label.trim() })
      : await call('addressBook.add', { address, label: label.trim() });
    if (!result.ok) return result.error;
    toast.show({ tone: 'success', title: entry ? 'Label saved' : 'In the address book' });
    return null;
  };

  return (
    <FormDialog
      title={entry ? 'Change label' : 'Add address'}
      action={entry ? 'Save label' : 'Add address'}
      fields={['address', 'label']}
      submit={save}
      onClose={onClose}
    >
      {(at) => (
        <>
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
        </>
      )}
    </FormDialog>
  );
}
