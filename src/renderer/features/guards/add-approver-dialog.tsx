import { useId, useState, type FormEvent, type ReactNode } from 'react';
import { MIN_PASSPHRASE_LENGTH } from '#shared/domain/guards.ts';
import type { ErrorDto } from '#shared/errors.ts';
import { Banner } from '../../components/banner.tsx';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { TextField } from '../../components/text-field.tsx';
import { toast } from '../../components/toasts.tsx';
import { call } from '../../lib/ipc.ts';
import css from './guards.module.css';

export function AddApproverDialog({ onClose }: { onClose: () => void }): ReactNode {
  const [name, setName] = useState('');
  const [passphrase, setPassphrase] = useState('');
  const [repeated, setRepeated] = useState('');
  const [error, setError] = useState<Pick<ErrorDto, 'message' | 'field'> | null>(null);
  const [working, setWorking] = useState(false);
  const form = useId();

  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (name.trim() === '') return setError({ field: 'name', message: 'Enter a name.' });
    if (passphrase !== repeated) {
      return setError({ field: 'repeated', message: 'The two are not the same.' });
    }
    setWorking(true);
    const result = await call('approvers.add', { name: name.trim(), passphrase });
    setWorking(false);
    if (!result.ok) return setError(result.error);
    onClose();
    toast.show({ tone: 'success', title: `${name.trim()} can approve now` });
  };

  const at = (field: string): string | null => (error?.field === field ? error.message : null);
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Add approver"
      description="The approver types the passphrase here, alone. It is not kept, and cannot be shown or changed later."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form={form} loading={working}>
            Add approver
          </Button>
        </>
      }
    >
      <form id={form} className={css['form']} onSubmit={(event) => void add(event)}>
        {error !== null && error.field === undefined && (
          <Banner tone="danger" title="Not added">
            {error.message}
          </Banner>
        )}
        <TextField
          label="Approver name"
          hint="As their operator name, if they also prepare withdrawals."
          maxLength={60}
          value={name}
          error={at('name')}
          onChange={(event) => setName(event.target.value)}
        />
        <TextField
          label="Passphrase"
          type="password"
          autoComplete="new-password"
          hint={`At least ${MIN_PASSPHRASE_LENGTH} characters; several words are best.`}
          value={passphrase}
          error={at('passphrase')}
          onChange={(event) => setPassphrase(event.target.value)}
        />
        <TextField
          label="Passphrase again"
          type="password"
          autoComplete="new-password"
          value={repeated}
          error={at('repeated')}
          onChange={(event) => setRepeated(event.target.value)}
        />
      </form>
    </Dialog>
  );
}
