import type { ReactNode } from 'react';
import type { BookEntry } from '#shared/domain/guards.ts';
import { call } from '../../lib/ipc.ts';
import { FormDialog, type Problem } from '../../components/form-dialog.tsx';

type RemoveEntryDialogProps = { entry: BookEntry; onClose: () => void };

export function RemoveEntryDialog({ entry, onClose }: RemoveEntryDialogProps): ReactNode {
  const remove = async (): Promise<Problem | null> => {
    const result = await call('addressBook.remove', { address: entry.address });
    return result.ok ? null : result.error;
  };
  return (
    <FormDialog
      title={`Remove ${entry.label}`}
      description="If it is added again, it counts as new."
      action="Remove"
      isDanger
      submit={remove}
      onClose={onClose}
    />
  );
}
