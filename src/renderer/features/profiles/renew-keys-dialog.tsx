import { useId, useState, type FormEvent, type ReactNode } from 'react';
import type { ProfileView } from '#shared/domain/profile.ts';
import type { ErrorDto } from '#shared/errors.ts';
import { Banner } from '../../components/banner.tsx';
import { Button } from '../../components/button.tsx';
import { Checkbox } from '../../components/checkbox.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { TextField } from '../../components/text-field.tsx';
import { toast } from '../../components/toasts.tsx';
import { call } from '../../lib/ipc.ts';
import { readSession } from '../../lib/session.ts';
import { errorTitle, isKeychainError, placeOfError } from './connection-draft.ts';
import { KeychainWait } from './keychain-wait.tsx';

/** New keys for the account a profile has; another account is another profile, and main tells them apart. */
export function RenewKeysDialog({
  profile,
  onClose,
}: {
  profile: ProfileView;
  onClose: () => void;
}): ReactNode {
  const [apiKey, setApiKey] = useState('');
  const [secretKey, setSecretKey] = useState('');
  const [forSession, setForSession] = useState(profile.secret === 'session');
  const [error, setError] = useState<ErrorDto | null>(null);
  const [working, setWorking] = useState(false);
  const form = useId();

  const renew = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (working) return;
    setWorking(true);
    const keepIn = forSession ? 'session' : 'keychain';
    const result = await call('profiles.renewKeys', { id: profile.id, apiKey, secretKey, keepIn });
    setWorking(false);
    if (!result.ok) return setError(result.error);
    onClose();
    await readSession();
    toast.show({ tone: 'success', title: 'Keys renewed', text: `${profile.name} uses them now.` });
  };

  const place = placeOfError(error);
  const at = (field: 'apiKey' | 'secretKey') => (place === field ? error?.message : undefined);
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Renew keys of ${profile.name}`}
      description="The account stays the same: the keys are taken only if the clients known here answer under them."
      footer={
        <>
          <KeychainWait active={working} />
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form={form} loading={working}>
            Renew keys
          </Button>
        </>
      }
    >
      <form id={form} noValidate onSubmit={(event) => void renew(event)}>
        {error && place === null && (
          <Banner tone="danger" title={errorTitle(error)}>
            {error.message}
          </Banner>
        )}
        <TextField
          label="New API key"
          error={at('apiKey')}
          value={apiKey}
          onChange={(event) => setApiKey(event.target.value)}
        />
        <TextField
          label="New secret key"
          type="password"
          autoComplete="new-password"
          hint="Goes to the system keychain and is never shown again."
          error={at('secretKey')}
          value={secretKey}
          onChange={(event) => setSecretKey(event.target.value)}
        />
        {(forSession || (error !== null && isKeychainError(error))) && (
          <Checkbox label="Keep for this run only" checked={forSession} onChange={setForSession} />
        )}
      </form>
    </Dialog>
  );
}
