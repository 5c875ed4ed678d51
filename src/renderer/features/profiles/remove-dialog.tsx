import { useId, useState, type FormEvent, type ReactNode } from 'react';
import type { ProfileView } from '#shared/domain/profile.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { TextField } from '../../components/text-field.tsx';
import { toast } from '../../components/toasts.tsx';
import { call } from '../../lib/ipc.ts';
import { readSession } from '../../lib/session.ts';

export function RemoveDialog({
  profile,
  onClose,
}: {
  profile: ProfileView;
  onClose: () => void;
}): ReactNode {
  const [typedName, setTypedName] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [working, setWorking] = useState(false);
  const form = useId();

  const remove = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setWorking(true);
    const result = await call('profiles.remove', { id: profile.id, typedName });
    setWorking(false);
    if (!result.ok) return setError(result.error.message);
    onClose();
    await readSession();
    toast.show({ tone: 'success', title: `${profile.name} was removed` });
  };

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Remove ${profile.name}`}
      description="The profile and its secret key are forgotten. Its records stay on disk and are found again when the same account is added."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="danger" type="submit" form={form} loading={working}>
            Remove profile
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={(event) => void remove(event)}>
        <TextField
          label="Profile name"
          hint={`Type ${profile.name} to remove it.`}
          error={error}
          value={typedName}
          onChange={(event) => setTypedName(event.target.value)}
        />
      </form>
    </Dialog>
  );
}
