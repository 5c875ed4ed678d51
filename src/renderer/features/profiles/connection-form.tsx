import { FlaskConical, Landmark } from 'lucide-react';
import { useId, useState, type FormEvent, type ReactNode } from 'react';
import type { ConnectionForm as Form, ProfileView } from '#shared/domain/profile.ts';
import type { ErrorDto } from '#shared/errors.ts';
import { Banner } from '../../components/banner.tsx';
import { Button } from '../../components/button.tsx';
import { Checkbox } from '../../components/checkbox.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { TextField } from '../../components/text-field.tsx';
import { toast } from '../../components/toasts.tsx';
import { call } from '../../lib/ipc.ts';
import { plural } from '../../lib/format.ts';
import { readSession, useSession } from '../../lib/session.ts';
import css from './connection-form.module.css';
import {
  baseUrlFor,
  draftOf,
  errorTitle,
  isKeychainError,
  placeOfError,
} from './connection-draft.ts';
import { KeychainWait } from './keychain-wait.tsx';
import { useOpenProfile } from './use-open-profile.tsx';

const environments = [
  { value: 'sandbox', label: 'Sandbox', icon: FlaskConical },
  { value: 'production', label: 'Production', icon: Landmark },
] as const;

/**
 * Keys of a new profile (null) or of an existing one. What was typed survives every error; the secret leaves
 * this form once, towards main, and is never shown again.
 */
export function ConnectionForm({ profile }: { profile: ProfileView | null }): ReactNode {
  const profiles = useSession((session) => session.profiles);
  const [draft, setDraft] = useState<Form>(() => draftOf(profile, profiles));
  const [error, setError] = useState<ErrorDto | null>(null);
  const [offerSession, setOfferSession] = useState(false);
  const [testing, setTesting] = useState(false);
  const { open, dialog } = useOpenProfile();
  const status = useId();
  const fixed = profile?.builtIn === true;

  const change = (part: Partial<Form>): void => setDraft((before) => ({ ...before, ...part }));
  const textOf = (field: 'name' | 'baseUrl' | 'apiKey' | 'secretKey') => ({
    name: field,
    value: draft[field],
    error: placeOfError(error) === field ? error?.message : undefined,
    onChange: (event: { target: { value: string } }) => change({ [field]: event.target.value }),
  });

  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (testing) return;
    setTesting(true);
    setError(null);
    const result = await call('profiles.testAndSave', draft);
    setTesting(false);
    if (!result.ok) {
      setError(result.error);
      if (isKeychainError(result.error)) setOfferSession(true);
      return;
    }
    change({ secretKey: '' });
    await readSession();
    toast.show({ tone: 'success', title: 'Connected', text: `${result.value.name} is saved.` });
    await open(result.value);
    const { found } = result.value;
    if (found === null) return;
    const what = `${plural(found.clients, 'client')} and ${plural(found.requests, 'request')}`;
    const text = `This account was here before: ${what} are back.`;
    toast.show({ tone: 'info', title: 'Earlier records found', text });
  };

  const elsewhere = error && placeOfError(error) === null;
  return (
    <form className={css['form']} noValidate onSubmit={(event) => void save(event)}>
      {elsewhere && (
        <Banner tone="danger" title={errorTitle(error)}>
          {error.message}
        </Banner>
      )}
      {!fixed && (
        <TextField
          label="Name"
          hint="Optional. The address is used when empty."
          maxLength={60}
          {...textOf('name')}
        />
      )}
      <Segmented
        label="Environment"
        items={environments}
        value={draft.environment}
        disabled={fixed}
        onChange={(environment) =>
          change({ environment, baseUrl: baseUrlFor(environment, draft, profiles) })
        }
      />
      <TextField
        label="Base URL"
        type="url"
        readOnly={fixed}
        hint={fixed ? 'Comes with the app.' : addressHint(profile)}
        {...textOf('baseUrl')}
      />
      <TextField label="API key" {...textOf('apiKey')} />
      <TextField
        label="Secret key"
        type="password"
        autoComplete="new-password"
        placeholder={profile?.enrolled ? 'Stored; leave empty to keep it' : ''}
        hint="Goes to the system keychain and is never shown again."
        {...textOf('secretKey')}
      />
      {offerSession && (
        <Checkbox
          label="Keep for this run only"
          hint="The secret key stays in memory and is asked for again at the next start."
          checked={draft.keepIn === 'session'}
          onChange={(checked) => change({ keepIn: checked ? 'session' : 'keychain' })}
        />
      )}
      <div className={css['actions']}>
        <Button variant="primary" type="submit" loading={testing}>
          Test and save
        </Button>
        <span id={status} className={css['status']} role="status">
          {testing && 'Trying address, environment, clock and keys…'}
        </span>
        <KeychainWait active={testing} />
      </div>
      {dialog}
    </form>
  );
}

function addressHint(profile: ProfileView | null): string {
  const what = 'https only; http for this computer.';
  return profile === null || profile.apiKey === '' ? what : `${what} Stays once there are records.`;
}
