import { useId, useState, type FormEvent, type ReactNode } from 'react';
import type { ProfileView } from '#shared/domain/profile.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { EnvironmentMark } from '../../components/environment-mark.tsx';
import { TextField } from '../../components/text-field.tsx';
import { call } from '../../lib/ipc.ts';

type UnlockDialogProps = {
  profile: ProfileView;
  onClose: () => void;
  onUnlocked: (profile: ProfileView) => Promise<void>;
};

/** Production opens on purpose only: by typing the profile's name. */
export function UnlockDialog({ profile, onClose, onUnlocked }: UnlockDialogProps): ReactNode {
  const [typedName, setTypedName] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [working, setWorking] = useState(false);
  const form = useId();

  const unlock = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setWorking(true);
    const result = await call('profiles.unlock', { id: profile.id, typedName });
    if (result.ok) return onUnlocked(result.value);
    setWorking(false);
    setError(result.error.message);
  };

  return (
    <Dialog
      open
      onOpenChange={() => working || onClose()}
      title={`Unlock ${profile.name}`}
      description="This profile moves real bitcoin on the main network. It stays unlocked until you lock it again."
      footer={
        <>
          <Button disabled={working} onClick={onClose}>
            Cancel
          </Button>
          <Button variant="primary" type="submit" form={form} loading={working}>
            Unlock and open
          </Button>
        </>
      }
    >
      <EnvironmentMark environment={profile.environment} name={profile.name} />
      <form id={form} onSubmit={(event) => void unlock(event)}>
        <TextField
          label="Profile name"
          hint={`Type ${profile.name} to unlock it.`}
          error={error}
          value={typedName}
          onChange={(event) => setTypedName(event.target.value)}
        />
      </form>
    </Dialog>
  );
}
