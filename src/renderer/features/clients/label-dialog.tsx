import { useState, type ReactNode, type SubmitEvent } from 'react';
import type { ClientView } from '#shared/domain/client.ts';
import type { ErrorDto } from '#shared/errors.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { TextField } from '../../components/text-field.tsx';
import { toast } from '../../components/toasts.tsx';
import { call } from '../../lib/ipc.ts';
import css from './client-page.module.css';

type LabelDialogProps = {
  client: ClientView;
  open: boolean;
  onOpenChange: (open: boolean) => void;
};

export function LabelDialog({ client, open, onOpenChange }: LabelDialogProps): ReactNode {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Change label">
      <LabelForm client={client} onDone={() => onOpenChange(false)} />
    </Dialog>
  );
}

function LabelForm({ client, onDone }: { client: ClientView; onDone: () => void }): ReactNode {
  const [label, setLabel] = useState(client.label);
  const [error, setError] = useState<ErrorDto | null>(null);
  const save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const { uid, label: before } = client;
    const result = await call('clients.label', { uid, label: label.trim() });
    if (!result.ok) return setError(result.error);
    onDone();
    toast.show({
      tone: 'success',
      title: 'Label saved',
      action: { label: 'Undo', onClick: () => void call('clients.label', { uid, label: before }) },
    });
  };
  return (
    <form className={css['form']} onSubmit={(event) => void save(event)}>
      <TextField
        label="Label"
        hint="Kept on this machine only."
        autoFocus
        maxLength={80}
        value={label}
        error={error?.message}
        onChange={(event) => setLabel(event.target.value)}
      />
      <div className={css['buttons']}>
        <Button onClick={onDone}>Cancel</Button>
        <Button type="submit" variant="primary">
          Save label
        </Button>
      </div>
    </form>
  );
}
