import { useState, type ReactNode, type SubmitEvent } from 'react';
import { useLocation } from 'wouter';
import type { ErrorDto } from '#shared/errors.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { TextField } from '../../components/text-field.tsx';
import { toast } from '../../components/toasts.tsx';
import { call } from '../../lib/ipc.ts';
import css from './clients.module.css';

type AddByUidDialogProps = { open: boolean; onOpenChange: (open: boolean) => void };

export function AddByUidDialog({ open, onOpenChange }: AddByUidDialogProps): ReactNode {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Add by UID"
      description="For a client that exists at Bitpro already."
    >
      <AddByUidForm onDone={() => onOpenChange(false)} />
    </Dialog>
  );
}

/** The form of a uid: it becomes part of a request’s path. */
const UID = /^[A-Za-z0-9_-]{1,64}$/;

function uidProblem(uid: string): string | null {
  if (uid === '') return 'Enter the uid of the client.';
  return UID.test(uid) ? null : 'A uid has letters, digits, - and _ only, at most 64.';
}

function AddByUidForm({ onDone }: { onDone: () => void }): ReactNode {
  const [uid, setUid] = useState('');
  const [label, setLabel] = useState('');
  const [adding, setAdding] = useState(false);
  const [asked, setAsked] = useState(false);
  const [error, setError] = useState<ErrorDto | null>(null);
  const [, navigate] = useLocation();
  const problem = asked ? uidProblem(uid.trim()) : null;

  const add = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setAsked(true);
    if (adding || uidProblem(uid.trim()) !== null) return;
    setAdding(true);
    const result = await call('clients.add', { uid: uid.trim(), label: label.trim() });
    setAdding(false);
    if (!result.ok) return setError(result.error);
    onDone();
    navigate(`/clients/${result.value.uid}`);
    toast.show({ tone: 'success', title: 'Client added' });
  };

  return (
    <form className={css['form']} onSubmit={(event) => void add(event)}>
      <TextField
        label="Client UID"
        autoFocus
        value={uid}
        error={problem ?? (error?.field === 'label' ? null : error?.message)}
        onChange={(event) => {
          setUid(event.target.value);
          setError(null);
        }}
      />
      <TextField
        label="Label"
        hint="Optional. Kept on this machine only."
        maxLength={80}
        value={label}
        error={error?.field === 'label' ? error.message : null}
        onChange={(event) => setLabel(event.target.value)}
      />
      <div className={css['buttons']}>
        <Button onClick={onDone}>Cancel</Button>
        <Button type="submit" variant="primary" loading={adding}>
          Add client
        </Button>
      </div>
    </form>
  );
}
